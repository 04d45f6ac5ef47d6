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

#define GROUP_MAX 256
#define READ_SIZE 65536
#define BUFFER_MAX (2 * FRAME_MAX)
/* Bytes of answers after which a group ends: with another one they fit. */
#define ANSWERS_MAX (FRAME_MAX / 2)

/* A request, and what it came to. */
struct request {
	uint32_t number;
	uint16_t kind;
	json_t *asked; /* NULL: it was unreadable */
	unsigned status;
	char *text;
	struct op_answer answer; /* for what is called afterwards */
};

struct issuer {
	int fd;
	struct lc_authority *authority;
	const struct op_settings *settings;
	struct buffer in, out;
	struct request group[GROUP_MAX];
	size_t n;
	size_t ndone; /* in this transaction; most times all */
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
request_fail(struct request *request, enum lc_err err,
    const struct op_answer *answer, const struct lc_detail *detail)
{
	const char *kind;

	free(request->text);
	request->status = op_status(err, &kind);
	if (answer != NULL && answer->status != 0) {
		request->status = answer->status;
		kind = answer->kind;
	}
	request->text = problem_text(kind,
	    detail->text[0] != '\0' ? detail->text : lc_strerror(err),
	    answer != NULL ? answer->body : NULL);
}

/* What is known now: it was committed, or it never is. */
static void
request_settle(
    struct issuer *issuer, struct request *request, bool is_committed)
{
	void *arg = request->answer.arg;

