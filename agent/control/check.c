/* check.c - checks of all that is on disk, in slices: check.h. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "names.h"

struct control_check {
	struct client *client;
	json_int_t id;
	struct lc_check *check;
	struct buffer findings; /* as many as fit into the answer */
	size_t nfindings;
	struct control_check *next;
};

static void
check_end(struct control_check *cc)
{
	lc_check_free(cc->check);
	buffer_free(&cc->findings);
	free(cc);
}

static void
put_last(struct control *control, struct control_check *cc)
{
	struct control_check **at = &control->checks;

	while (*at != NULL)
		at = &(*at)->next;
	cc->next = NULL;
	*at = cc;
}

/* ---- The answer ---- */

static json_t *
findings_json(const struct buffer *findings)
{
	json_t *list = json_array();
	size_t at = 0;

	while (list != NULL && at < findings->len) {
		const char *text = (const char *)findings->data + at;

		(void)json_array_append_new(list, words_json(text));
		at += strlen(text) + 1;
	}
	return list;
}

static void
answer(const struct control_check *cc)
{
	const struct call call = { .client = cc->client, .id = cc->id };
	struct lc_detail detail = { "" };
	enum lc_err err = lc_check_result(cc->check, &detail);

	if (err == LC_OK || err == LC_EDAMAGED)
		call_answer(
		    &call, json_pack("{s:b, s:I, s:o}", "good", err == LC_OK,
			       "found", (json_int_t)cc->nfindings, "findings",
			       findings_json(&cc->findings)));
	else
		call_fail(&call, err, detail.text);
}

/* ---- Slices ---- */

/* Of the first one; then it waits until the others have had theirs. */
static void
step(void *arg)
{
	struct control *control = arg;
	struct control_check *cc = control->checks;
	bool over;

	if (cc == NULL)
		return;
	control->checks = cc->next;
	control->checking = cc;
	over = lc_check_step(cc->check);
	control->checking = NULL;
	if (over) {
		answer(cc);
		check_end(cc);
		/* A file that was found damaged can be made again now. */
		control->changed(control->arg);
	} else
		put_last(control, cc);
	if (control->checks != NULL)
		loop_defer(control->loop, &control->check_task);
}

void
check_begin(const struct call *call)
{
	struct client *client = call->client;
	struct control *control = client->control;
	struct control_check *cc = control->checks;

	while (cc != NULL && cc->client != client)
		cc = cc->next;
	if (cc != NULL) {
		call_refuse(call, "too-many", "a check is under way");
		return;
	}
	cc = calloc(1, sizeof *cc);
	if (cc == NULL || lc_check_new(control->core, &cc->check) != LC_OK) {
		free(cc);
		call_fail(call, LC_ENOMEM, "");
		return;
	}
	cc->client = client;
	cc->id = call->id;
	cc->findings.limit = CONTROL_PAGE;
	put_last(control, cc);
	loop_defer(control->loop, &control->check_task);
}

void
check_notice(struct control *control, enum lc_err err, const char *text)
{
	struct control_check *cc = control->checking;

	if (cc == NULL)
		return;
	if (text[0] == '\0')
		text = lc_strerror(err);
	cc->nfindings++;
	buffer_append(&cc->findings, text, strlen(text) + 1);
}

/* ---- Its life ---- */

void
check_drop(struct client *client)
{
	struct control_check **at = &client->control->checks, *cc;

	while ((cc = *at) != NULL && cc->client != client)
		at = &cc->next;
	if (cc == NULL)
		return;
	*at = cc->next;
	check_end(cc);
}

void
check_init(struct control *control)
{
	control->check_task = (struct task){ .run = step, .arg = control };
}

void
check_free(struct control *control)
{
	loop_undefer(control->loop, &control->check_task);
}
