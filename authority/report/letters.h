/* letters.h - what people get mails about: from the log. */
#ifndef LC_REPORT_LETTERS_H
#define LC_REPORT_LETTERS_H

#include "record/record.h"

struct lc_letter {
	int64_t n, at; /* the entry */
	const char *who, *kind, *subject, *says;
	int64_t request; /* of a license; 0: none */
};
typedef enum lc_err lc_letter_call(void *arg, const struct lc_letter *);

enum lc_letters {
	LC_LETTERS_LICENSES,  /* that a person of a portal got */
	LC_LETTERS_APPROVALS, /* what somebody has to approve */
};

/*
 * Entries after one, in order, until one call fails; that error is returned.
 * After limit of them it ends.  *upto is the last entry that was looked at.
 */
enum lc_err lc_letters(struct lc_record *, enum lc_letters, int64_t after,
    int64_t limit, lc_letter_call *, void *arg, int64_t *upto);

#endif
