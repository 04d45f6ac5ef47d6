/* oid.c - object identifiers. */
#include "oid.h"

#include <stdio.h>
#include <string.h>

int
oid_compare(const uint32_t *a, size_t alen, const uint32_t *b, size_t blen)
{
	size_t common = alen < blen ? alen : blen;

	for (size_t i = 0; i < common; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return (alen > blen) - (alen < blen);
}

bool
oid_starts(const struct oid *a, const uint32_t *prefix, size_t len)
{
	return a->len >= len &&
	       memcmp(a->id, prefix, len * sizeof *prefix) == 0;
}

bool
oid_set(struct oid *oid, const uint32_t *id, size_t len)
{
	if (len > OID_MAX)
		return false;
	memcpy(oid->id, id, len * sizeof *id);
	oid->len = len;
	return true;
}

bool
oid_append(struct oid *oid, const uint32_t *id, size_t len)
{
	if (len > OID_MAX - oid->len)
		return false;
	memcpy(oid->id + oid->len, id, len * sizeof *id);
	oid->len += len;
	return true;
}

const char *
oid_text(const struct oid *oid, char *text)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < oid->len; i++)
		used += (size_t)snprintf(text + used, OID_TEXT_MAX - used,
		    i == 0 ? "%u" : ".%u", oid->id[i]);
	return text;
}
