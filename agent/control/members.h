/*
 * members.h - the members of a request: a line of JSON, read.
 *
 * Of the usual form is one object in ASCII, without escapes, whose members are
 * texts, whole numbers from 0 on and truth values.  Such a line is read where
 * it is; every other one by jansson.
 */
#ifndef AGENT_CONTROL_MEMBERS_H
#define AGENT_CONTROL_MEMBERS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum member_kind { MEMBER_TEXT, MEMBER_NUMBER, MEMBER_TRUTH, MEMBER_OTHER };

/* Strings live as long as the members and the line. */
struct member {
	const char *name;
	size_t name_len;
	enum member_kind kind;
	const char *text; /* of MEMBER_TEXT; UTF-8, and no NUL in it */
	size_t len;
	json_int_t number;  /* of MEMBER_NUMBER */
	bool truth;         /* of MEMBER_TRUTH */
	const json_t *json; /* of MEMBER_OTHER, the value */
};

#define MEMBERS_FEW 8

struct members {
	struct member *at; /* in their order, each name once */
	size_t n;
	struct member few[MEMBERS_FEW];
	json_t *json; /* NULL: it was of the usual form */
};

/*
 * The caller frees the members that were read.  The line may change, unless
 * false is returned: it is not an object, or there is no memory.
 */
bool members_read(struct members *, char *line, size_t len);
void members_free(struct members *);

/* The two ways; the usual one also returns false for more than a few. */
bool members_read_usual(struct members *, char *line, size_t len);
bool members_read_any(struct members *, const char *line, size_t len);

/* With a value of jansson's, which it borrows. */
void member_of(struct member *, const char *name, const json_t *value);

/* NULL: there is none. */
const struct member *members_find(const struct members *, const char *name);

#endif
