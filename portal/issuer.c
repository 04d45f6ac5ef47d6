/* issuer.c - see issuer.h. */
#include "issuer.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/buffer.h"
#include "daemon/log.h"
#include "frame.h"
#include "op.h"
#include "record/authority.h"
#include "record/record.h"

#define BATCH_MAX 256
#define READ_SIZE 65536
#define BUFFER_MAX (2 * FRAME_MAX)

/* What one request came to. */
struct result {
	uint32_t number;
	unsigned status;
	char *text;
	struct op_answer answer; /* for what is called afterwards */
};

struct issuer {
	int fd;
	struct lc_authority *authority;
	const struct op_settings *settings;
	struct buffer in, out;
	struct result results[BATCH_MAX];
	size_t nresults;
	/* When the key was followed last, and the end of the log then. */
	int64_t followed_at, followed_n;
	bool is_behind; /* the key that signs now could not be loaded */
};

/* ---- One request ----------------------------------------------------- */

static char *
problem_text(const char *kind, const char *said, json_t *more)
{
	json_t *problem = json_pack(
	    "{s:s, s:s, s:O*}", "kind", kind, "detail", said, "more", more);
	char *text = problem != NULL ? json_dumps(problem, JSON_COMPACT) : NULL;

	json_decref(problem);
	return text;
}

/* An operation may know better than its error what it is. */
static void
result_fail(struct result *result, enum lc_err err,
    const struct op_answer *answer, const struct lc_detail *detail)
{
	const char *kind;

	free(result->text);
	result->status = op_status(err, &kind);
	if (answer != NULL && answer->status != 0) {
		result->status = answer->status;
		kind = answer->kind;
	}
	result->text = problem_text(kind,
	    detail->text[0] != '\0' ? detail->text : lc_strerror(err),
	    answer != NULL ? answer->body : NULL);
}

/* What is known now: it was committed, or it never is. */
static void
result_settle(struct issuer *issuer, struct result *result, bool is_committed)
{
	void *arg = result->answer.arg;

	if (result->answer.after != NULL)
		result->answer.after(issuer->authority, arg, is_committed);
	result->answer.after = NULL;
}

/* Why it was refused goes into the log, unless that fails as well. */
static void
refusal_put(struct lc_record *record)
{
	struct lc_detail unheard = { "" };
	struct lc_part part;

	lc_record_tell(record, &unheard);
	if (record->refusal.is_pending && lc_part_begin(record, &part) == LC_OK)
		(void)lc_part_end(record, &part, lc_refusal_put(record));
	record->refusal.is_pending = false;
	lc_record_tell(record, NULL);
}

static enum lc_err
request_run(struct issuer *issuer, const struct frame *frame,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct lc_record *record = issuer->authority->record;
	json_t *asked = json_loadb(frame->body, frame->len, 0, NULL);
	struct lc_part part;
	enum lc_err err = LC_EINVAL;

	if (asked == NULL || frame->kind >= NOPS) {
		json_decref(asked);
		return err;
	}
	lc_record_tell(record, detail);
	record->refusal.is_pending = false;
	err = lc_part_begin(record, &part);
	if (err == LC_OK) {
		err = op_run((enum op)frame->kind, issuer->authority,
		    issuer->settings, asked, answer, detail);
		err = lc_part_end(record, &part, err);
	}
	json_decref(asked);
	return err;
}

static void
request_take(struct issuer *issuer, const struct frame *frame)
{
	struct result *result = &issuer->results[issuer->nresults++];
	struct op_answer *answer = &result->answer;
	struct lc_detail detail = { "" };
	enum lc_err err;

	*result = (struct result){ .number = frame->number, .status = 200 };
	err = request_run(issuer, frame, answer, &detail);
	if (err == LC_OK && answer->refused == LC_OK &&
	    (result->text = json_dumps(answer->body, JSON_COMPACT)) == NULL)
		err = LC_ENOMEM;
	if (err != LC_OK || answer->refused != LC_OK) {
		result_fail(result, err != LC_OK ? err : answer->refused,
		    answer, &detail);
		refusal_put(issuer->authority->record);
	}
	if (err != LC_OK)
		result_settle(issuer, result, false);
	json_decref(answer->body);
}

/* ---- A batch --------------------------------------------------------- */

/* Answers all, with the error if what they did was not committed. */
static void
batch_answer(
    struct issuer *issuer, enum lc_err err, const struct lc_detail *detail)
{
	for (size_t i = 0; i < issuer->nresults; i++) {
		struct result *result = &issuer->results[i];
		struct frame frame = { .number = result->number };

		result_settle(issuer, result, err == LC_OK);
		if (err != LC_OK)
			result_fail(result, err, NULL, detail);
		frame.status = (uint16_t)result->status;
		frame.body = result->text != NULL ? result->text : "{}";
		frame.len = strlen(frame.body);
		(void)frame_put(&issuer->out, &frame); /* failed ends it all */
		free(result->text);
	}
	issuer->nresults = 0;
}

