/* audit.c - see audit.h. */
#include "audit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api_read.h"
#include "daemon/log.h"
#include "record/record.h"
#include "record/verify.h"

#define FOUND_MAX 100 /* faults that are told */

struct audit {
	const char *dir;
	pthread_t thread;
	bool has_thread; /* to be joined */
	pthread_mutex_t lock;
	/* Under the lock. */
	const char *state;
	int64_t began, ended, entries, of, licenses, faults;
	struct lc_detail why;
	json_t *found;
};

/* ---- The thread ------------------------------------------------------ */

static void
found(void *arg, const char *what)
{
	struct audit *audit = arg;

	(void)pthread_mutex_lock(&audit->lock);
	if (json_array_size(audit->found) < FOUND_MAX)
		(void)json_array_append_new(audit->found, json_string(what));
	audit->faults++;
	(void)pthread_mutex_unlock(&audit->lock);
	log_error("audit", "%s", what);
}

static void
progress(void *arg, int64_t entries, int64_t of)
{
	struct audit *audit = arg;

	(void)pthread_mutex_lock(&audit->lock);
	audit->entries = entries;
	audit->of = of;
	(void)pthread_mutex_unlock(&audit->lock);
}

static enum lc_err
verify(struct audit *audit, struct lc_verify *v, struct lc_detail *detail)
{
	struct lc_record *record = NULL;
	char *where = NULL;
	enum lc_err err = lc_record_place(audit->dir, &where, detail);

	if (err == LC_OK &&
	    (err = lc_record_open(where, &record, detail)) == LC_OK)
		err = lc_record_verify(record, NULL, v, detail);
	lc_record_close(record);
	free(where);
	return err;
}

static void *
run(void *arg)
{
	struct audit *audit = arg;
	struct lc_verify v = {
		.found = found,
		.progress = progress,
		.arg = audit,
	};
	struct lc_detail detail = { "" };
	enum lc_err err = verify(audit, &v, &detail);

	if (err != LC_OK)
		log_error("audit", "cannot verify the log: %s", detail.text);
	(void)pthread_mutex_lock(&audit->lock);
	audit->state = err == LC_OK ? "done" : "failed";
	audit->ended = (int64_t)time(NULL);
	if (err == LC_OK) {
		audit->entries = audit->of = v.entries;
		audit->licenses = v.licenses;
	} else {
		audit->why = detail;
	}
	(void)pthread_mutex_unlock(&audit->lock);
	return NULL;
}

/* ---- Jobs ------------------------------------------------------------ */

struct audit *
audit_open(const char *dir)
{
	struct audit *audit = calloc(1, sizeof *audit);

	if (audit == NULL)
		return NULL;
	audit->dir = dir;
	audit->state = "none";
	(void)pthread_mutex_init(&audit->lock, NULL); /* cannot fail */
	return audit;
}

/* Under the lock. */
static bool
start_locked(struct audit *audit)
{
	json_decref(audit->found);
	audit->found = json_array();
	if (audit->found == NULL)
		return false;
	if (audit->has_thread)
		(void)pthread_join(audit->thread, NULL); /* it has ended */
	audit->entries = audit->of = audit->licenses = audit->faults = 0;
	audit->began = (int64_t)time(NULL);
	audit->ended = 0;
	audit->why.text[0] = '\0';
	audit->has_thread =
	    pthread_create(&audit->thread, NULL, run, audit) == 0;
	audit->state = audit->has_thread ? "running" : "none";
	return audit->has_thread;
}

bool
audit_start(struct audit *audit)
{
	bool started = true;

	(void)pthread_mutex_lock(&audit->lock);
	if (strcmp(audit->state, "running") != 0)
		started = start_locked(audit);
	(void)pthread_mutex_unlock(&audit->lock);
	return started;
}

json_t *
audit_json(struct audit *audit)
{
	json_t *json;

	(void)pthread_mutex_lock(&audit->lock);
	json = json_pack("{s:s, s:o, s:o, s:I, s:I, s:I, s:I}", "state",
	    audit->state, "began", read_date(audit->began), "ended",
	    read_date(audit->ended), "entries", (json_int_t)audit->entries,
	    "of", (json_int_t)audit->of, "licenses",
	    (json_int_t)audit->licenses, "faults", (json_int_t)audit->faults);
	if (json != NULL && audit->why.text[0] != '\0')
		(void)json_object_set_new(
		    json, "why", json_string(audit->why.text));
	if (json != NULL && audit->found != NULL)
		(void)json_object_set_new(
		    json, "found", json_copy(audit->found));
	(void)pthread_mutex_unlock(&audit->lock);
	return json;
}

void
audit_close(struct audit *audit)
{
	if (audit == NULL)
		return;
	if (audit->has_thread)
		(void)pthread_join(audit->thread, NULL); /* it ends by itself */
	json_decref(audit->found);
	(void)pthread_mutex_destroy(&audit->lock);
	free(audit);
}
