/*
 * action.h - what every kind of action has in common.
 *
 * A kind of action is a struct lc_job: how it is checked, worked on in slices
 * and cleaned up.  action.c keeps the state, the results and the texts.
 */
#ifndef LC_ACTION_H
#define LC_ACTION_H

#include "lc.h"

struct lc_job {
	/* What has to be in the request beyond device and store; LC_EINVAL. */
	bool (*complete)(const struct lc_request *);
	/*
	 * One slice.  True when there are no more: it has set the results, or
	 * has called lc_action_fail.
	 */
	bool (*step)(struct lc_action *);
	void (*end)(struct lc_action *);	/* frees work; may be NULL */
	/* lc_action_plan; NULL: the job cannot wait. */
	bool (*plan)(const struct lc_action *, size_t i, struct lc_plan *);
};

extern const struct lc_job lc_job_install;
extern const struct lc_job lc_job_clear;
extern const struct lc_job lc_job_process_ticket;
extern const struct lc_job lc_job_regenerate_ticket;
extern const struct lc_job lc_job_backup;
extern const struct lc_job lc_job_generate_eula;
extern const struct lc_job lc_job_export_credentials;

struct lc_action {
	struct lc *lc;
	const struct lc_job *job;
	struct lc_request request;	/* by, nonce point into arena */
	struct lc_arena arena;		/* of the request's texts */
	enum lc_action_state state;
	bool waits;			/* for lc_action_confirm */
	bool alone;			/* nobody waits for its slices */
	bool rests;			/* lc_action_rests */
	enum lc_err err;
	struct lc_detail detail;

	struct lc_result *results;
	size_t nresults;
	size_t done, total;	/* lc_action_progress */

	char *output;			/* lc_action_output */
	size_t output_len;

	void *work;			/* the job's own */
};

struct lc_file_writer;

/* The device that the request is about. */
const struct lc_device *lc_action_device(const struct lc_action *);
/* What was written becomes the output; the writer is empty afterwards. */
enum lc_err lc_action_output_take(struct lc_action *, struct lc_file_writer *);

/* The whole of it failed, before any license was tried. */
void lc_action_fail(struct lc_action *, enum lc_err);

/* n results, none of them tried yet.  LC_ENOMEM. */
enum lc_err lc_action_results_new(struct lc_action *, size_t n);
/* Feature and version, kept beyond the license's own life.  LC_ENOMEM. */
enum lc_err lc_result_describe(struct lc_action *, struct lc_result *,
    const struct lc_terms *);
void lc_result_fail(struct lc_result *, enum lc_err);
/* Not tried yet; what it describes stays. */
void lc_result_reset(struct lc_result *);

/* Within a change: what was done to a license, by who asked for it. */
enum lc_err lc_action_tell(struct lc_action *, enum lc_event_kind,
    const struct lc_entry *);
enum lc_err lc_action_note(struct lc_action *, const char *what,
    const struct lc_entry *);

#endif
