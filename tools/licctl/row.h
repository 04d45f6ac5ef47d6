/*
 * row.h - the rows of JSON that the daemon sends: fields, and which rows to
 * keep.
 *
 * A field that is missing, or of another type, reads as "", 0 or false.
 */
#ifndef LICCTL_ROW_H
#define LICCTL_ROW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

const char *text_of(const json_t *row, const char *key); /* borrowed */
json_int_t number_of(const json_t *row, const char *key);
bool is_true(const json_t *row, const char *key);
bool is(const json_t *row, const char *key, const char *value);
bool has_number(const json_t *row, const char *key, json_int_t number);
/* Predicates of a row; `other` is a row, too. */
bool is_same_device(const json_t *row, const void *other);
bool is_same_store(const json_t *row, const void *other);
bool is_same_feature(const json_t *row, const void *other); /* and version */
bool is_named(const json_t *row, const void *feature);

/* The first row of which `has` is true, or NULL. */
const json_t *find_row(const json_t *rows,
    bool (*has)(const json_t *row, const void *arg), const void *arg);

/* Takes the rows out of which `keep` is false. */
void keep_rows(json_t *rows, bool (*keep)(const json_t *row, const void *arg),
    const void *arg);
/* Takes the rows out whose number is another; 0 stands for any. */
void keep_number(json_t *rows, const char *key, json_int_t number);

/* Of "2026-12-31T18:30:00Z", in seconds; -1 if it is none. */
int64_t time_of(const char *date);

#endif
