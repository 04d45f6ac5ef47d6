/* picture.c - see picture.h. */
#include "portal/site/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_S 86400
#define WEEKS_DAYS 190 /* up to so many days a bar is a week */
#define MONTHS_DAYS 3660
#define BARS_MAX 128
#define LABELS 5

enum step { WEEK, MONTH, YEAR };

static const char *const steps[] = { "week", "month", "year" };

struct feature {
	const char *name; /* of the answer */
	long long licenses;
};

struct bars {
	enum step step;
	int n;
	time_t from[BARS_MAX + 1]; /* of each, and the end of the last one */
	long long counts[BARS_MAX][PICTURE_COLORS];
	struct feature colors[PICTURE_COLORS];
};

/* ---- Time ------------------------------------------------------------ */

/* "2026-12-04" or more; -1: it is none. */
static time_t
day_read(const char *text)
{
	struct tm tm = { .tm_mday = 0 };

	if (text == NULL || strptime(text, "%Y-%m-%d", &tm) == NULL)
		return -1;
	return timegm(&tm);
}

static time_t
step_after(enum step step, time_t from)
{
	struct tm tm;

	if (step == WEEK || gmtime_r(&from, &tm) == NULL)
		return from + 7 * DAY_S;
	tm.tm_mday = 1;
	tm.tm_mon = step == YEAR ? 12 : tm.tm_mon + 1;
	return timegm(&tm);
}

static void
bars_make(struct bars *bars, time_t from, long long days)
{
	time_t until = from + (time_t)days * DAY_S;

	bars->step = days <= WEEKS_DAYS    ? WEEK
		     : days <= MONTHS_DAYS ? MONTH
					   : YEAR;
	bars->from[0] = from;
	while (bars->n < BARS_MAX && bars->from[bars->n] <= until) {
		bars->from[bars->n + 1] =
		    step_after(bars->step, bars->from[bars->n]);
		bars->n++;
	}
}

static int
bar_of(const struct bars *bars, time_t day)
{
	for (int i = 0; i < bars->n; i++) {
		if (day < bars->from[i + 1])
			return i;
	}
	return bars->n - 1;
}

/* ---- Colors ---------------------------------------------------------- */

static int
by_licenses(const void *a, const void *b)
{
	const struct feature *x = a, *y = b;

	if (x->licenses != y->licenses)
		return x->licenses < y->licenses ? 1 : -1;
	return strcmp(x->name, y->name);
}

/* The sums of all features, most first; the caller frees.  NULL: no memory. */
static struct feature *
features_sum(const json_t *sums, size_t *n)
{
	struct feature *all = calloc(json_object_size(sums) + 1, sizeof *all);
	const char *name;
	json_t *sum;

	*n = 0;
	if (all == NULL)
		return NULL;
	json_object_foreach((json_t *)sums, name, sum)
	{
		all[*n].name = name;
		all[(*n)++].licenses = json_integer_value(sum);
	}
	qsort(all, *n, sizeof *all, by_licenses);
	return all;
}

/* The features with most licenses have a color of their own. */
static void
colors_take(struct bars *bars, const struct feature *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t color = i < PICTURE_COLORS ? i : PICTURE_COLORS - 1;
		struct feature *c = &bars->colors[color];

		c->licenses += all[i].licenses;
		c->name = c->name == NULL ? all[i].name : "others";
	}
}

static int
color_of(const struct bars *bars, const char *feature)
{
	for (int i = 0; i < PICTURE_COLORS; i++) {
		if (bars->colors[i].name != NULL &&
		    strcmp(bars->colors[i].name, feature) == 0)
			return i;
	}
	return PICTURE_COLORS - 1;
}

static json_t *
sums_of(const json_t *rows)
{
	json_t *sums = json_object(), *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
	{
		const char *feature =
		    json_string_value(json_object_get(row, "feature"));
		json_int_t n =
		    json_integer_value(json_object_get(row, "licenses"));

		if (feature != NULL && n > 0)
			(void)json_object_set_new(sums, feature,
			    json_integer(n + json_integer_value(json_object_get(
						 sums, feature))));
	}
	return sums;
}

/* ---- The picture ----------------------------------------------------- */

static void
counts_add(struct bars *bars, const json_t *rows)
{
	json_t *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
	{
		const char *feature =
		    json_string_value(json_object_get(row, "feature"));
		time_t day =
		    day_read(json_string_value(json_object_get(row, "date")));
		json_int_t n =
		    json_integer_value(json_object_get(row, "licenses"));

		if (feature != NULL && day != -1 && n > 0)
			bars->counts[bar_of(bars, day)]
				    [color_of(bars, feature)] += n;
	}
}

