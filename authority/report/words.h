/* words.h - what an entry of the log says, in words. */
#ifndef LC_REPORT_WORDS_H
#define LC_REPORT_WORDS_H

#include "record/record.h"

struct lc_said {
	int64_t n; /* the entry */
	const char *kind, *subject, *says;
	const char *udi; /* for whom it is said; NULL: for all devices */
	const char *names_of; /* as lc_report_filter has it */
};

struct lc_words {
	char about[256]; /* id of a license, number, UDI */
	char text[1024]; /* what is longer is cut */
};

enum lc_err lc_words_of(
    struct lc_record *, const struct lc_said *, struct lc_words *);

#endif
