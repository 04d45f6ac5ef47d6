/* dates.c - what the issue dates of licenses show of the time. */
#include "dates.h"

#include <time.h>

#include "base/error.h"

#define DATE_SIZE sizeof "2106-02-07T06:28:15Z"

static const char *
date_text(int64_t seconds, char text[DATE_SIZE])
{
	time_t when = (time_t)seconds;
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL ||
	    strftime(text, DATE_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		*text = '\0';
	return text;
}

/* Of those whose date has come at that time. */
static int64_t
latest(const struct lc_model *m, int64_t now)
{
	int64_t latest = 0;

	for (size_t i = 0; i < m->nlicenses; i++) {
		int64_t issued = m->licenses[i]->terms.issued;

		if (issued > latest && lc_time_has_come(issued, now))
			latest = issued;
	}
	return latest;
}

int64_t
lc_dates_latest(const struct lc_model *m)
{
	return latest(m, INT64_MAX - LC_ISSUE_AHEAD_S);
}

static void
future_tell(struct lc *lc, int64_t now)
{
	const struct lc_model *m = lc->model;
	const struct lc_terms *first = NULL;
	char date[DATE_SIZE];
	size_t n = 0;

	for (size_t i = 0; i < m->nlicenses; i++) {
		const struct lc_terms *t = &m->licenses[i]->terms;

		if (lc_time_has_come(t->issued, now))
			continue;
		if (n++ == 0)
			first = t;
	}
	if (n > lc->nfuture)
		lc_notice(&lc->host, LC_EFUTURE, "the clock is behind: %zu"
		    " of the licenses have an issue date in the future,"
		    " license %s has %s; subscriptions among them are not used"
		    " until the clock is set", n, first->id,
		    date_text(first->issued, date));
	lc->nfuture = n;
}

void
lc_dates_learn(struct lc *lc)
{
	struct lc_instant at;

	/* What it proves may make the date of another one come. */
	do
		at = lc_instant(&lc->state);
	while (lc_time_prove(&lc->state.time, latest(lc->model, at.now),
	    lc_host_wall(&lc->host), at.boot_ms));
	future_tell(lc, at.now);
}

enum lc_err
lc_dates_judge(const struct lc *lc, const struct lc_terms *t,
    struct lc_detail *detail)
{
	int64_t now = lc_now(&lc->state);
	char date[DATE_SIZE], here[DATE_SIZE];

	if (lc_time_has_come(t->issued, now))
		return LC_OK;
	return lc_fail(detail, LC_EFUTURE, "license %s was issued on %s, and"
	    " the device's time is %s: set its clock, then try again", t->id,
	    date_text(t->issued, date), date_text(now, here));
}
