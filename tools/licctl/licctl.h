/* licctl.h - what the commands of licctl share. */
#ifndef LICCTL_H
#define LICCTL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "format/type.h"
#include "licclient.h"

/* Exit statuses; licctl(1) promises them. */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1, /* or: no */
	EXIT_USAGE = 2,
	EXIT_AWAY = 3,   /* the daemon does not answer */
	EXIT_DENIED = 4, /* it does not allow it */
	EXIT_PARTLY = 5, /* some of the licenses failed */
	EXIT_RUN = 125,  /* `run` itself failed, or has no license */
	EXIT_NOT_RUN = 126,
	EXIT_NOT_FOUND = 127,
};

#define FILES_MAX 2 /* of one command, and its first arguments */

struct file_name {
	char *url;   /* with its password */
	char *shown; /* without it */
};

/* A command line that was understood. */
struct ctl {
	const char *socket; /* NULL: the default */
	const char *feature, *on_loss, *password_file;
	uint32_t count;  /* 0: not given */
	uint32_t device; /* 0: not given */
	uint32_t index;  /* which of several licenses; 0: not given */
	uint32_t store;  /* 0: not given */
	bool json, yes, accept_eula, stop_on_failure;
	bool slow; /* answers may take long: files are read and written */
	const char *words; /* of the command, "show license" */
	char **args;       /* what follows them */
	size_t nargs;
	struct file_name files[FILES_MAX]; /* of those args that are files */
	int64_t began_ms;                  /* when the request did */
	size_t drawn;   /* columns of the progress line; 0: there is none */
	char **command; /* behind "--"; NULL: there is none */
	struct lic *lic;
};

/* ---- licctl.c ---- */

/* "licctl: ..." on standard error; returns EXIT_FAILED. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
int misuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same for what the daemon said, with what to do next. */
int fail_lic(const struct ctl *, enum lic_err);
/* The same, when there is no device of the number that was chosen. */
int no_device(const struct ctl *);
/* On standard error, what to do about an error of this code; or nothing. */
void advise(const char *code);

/* ---- licctl_data.c ---- */

/* EXIT_DONE, or what went wrong was said.  Takes the request's reference; the
 * caller releases the result. */
int ask(struct ctl *, json_t *request, json_t **result);
/* All rows of a list, of the chosen device; feature may be NULL. */
int ask_rows(
    struct ctl *, const char *list, const char *feature, json_t **rows);
const char *text_of(const json_t *row, const char *key); /* "" if none */
json_int_t number_of(const json_t *row, const char *key);
bool is_true(const json_t *row, const char *key);
bool is(const json_t *row, const char *key, const char *value);
/* Of a license; permanent if the daemon knows more types than we do. */
enum lc_type type_of(const json_t *license);
bool is_right_to_use(const json_t *license);
/* On standard output; takes the reference. */
int print_json(json_t *);
/* Printable: what a terminal would obey becomes '?'. */
void print_text(FILE *, const char *text);
void print_words(FILE *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Likewise, but lines stay lines; on a terminal they fit its width. */
void print_prose(FILE *, const char *text);
/* Columns that a text takes, as far as they can be known. */
size_t text_width(const char *text);

/* ---- Tables ---- */

struct column {
	const char *head;
	size_t width; /* with what is between it and the next; 0: the last */
};

/*
 * A row is printed cell by cell; on a terminal that is too narrow for the
 * table, a line for each cell.
 */
struct table {
	const struct column *columns;
	size_t n, at, rows;
	bool narrow;
};

void table_begin(struct table *, const struct column *, size_t n);
void table_text(struct table *, const char *text);
void table_number(struct table *, json_int_t);
/* Asks on the terminal; --yes answers.  NULL terminal: it is a no. */
bool confirm(const struct ctl *, const char *question);
bool has_terminal(void);
int64_t time_of(const char *date); /* seconds; -1 if it is none */
/* "8  weeks 4  days ", as IOS writes it. */
#define PERIOD_SIZE 64
const char *period_text(uint64_t seconds, char text[PERIOD_SIZE]);

/* ---- licctl_url.c ---- */

/* The args that are files, with their passwords, which are asked for. */
int take_files(struct ctl *, const char *args);
void drop_files(struct ctl *);
/* How args[i], which is a file, may be printed. */
const char *shown_file(const struct ctl *, size_t i);

/* ---- Commands: licctl_show.c, _lists.c, _change.c, _run.c ---- */

int show_license(struct ctl *);
int show_all(struct ctl *);
int show_detail(struct ctl *);
int show_feature(struct ctl *);
int show_file(struct ctl *);
int show_statistics(struct ctl *);
int show_status(struct ctl *);
int show_udi(struct ctl *);
int show_evaluation(struct ctl *);
int show_expiring(struct ctl *);
int show_in_use(struct ctl *);
int show_permanent(struct ctl *);
int show_history(struct ctl *);
int show_leases(struct ctl *);
int show_level(struct ctl *);
int show_events(struct ctl *);
int dump(struct ctl *);

int license_install(struct ctl *);
int license_clear(struct ctl *);
int license_comment_add(struct ctl *);
int license_comment_delete(struct ctl *);
int license_priority(struct ctl *);
int license_accept(struct ctl *);
int license_accept_not(struct ctl *);
int license_save(struct ctl *);
int license_save_credential(struct ctl *);
int license_revoke(struct ctl *);
int license_revoke_last(struct ctl *);
int license_save_agreements(struct ctl *);
int license_boot_level(struct ctl *);
int license_boot_level_not(struct ctl *);
int clock_reset(struct ctl *);
int license_activate(struct ctl *);
int license_deactivate(struct ctl *);

int check(struct ctl *);
int run(struct ctl *);

#endif
