/* action.c - complete requests: their state, their results, their traces. */
#include "action.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "event.h"
#include "format/file.h"
#include "note.h"

static const struct lc_job *
job_of(enum lc_action_kind kind)
{
	switch (kind) {
	case LC_INSTALL:
		return &lc_job_install;
	case LC_CLEAR:
		return &lc_job_clear;
	case LC_PROCESS_TICKET:
		return &lc_job_process_ticket;
	case LC_REGENERATE_TICKET:
		return &lc_job_regenerate_ticket;
	case LC_BACKUP:
		return &lc_job_backup;
	case LC_GENERATE_EULA:
		return &lc_job_generate_eula;
	case LC_EXPORT_CREDENTIALS:
		return &lc_job_export_credentials;
	}
	return NULL;
}

/* ---- Requests -------------------------------------------------------- */

/* Is this a store that the request can mean, and can it be used? */
static enum lc_err
store_judge(const struct lc_store *s, bool installs, struct lc_detail *detail)
{
	if (!s->present)
		return lc_fail(detail, LC_ESTORE, "store %s is not present",
		    s->name);
	if (installs && s->kind == LC_STORE_BUILT_IN)
		return lc_fail(detail, LC_ESTORE, "store %s is built in,"
		    " nothing can be installed there", s->name);
	return LC_OK;
}

static enum lc_err
store_check(const struct lc_model *m, const struct lc_request *r,
    struct lc_detail *detail)
{
	bool installs = r->kind == LC_INSTALL;
	enum lc_err err = LC_ESTORE;

	if (r->store == 0 || (!installs && r->kind != LC_CLEAR))
		return LC_OK;
	(void)lc_fail(detail, err, "there is no license store %u", r->store);
	for (size_t i = 0; i < m->nstores && err != LC_OK; i++) {
		const struct lc_store *s = m->stores[i];
		bool meant = r->device != 0 ? s->device == r->device :
		    installs || s->device == m->master;

		if (meant && s->index == r->store)
			err = store_judge(s, installs, detail);
	}
	if (err == LC_OK)
		lc_unfail(detail);
	return err;
}

enum lc_err
lc_request_check(const struct lc *lc, const struct lc_request *r,
    struct lc_detail *detail)
{
	if (lc_model_device(lc->model, r->device) == NULL)
		return lc_fail(detail, LC_EDEVICE,
		    "there is no device with entPhysicalIndex %u", r->device);
	return store_check(lc->model, r, detail);
}

enum lc_err
lc_action_new(struct lc *lc, const struct lc_request *request,
    struct lc_action **out)
{
	const struct lc_job *job = job_of(request->kind);
	struct lc_action *a;

	if (job == NULL || !job->complete(request) ||
	    (request->review && job->plan == NULL))
		return LC_EINVAL;
	if ((a = calloc(1, sizeof *a)) == NULL)
		return LC_ENOMEM;
	a->lc = lc;
	a->job = job;
	a->state = LC_NOT_STARTED;
	a->request = *request;
	a->request.by = lc_arena_text(&a->arena,
	    request->by != NULL ? request->by : "");
	a->request.nonce = lc_arena_text(&a->arena,
	    request->nonce != NULL ? request->nonce : "");
	if (a->request.by == NULL || a->request.nonce == NULL) {
		lc_action_free(a);
		return LC_ENOMEM;
	}
	*out = a;
	return LC_OK;
}

void
lc_action_free(struct lc_action *a)
{
	if (a == NULL)
		return;
	if (a->job->end != NULL)
		a->job->end(a);
	free(a->results);
	free(a->output);
	lc_arena_free(&a->arena);
	free(a);
}

enum lc_action_state
lc_action_state(const struct lc_action *a)
{
	return a->state;
}

enum lc_err
lc_action_error(const struct lc_action *a)
{
	return a->err;
}

const char *
lc_action_detail(const struct lc_action *a)
{
	return a->detail.text;
}

const struct lc_result *
lc_action_results(const struct lc_action *a, size_t *n)
{
	*n = a->nresults;
	return a->results;
}

/* ---- Output ---------------------------------------------------------- */

const char *
lc_action_output(const struct lc_action *a, size_t *len)
{
	bool done = a->waits || a->state == LC_SUCCESSFUL ||
	    a->state == LC_PARTIALLY_SUCCESSFUL;

	*len = done ? a->output_len : 0;
	return done ? a->output : NULL;
}

