/*
 * out.h - everything that licctl writes: errors, texts, JSON.
 *
 * The lowest floor of licctl.  From the lowest to the highest:
 *
 *	ctl, out           what every file shares
 *	row, table         rows of JSON, and how a list of them is shown
 *	sink, filter,      what is made of a command's output
 *	pager
 *	prompt             questions on the terminal
 *	data               requests to the daemon
 *	url                file names with passwords
 *	license, view      licenses in the words of IOS
 *	pick, agreement    which license is meant; agreements to accept
 *	plan, write        what would be done; files that the daemon writes
 *	commands           the list of commands, and a file for each subject
 *	near, args         words that were meant; arguments of commands
 *	words              from keywords to a command; completion
 *	line               options, command, filter
 *	split, shell       the prompt
 *	licctl             main
 *
 * A file includes only what stands above it in this list.
 */
#ifndef LICCTL_OUT_H
#define LICCTL_OUT_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

/* Exit statuses; licctl(1) promises them. */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1, /* or "no" */
	EXIT_USAGE = 2,
	EXIT_AWAY = 3,   /* the daemon does not answer */
	EXIT_DENIED = 4, /* the daemon does not allow it */
	EXIT_PARTLY = 5, /* some of the licenses failed */
	EXIT_RUN = 125,  /* `run` itself failed, or has no license */
	EXIT_NOT_RUN = 126,
	EXIT_NOT_FOUND = 127,
};

#define NITEMS(array) (sizeof(array) / sizeof((array)[0]))

/* "licctl: ..." on standard error; returns EXIT_FAILED. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Likewise, and where to read more; returns EXIT_USAGE. */
int misuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* What to do about an error with this code of licagent-control(7), on
 * standard error; nothing if there is no advice. */
void advise(const char *code);

/* A text from elsewhere: control characters and characters that change the
 * direction of text become '?'. */
void print_text(FILE *, const char *text);
/* A formatted text, likewise; at most 2047 bytes. */
void print_words(FILE *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Likewise, but line feeds remain; on a terminal lines are wrapped. */
void print_prose(FILE *, const char *text);
/* The words with blanks between them; the caller frees.  NULL: no memory. */
char *join_words(char **words, size_t n);
/* "  WORD   WHAT": a line of help. */
void help_entry(const char *word, size_t len, const char *what);
/* Columns that a text takes; every character counts as one. */
size_t text_width(const char *text);
/* Columns of the terminal behind it; 0: it is none. */
size_t columns_of(FILE *);
/* Pretty-prints to standard output; takes the reference. */
int print_json(json_t *);

#endif