	if (request->answer.after != NULL)
		request->answer.after(issuer->authority, arg, is_committed);
	request->answer.after = NULL;
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
request_run(struct issuer *issuer, const struct request *request,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct lc_record *record = issuer->authority->record;
	struct lc_part part;
	enum lc_err err;

	if (request->asked == NULL || request->kind >= NOPS)
		return LC_EINVAL;
	lc_record_tell(record, detail);
	record->refusal.is_pending = false;
	err = lc_part_begin(record, &part);
	if (err == LC_OK) {
		err = op_run((enum op)request->kind, issuer->authority,
		    issuer->settings, request->asked, answer, detail);
		err = lc_part_end(record, &part, err);
	}
	return err;
}

/* The bytes of its answer. */
static size_t
request_do(struct issuer *issuer, struct request *request)
{
	struct op_answer *answer = &request->answer;
	struct lc_detail detail = { "" };
	enum lc_err err;

	free(request->text);
	request->text = NULL;
	request->status = 200;
	*answer = (struct op_answer){ NULL };
	err = request_run(issuer, request, answer, &detail);
	if (err == LC_OK && answer->refused == LC_OK &&
	    (request->text = json_dumps(answer->body, JSON_COMPACT)) == NULL)
		err = LC_ENOMEM;
	if (err != LC_OK || answer->refused != LC_OK) {
		request_fail(request, err != LC_OK ? err : answer->refused,
		    answer, &detail);
		refusal_put(issuer->authority->record);
	}
	if (err != LC_OK)
		request_settle(issuer, request, false);
	json_decref(answer->body);
	answer->body = NULL;
	return request->text != NULL ? strlen(request->text) : 0;
}

/* ---- A group --------------------------------------------------------- */

/* Takes what is complete.  False: the other end breaks the rules. */
static bool
group_take(struct issuer *issuer)
{
	struct frame frame;
	size_t taken;
	int got = 0;

	while (issuer->n < GROUP_MAX &&
	       (got = frame_get(&issuer->in, &frame, &taken)) > 0) {
		issuer->group[issuer->n++] = (struct request){
			.number = frame.number,
			.kind = frame.kind,
			.asked = json_loadb(frame.body, frame.len, 0, NULL),
		};
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
		    "cannot use the key that signs now: %s; the key before it "
		    "signs while it is valid; see licportald(8), \"Keys that "
		    "follow each other\"",
		    detail.text[0] != '\0' ? detail.text : lc_strerror(err));
	issuer->is_behind = err != LC_OK;
}

/* Asks for what all of them need, at once. */
static void
group_ahead(struct issuer *issuer)
{
	/* What fails here fails the transaction. */
	for (size_t i = 0; i < issuer->n; i++)
		(void)op_ahead((enum op)issuer->group[i].kind,
		    issuer->authority, issuer->group[i].asked);
}

/* While writing: all of them, and the commit. */
static enum lc_err
group_write(struct issuer *issuer, bool is_quick, struct lc_detail *detail)
{
	struct lc_record *record = issuer->authority->record;
	size_t answers = 0;
	enum lc_err err;

	key_follow(issuer);
	record->is_quick = is_quick;
	if (is_quick)
		group_ahead(issuer);
	for (issuer->ndone = 0;
	     issuer->ndone < issuer->n && answers < ANSWERS_MAX;
	     issuer->ndone++)
		answers += request_do(issuer, &issuer->group[issuer->ndone]);
	lc_record_tell(record, detail);
	err = lc_authority_end(issuer->authority, LC_OK);
	issuer->followed_n = record->n;
	for (size_t i = 0; i < issuer->ndone; i++)
		request_settle(issuer, &issuer->group[i], err == LC_OK);
	return err;
}

/*
 * Done quickly, a request that the database does not take fails the others with
 * it: then each is waited for, so that it fails alone.
 */
static enum lc_err
group_commit(struct issuer *issuer, struct lc_detail *detail)
{
	enum lc_err err = lc_authority_begin(issuer->authority, detail);

	issuer->ndone = issuer->n;
	if (err != LC_OK) {
		log_error("issuer", "cannot write: %s", detail->text);
		return err;
	}
	if ((err = group_write(issuer, true, detail)) == LC_OK)
		return err;
	log_error("issuer", "cannot commit %zu requests: %s; %s", issuer->ndone,
	    detail->text,
	    lc_record_is_cut(issuer->authority->record)
		? "they are answered with 503"
		: "they are done again, more slowly");
	if (lc_record_is_cut(issuer->authority->record))
		return err;
	*detail = (struct lc_detail){ "" };
	err = lc_authority_begin(issuer->authority, detail);
	if (err == LC_OK)
		err = group_write(issuer, false, detail);
	if (err != LC_OK)
		log_error("issuer", "cannot commit: %s", detail->text);
	return err;
}

/*
 * Answers what was done, with the error if it was not committed; what is left
 * begins the next group.
 */
static void
group_answer(
    struct issuer *issuer, enum lc_err err, const struct lc_detail *detail)
{
	for (size_t i = 0; i < issuer->ndone; i++) {
		struct request *request = &issuer->group[i];
		struct frame frame = { .number = request->number };

		if (err != LC_OK)
			request_fail(request, err, NULL, detail);
		frame.status = (uint16_t)request->status;
		frame.kind = (uint16_t)(i == 0 ? issuer->ndone : 0);
		frame.body = request->text != NULL ? request->text : "{}";
		frame.len = strlen(frame.body);
		(void)frame_put(&issuer->out, &frame); /* failed ends it all */
		free(request->text);
		json_decref(request->asked);
	}
	issuer->n -= issuer->ndone;
	memmove(issuer->group, &issuer->group[issuer->ndone],
	    issuer->n * sizeof issuer->group[0]);
}

static bool
output_write(struct issuer *issuer)
{
	size_t written = 0;

	while (written < issuer->out.len) {
		ssize_t n = write(issuer->fd, issuer->out.data + written,
		    issuer->out.len - written);

		if (n > 0)
			written += (size_t)n;
		else if (errno != EINTR)
			return false;
	}
	buffer_consume(&issuer->out, written);
	return true;
}

/* Everything that is complete; several groups if need be. */
static bool
groups_run(struct issuer *issuer)
{
	bool good = group_take(issuer);

	while (issuer->n > 0) {
		struct lc_detail detail = { "" };
		enum lc_err err = group_commit(issuer, &detail);

		group_answer(issuer, err, &detail);
		good = good && !issuer->out.failed && output_write(issuer) &&
		       group_take(issuer);
	}
	return good;
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
		if (!groups_run(issuer)) {
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