enum lc_err
lc_action_output_take(struct lc_action *a, struct lc_file_writer *writer)
{
	enum lc_err err;

	lc_file_writer_text(writer, "%s", "");	/* so that there is a text */
	err = lc_file_writer_end(writer);
	if (err == LC_OK) {
		free(a->output);
		a->output = writer->text;
		a->output_len = writer->len;
		*writer = (struct lc_file_writer){ 0 };
	}
	lc_file_writer_free(writer);
	return err == LC_EFILE ? lc_fail(&a->detail, err, "it would have more"
	    " than %d bytes", LC_FILE_MAX) : err;
}

const struct lc_device *
lc_action_device(const struct lc_action *a)
{
	return lc_model_device(a->lc->model, a->request.device);
}

/* ---- Results --------------------------------------------------------- */

void
lc_action_fail(struct lc_action *a, enum lc_err err)
{
	a->state = LC_FAILED;
	a->err = err;
}

enum lc_err
lc_action_results_new(struct lc_action *a, size_t n)
{
	a->results = calloc(n, sizeof *a->results);
	if (a->results == NULL)
		return LC_ENOMEM;
	a->nresults = n;
	for (size_t i = 0; i < n; i++) {
		a->results[i].state = LC_NOT_STARTED;
		a->results[i].feature = "";
		a->results[i].version = "";
	}
	return LC_OK;
}

enum lc_err
lc_result_describe(struct lc_action *a, struct lc_result *r,
    const struct lc_terms *t)
{
	const char *feature = lc_pool_text(&a->lc->texts, t->feature);
	const char *version = lc_pool_text(&a->lc->texts, t->version);

	if (feature == NULL || version == NULL)
		return LC_ENOMEM;
	r->feature = feature;
	r->version = version;
	return LC_OK;
}

void
lc_result_fail(struct lc_result *r, enum lc_err err)
{
	r->state = LC_FAILED;
	r->err = err;
	r->index = 0;
}

void
lc_result_reset(struct lc_result *r)
{
	r->state = LC_NOT_STARTED;
	r->err = LC_OK;
	*r->detail.text = '\0';
}

/* The action's state from those of its licenses. */
static void
conclude(struct lc_action *a)
{
	size_t good = 0, bad = 0;

	for (size_t i = 0; i < a->nresults; i++) {
		const struct lc_result *r = &a->results[i];

		good += r->state == LC_SUCCESSFUL;
		if (r->state != LC_FAILED)
			continue;
		if (bad++ == 0) {
			a->err = r->err;
			a->detail = r->detail;
		} else if (r->err != a->err) {
			a->err = LC_EMIXED;
			a->detail.text[0] = '\0';
		}
	}
	a->state = bad == 0 ? LC_SUCCESSFUL :
	    good > 0 ? LC_PARTIALLY_SUCCESSFUL : LC_FAILED;
	if (a->state != LC_FAILED)
		a->err = LC_OK;
}

/* ---- Traces ---------------------------------------------------------- */

enum lc_err
lc_action_tell(struct lc_action *a, enum lc_event_kind kind,
    const struct lc_entry *e)
{
	return lc_event_tell(a->lc, kind, e->use, e, a->request.by);
}

enum lc_err
lc_action_note(struct lc_action *a, const char *what, const struct lc_entry *e)
{
	return lc_note(a->lc, what, e, a->request.by);
}

/* ---- Stepping -------------------------------------------------------- */

bool
lc_action_step(struct lc_action *a)
{
	if (a->state == LC_NOT_STARTED)
		a->state = LC_IN_PROGRESS;
	if (a->state == LC_IN_PROGRESS && !a->waits && a->job->step(a) &&
	    a->state == LC_IN_PROGRESS && !a->waits)
		conclude(a);
	return a->waits || a->state != LC_IN_PROGRESS;
}

/* ---- Review ---------------------------------------------------------- */

bool
lc_action_waits(const struct lc_action *a)
{
	return a->waits;
}

bool
lc_action_plan(const struct lc_action *a, size_t i, struct lc_plan *plan)
{
	return a->waits && i < a->nresults && a->job->plan(a, i, plan);
}

void
lc_action_confirm(struct lc_action *a, bool accept_eula)
{
	a->waits = false;
	a->request.review = false;
	a->request.accept_eula |= accept_eula;
}

void
lc_action_progress(const struct lc_action *a, size_t *done, size_t *total)
{
	*done = a->done;
	*total = a->total;
}

bool
lc_action_rests(const struct lc_action *a)
{
	return a->rests;
}

void
lc_action_run(struct lc_action *a)
{
	a->alone = true;
	while (!lc_action_step(a))
		;
}