/* False: the other end breaks the rules. */
static bool
batch_fill(struct issuer *issuer)
{
	struct frame frame;
	size_t taken;
	int got = 0;

	while (issuer->nresults < BATCH_MAX &&
	       (got = frame_get(&issuer->in, &frame, &taken)) > 0) {
		request_take(issuer, &frame);
		buffer_consume(&issuer->in, taken);
	}
	return got >= 0;
}

/*
 * Another process may have made or withdrawn a key, and a key may have begun to
 * sign or ended.  While writing, so that nothing changes any more.
 */
static void
key_follow(struct issuer *issuer)
{
	struct lc_record *record = issuer->authority->record;
	struct lc_detail detail = { "" };
	enum lc_err err;

	if (record->n == issuer->followed_n &&
	    record->at == issuer->followed_at)
		return;
	issuer->followed_at = record->at;
	err = lc_authority_follow_key(issuer->authority, &detail);
	if (err != LC_OK && !issuer->is_behind)
		log_error("issuer",
		    "cannot use the key that signs now: %s; the one before "
		    "goes on while it is valid",
		    detail.text[0] != '\0' ? detail.text : lc_strerror(err));
	issuer->is_behind = err != LC_OK;
}

/* Everything that is complete; several batches if need be. */
static bool
batch_run(struct issuer *issuer)
{
	struct lc_detail detail = { "" };
	struct frame frame;
	size_t taken;
	bool good = true;
	int got;

	while (good && (got = frame_get(&issuer->in, &frame, &taken)) > 0) {
		enum lc_err err =
		    lc_authority_begin(issuer->authority, &detail);

		if (err != LC_OK) {
			issuer->results[issuer->nresults++] =
			    (struct result){ .number = frame.number };
			buffer_consume(&issuer->in, taken);
			log_error("issuer", "cannot write: %s", detail.text);
		} else {
			key_follow(issuer);
			good = batch_fill(issuer);
			lc_record_tell(issuer->authority->record, &detail);
			err = lc_authority_end(issuer->authority, LC_OK);
			issuer->followed_n = issuer->authority->record->n;
			if (err != LC_OK)
				log_error(
				    "issuer", "cannot commit: %s", detail.text);
		}
		batch_answer(issuer, err, &detail);
	}
	return good && got >= 0 && !issuer->out.failed;
}

/* ---- The connection -------------------------------------------------- */

/* 1: more may come; 0: the end; -1: failed. */
static int
input_read(struct issuer *issuer)
{
	uint8_t *at = buffer_reserve(&issuer->in, READ_SIZE);
	ssize_t n;

	if (at == NULL)
		return -1;
	n = read(issuer->fd, at, READ_SIZE);
	if (n > 0) {
		issuer->in.len += (size_t)n;
		return 1;
	}
	return n < 0 && (errno == EINTR || errno == EAGAIN) ? 1 : (int)n;
}

static bool
output_write(struct issuer *issuer)
{
	while (issuer->out.len > 0) {
		ssize_t n =
		    write(issuer->fd, issuer->out.data, issuer->out.len);

		if (n > 0)
			buffer_consume(&issuer->out, (size_t)n);
		else if (errno != EINTR)
			return false;
	}
	return true;
}

int
issuer_run(
    int fd, struct lc_authority *authority, const struct op_settings *settings)
{
	struct issuer *issuer = calloc(1, sizeof *issuer);
	int got = -1;

	if (issuer == NULL)
		return EXIT_FAILURE;
	issuer->fd = fd;
	issuer->authority = authority;
	issuer->settings = settings;
	issuer->in = (struct buffer)BUFFER_INIT(BUFFER_MAX);
	issuer->out = (struct buffer)BUFFER_INIT(BUFFER_MAX);
	/* The portal has a thread for them. */
	if (db_leave_checkpoints(authority->record->db) != DB_OK)
		log_warn("issuer", "commits make checkpoints: %s",
		    db_words(authority->record->db));
	while ((got = input_read(issuer)) > 0) {
		if (!batch_run(issuer) || !output_write(issuer)) {
			got = -1;
			break;
		}
	}
	if (got < 0)
		log_error("issuer", "connection to the portal failed: %s",
		    strerror(errno));
	buffer_free(&issuer->in);
	buffer_free(&issuer->out);
	free(issuer);
	return got == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
