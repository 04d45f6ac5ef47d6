/*
 * op_args.h - the members of a JSON object, as a table: each is checked for its
 * type and its range, and what the table does not have is refused.
 */
#ifndef PORTAL_OP_ARGS_H
#define PORTAL_OP_ARGS_H

#include <jansson.h>
#include <stddef.h>

#include "licenseauthority.h"

enum arg_kind {
	ARG_TEXT,   /* const char *: one row without control characters */
	ARG_FILE,   /* const char *: rows of text */
	ARG_NUMBER, /* uint32_t */
	ARG_TRUTH,  /* bool */
	ARG_DATE,   /* int64_t: "2027-01-31", or with "T12:00:00Z" */
	ARG_LIST,   /* const json_t *: an array */
	ARG_TEXTS,  /* const json_t *: an array of texts like ARG_TEXT */
	ARG_OBJECT, /* const json_t * */
};

/*
 * min and max are of a number, of a text's length in bytes, or of how many an
 * array has; max 0 is no limit.  A member that is not there, or null, leaves
 * what its place had.
 */
struct arg {
	const char *name;
	enum arg_kind kind;
	size_t at;
	bool required;
	uint32_t min, max;
};

/* LC_EINVAL, in words.  Texts live as long as the object. */
enum lc_err args_read(const struct arg *, size_t n, const json_t *object,
    void *out, struct lc_detail *);

/* The same of an object that is the nth of a list, from 0; says so. */
enum lc_err args_read_nth(const struct arg *, size_t n, const char *list,
    const json_t *array, size_t i, void *out, struct lc_detail *);

/* A date as ARG_DATE takes it: "2027-01-31" or "2027-01-31T12:00:00Z". */
bool date_read(const char *text, int64_t *out);
#define DATE_SIZE 24
const char *date_text(int64_t, char text[DATE_SIZE]);

#endif
