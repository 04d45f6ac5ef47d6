/* words.h - what an entry of the log says, in words. */
#ifndef LC_REPORT_WORDS_H
#define LC_REPORT_WORDS_H

#include "record/record.h"

struct lc_said {
	const char *license; /* LC_WORDS_LICENSE, "" if it is none */
	const char *kind, *subject, *says;
	const char *udi; /* for whom it is said; NULL: for all devices */
	const char *names_of; /* as lc_report_filter has it */
};

struct lc_words {
	char about[256]; /* id of a license, number, UDI */
	char text[1024]; /* what is longer is cut */
};

/*
 * The license of an entry, as a column of a query: one text, since a query for
 * each row, or a join, costs more.  A word has no blanks, but for the last one.
 */
#define LC_WORDS_LICENSE(n) \
	"(SELECT '.' || l.udi || ' .' || l.source ||" \
	" ' .' || COALESCE(l.sku, '') || ' .' || COALESCE(k.pak, '') ||" \
	" ' .' || COALESCE(p.account, '') || ' ' || l.line || ' ' || l.id" \
	" FROM license l LEFT JOIN pak_line k ON k.n = l.pak_line" \
	" LEFT JOIN pak p ON p.code = k.pak WHERE l.n = " n ")"

enum lc_err lc_words_of(const struct lc_said *, struct lc_words *);

#endif
