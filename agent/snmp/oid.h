/*
 * oid.h - object identifiers.
 */
#ifndef AGENT_OID_H
#define AGENT_OID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OID_MAX 128 /* sub-identifiers, RFC 2578 section 3.5 */

struct oid {
	size_t len;
	uint32_t id[OID_MAX];
};

/* Lexicographic order: below 0, 0 or above 0. */
int oid_compare(const uint32_t *a, size_t alen, const uint32_t *b, size_t blen);

/* Does a start with (or equal) prefix? */
bool oid_starts(const struct oid *a, const uint32_t *prefix, size_t len);

/* Takes len sub-identifiers; false (and *oid as it was) if they are too many.
 */
bool oid_set(struct oid *oid, const uint32_t *id, size_t len);
bool oid_append(struct oid *oid, const uint32_t *id, size_t len);

#define OID_TEXT_MAX (OID_MAX * 11)
/* "1.3.6.1"; text holds OID_TEXT_MAX bytes and is returned. */
const char *oid_text(const struct oid *oid, char *text);

#endif
