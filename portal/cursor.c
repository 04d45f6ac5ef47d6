/*
 * cursor.c - see cursor.h.
 *
 * "NAME N ENDS KEY" in base64url.  It grants nothing: it is a place in a list
 * that the client may read from any place, and is bound as a parameter.  Rows
 * are numbered by an INTEGER: no number is above 2^31 - 1.
 */
#include "cursor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/b64.h"
#include "base/text.h"

#define NEWEST "-newest" /* after the name: the list goes backwards */
#define PLAIN_MAX LC_B64_BYTES(CURSOR_SIZE - 1)

void
cursor_write(const struct lc_report *report, bool newest,
    const struct lc_report_place *place, char text[CURSOR_SIZE])
{
	char plain[PLAIN_MAX];
	int len = snprintf(plain, sizeof plain,
	    "%s%s %" PRId64 " %" PRId64 " %s", report->name,
	    newest ? NEWEST : "", place->n, place->ends, place->key);

	/* A name and two numbers are short. */
	lc_b64_encode(plain, (size_t)len, text);
}

bool
cursor_read(const struct lc_report *report, bool newest, const char *text,
    struct lc_report_place *place)
{
	struct lc_report_place got = { .n = 0 };
	char plain[PLAIN_MAX + 1], name[32], ours[32];
	size_t len = strlen(text);
	int at = 0;

	if (len > CURSOR_SIZE - 1 || !lc_b64_decode(text, len, plain))
		return false;
	(void)snprintf(
	    ours, sizeof ours, "%s%s", report->name, newest ? NEWEST : "");
	len = LC_B64_BYTES(len);
	plain[len] = '\0';
	if (strlen(plain) != len ||
	    sscanf(plain, "%31s %" SCNd64 " %" SCNd64 "%n", name, &got.n,
		&got.ends, &at) != 3 ||
	    plain[at] != ' ' || strcmp(name, ours) != 0 || got.n < 0 ||
	    got.n > INT32_MAX || got.ends < 0 ||
	    len - (size_t)at - 1 > LC_REPORT_KEY_MAX ||
	    !lc_text_is_utf8(plain, len))
		return false;
	strcpy(got.key, plain + at + 1);
	*place = got;
	return true;
}
