/*
 * payload.h - the payloads of signed statements, by a table of their members.
 *
 * A table is read in one direction to open a statement and in the other to
 * sign one.  A member that it does not know may be a restriction that the
 * issuer meant: it makes the statement invalid, unless its name starts with
 * "x-" (FORMAT "License line").
 */
#ifndef LC_PAYLOAD_H
#define LC_PAYLOAD_H

#include <jansson.h>

#include "licensecore.h"

enum lc_kind {
	LC_KIND_TEXT,	  /* const char *; absent is "" */
	LC_KIND_ID,	  /* the same, of letters, digits and . _ : - */
	LC_KIND_UDI,	  /* the same, PID:SN */
	LC_KIND_JWK,	  /* const char *: a JSON object, as text */
	LC_KIND_TYPE,	  /* enum lc_type, by its label */
	LC_KIND_ADDITION, /* bool: "additive" or "exclusive" */
	LC_KIND_DATE,	  /* int64_t; absent is LC_NO_TIME */
	LC_KIND_NUMBER,	  /* uint32_t, at least min; absent is 0 */
	LC_KIND_COUNT,	  /* the same, with a bool in more: is it there? */
	LC_KIND_IDS,	  /* const char *const *, with a size_t in more: how */
	LC_KIND_UDIS,	  /*	many; no two are the same */
	LC_KIND_LINES,
	LC_KIND_JWKS,	 /* each a JSON object, as text */
	LC_KIND_NUMBERS, /* const uint32_t *; as many as the size_t in more,
			    which an earlier member has set */
};

/* A bit for each of the statements that share a table. */
typedef unsigned lc_forms;

struct lc_member {
	const char *name;
	enum lc_kind kind;
	lc_forms in;	   /* which statements may have it */
	lc_forms required; /* and which have to */
	size_t offset;	   /* of its field in the record */
	size_t more;	   /* of the field that goes with it */
	size_t min, max;   /* bytes of a text, elements of an array; the least
			      number */
	bool late;	   /* a number out of range becomes LC_WRONG_U32 or
			      LC_WRONG_DATE instead of a failure here */
};
#define LC_WRONG_U32 UINT32_MAX
#define LC_WRONG_DATE INT64_MAX

struct lc_table {
	const struct lc_member *members;
	size_t n;
	size_t size; /* of the record */
};

/*
 * Reads a payload into one piece of memory: the record, which starts as a copy
 * of *absent, then all that it points to.  The caller frees it.  LC_ELINE: it
 * breaks a rule of the table; LC_ENOMEM.
 */
enum lc_err lc_payload_read(const struct lc_table *, lc_forms form,
    const json_t *payload, const void *absent, void **record,
    struct lc_detail *);

/*
 * The same for the text of a payload in the plainest form (plain.h).  LC_ELINE:
 * it is not, or breaks a rule; then lc_payload_read tells.  LC_ENOMEM.
 */
enum lc_err lc_payload_plain(const struct lc_table *, lc_forms form,
    const char *text, size_t len, const void *absent, void **record);

/*
 * The caller's reference.  LC_ELINE: a text is not UTF-8, or not JSON where it
 * has to be.  Reading has all other rules: open what was signed.
 */
enum lc_err lc_payload_write(const struct lc_table *, lc_forms form,
    const void *record, json_t **payload, struct lc_detail *);

#endif