static long long
bar_total(const struct bars *bars, int bar)
{
	long long total = 0;

	for (int c = 0; c < PICTURE_COLORS; c++)
		total += bars->counts[bar][c];
	return total;
}

static json_t *
percent(double value)
{
	char text[32];

	(void)snprintf(text, sizeof text, "%.2f", value);
	return json_string(text);
}

/* From the bottom up; whatever there is is a pixel at least. */
static json_t *
parts_json(const struct bars *bars, int bar, long long most)
{
	json_t *parts = json_array();
	long long below = 0;

	for (int c = 0; c < PICTURE_COLORS; c++) {
		long long n = bars->counts[bar][c], bottom, height;

		if (n == 0)
			continue;
		bottom = below * PICTURE_HEIGHT / most;
		below += n;
		height = below * PICTURE_HEIGHT / most - bottom;
		if (height < 1)
			height = 1;
		(void)json_array_append_new(parts,
		    json_pack("{s:I, s:I, s:i, s:s, s:I}", "y",
			(json_int_t)(PICTURE_HEIGHT - bottom - height),
			"height", (json_int_t)height, "color", c + 1, "feature",
			bars->colors[c].name, "licenses", (json_int_t)n));
	}
	return parts;
}

static json_t *
bar_json(const struct bars *bars, int bar, long long most)
{
	double room = 100.0 / bars->n;
	int each = (bars->n + LABELS - 1) / LABELS;
	char label[32], from[32];
	struct tm tm;

	(void)gmtime_r(&bars->from[bar], &tm);
	(void)(bars->step == WEEK ? strftime(label, sizeof label, "%b %e", &tm)
	       : bars->step == MONTH
		   ? strftime(label, sizeof label, "%b %Y", &tm)
		   : strftime(label, sizeof label, "%Y", &tm));
	(void)strftime(from, sizeof from, "%Y-%m-%d", &tm);
	return json_pack("{s:o, s:o, s:s, s:s, s:I, s:o}", "x",
	    percent(bar * room + room * .1), "width", percent(room * .8),
	    "label", bar % each == 0 ? label : "", "from", from, "total",
	    (json_int_t)bar_total(bars, bar), "parts",
	    parts_json(bars, bar, most));
}

static json_t *
legend_json(const struct bars *bars)
{
	json_t *legend = json_array();

	for (int c = 0; c < PICTURE_COLORS; c++) {
		if (bars->colors[c].name != NULL)
			(void)json_array_append_new(legend,
			    json_pack("{s:i, s:s, s:I}", "color", c + 1,
				"feature", bars->colors[c].name, "licenses",
				(json_int_t)bars->colors[c].licenses));
	}
	return legend;
}

static json_t *
picture_json(const struct bars *bars)
{
	json_t *list = json_array();
	long long most = 0, total = 0;

	for (int i = 0; i < bars->n; i++) {
		long long n = bar_total(bars, i);

		total += n;
		most = n > most ? n : most;
	}
	if (most == 0) {
		json_decref(list);
		return json_null();
	}
	for (int i = 0; i < bars->n; i++)
		(void)json_array_append_new(list, bar_json(bars, i, most));
	return json_pack("{s:I, s:I, s:s, s:i, s:o, s:o}", "total",
	    (json_int_t)total, "most", (json_int_t)most, "step",
	    steps[bars->step], "floor", PICTURE_HEIGHT, "bars", list, "legend",
	    legend_json(bars));
}

void
picture_calendar(json_t *answer)
{
	const json_t *rows = json_object_get(answer, "calendar");
	time_t from =
	    day_read(json_string_value(json_object_get(answer, "from")));
	struct bars bars = { .n = 0 };
	json_t *sums = sums_of(rows);
	struct feature *all;
	size_t n;

	if (from == -1 || (all = features_sum(sums, &n)) == NULL) {
		json_decref(sums);
		return;
	}
	bars_make(
	    &bars, from, json_integer_value(json_object_get(answer, "days")));
	colors_take(&bars, all, n);
	counts_add(&bars, rows);
	(void)json_object_set_new(answer, "picture", picture_json(&bars));
	free(all);
	json_decref(sums);
}

void
picture_shares(json_t *rows)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		double of = json_number_value(json_object_get(row, "quantity"));
		double left = json_number_value(json_object_get(row, "left"));

		(void)json_object_set_new(row, "share",
		    percent(of > 0 && left > 0
				? (left < of ? left / of * 100 : 100)
				: 0));
	}
}
