/*
 * scan.c - what there are mails about; see post.h.
 *
 * The log is the outbox: a mail about one of its entries is put together with
 * moving on in it.  With the ends of licenses, time is what is moved on.
 */
#include "portal/mail/post.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "daemon/array.h"
#include "ops/token.h"
#include "record/log.h"
#include "report/events.h"
#include "report/letters.h"

#define ENTRIES 1000          /* of the log in a turn */
#define EXPIRING_EACH_S 86400 /* between looks for what expires */
#define APPROVALS_EACH_S 900  /* between mails about what is to be approved */
#define PERSON "person "
#define WORDS 320 /* bytes of a sentence, or of a name with its kind */

/* ---- Mails to be put ------------------------------------------------- */

struct batch {
	struct post *post;
	struct outbox_new *mails; /* its texts are the batch's */
	size_t n;
	bool failed; /* no memory */
};

static void
batch_free(struct batch *batch)
{
	for (size_t i = 0; i < batch->n; i++) {
		free((char *)batch->mails[i].address);
		free((char *)batch->mails[i].reason);
		free(batch->mails[i].about);
	}
	free(batch->mails);
}

/* Takes over about; kind is a literal. */
static void
batch_add(struct batch *batch, const char *kind, const char *address,
    const char *reason, json_t *about)
{
	struct outbox_new *more =
	    realloc(batch->mails, (batch->n + 1) * sizeof *more);
	struct outbox_new *mail;

	if (more == NULL) {
		batch->failed = true;
		json_decref(about);
		return;
	}
	batch->mails = more;
	mail = &more[batch->n++];
	*mail = (struct outbox_new){
		.kind = kind,
		.address = strdup(address),
		.reason = strdup(reason),
		.about = json_dumps(about, JSON_COMPACT),
	};
	json_decref(about);
	if (mail->address == NULL || mail->reason == NULL ||
	    mail->about == NULL)
		batch->failed = true;
}

static enum people_err
fail(struct people_words *words, const char *what)
{
	(void)snprintf(words->text, sizeof words->text, "%s", what);
	return PEOPLE_UNAVAILABLE;
}

/* Puts all of it, and moves the place on.  Frees the batch. */
static enum people_err
batch_put(struct batch *batch, const struct outbox_place *place, int64_t n,
    int64_t at, struct people_words *words)
{
	enum people_err err = PEOPLE_OK;

	if (batch->failed)
		err = fail(words, "no memory");
	else if (batch->n > 0 || n != place->n || at != place->at)
		err = outbox_move(batch->post->people, place, n, at,
		    batch->mails, batch->n, words);
	batch_free(batch);
	return err == PEOPLE_EXISTS ? PEOPLE_OK : err;
}

static bool
gets_mail(const struct person *person)
{
	return person->mail[0] != '\0' && !person->is_stopped;
}

static bool
has_role(const struct person *person, enum lc_role role)
{
	return strcmp(person->role, lc_role_name(role)) == 0;
}

/* ---- Licenses that somebody got -------------------------------------- */

struct receiving {
	struct batch batch;
	int64_t last; /* request; those of one follow each other */
};

static enum lc_err
license_take(void *arg, const struct lc_letter *letter)
{
	struct receiving *r = arg;
	struct people_words words;
	struct person person;
	char reason[32];
	enum people_err err;

	if (letter->request == r->last)
		return LC_OK;
	err = people_find(r->batch.post->people,
	    letter->who + sizeof PERSON - 1, &person, &words);
	if (err != PEOPLE_OK && err != PEOPLE_NOT_FOUND)
		return LC_EIO;
	r->last = letter->request;
	if (err == PEOPLE_NOT_FOUND || !gets_mail(&person))
		return LC_OK;
	(void)snprintf(
	    reason, sizeof reason, "%lld", (long long)letter->request);
	batch_add(&r->batch, MAIL_LICENSES, person.mail, reason,
	    json_pack("{s:I}", "n", (json_int_t)letter->request));
	return LC_OK;
}

/* Nobody gets mails about what was before there were any.  True: it began. */
static enum people_err
place_begin(struct post *post, struct outbox_place *place, bool *began,
    struct people_words *words)
{
	enum people_err err = outbox_place(post->people, place, words);
	int64_t head = 0;

	*began = err == PEOPLE_OK && place->n == 0 && place->at == 0;
	if (!*began)
		return err;
	if (lc_log_head(post->record, &head) != LC_OK)
		return fail(words, "the log cannot be read");
	return batch_put(
	    &(struct batch){ .post = post }, place, head, 1, words);
}

static enum people_err
scan_licenses(struct post *post, struct people_words *words)
{
	struct outbox_place place = { .name = "licenses" };
	struct receiving r = { .batch = { .post = post } };
	int64_t upto = 0;
	bool began;
	enum people_err err = place_begin(post, &place, &began, words);

	if (err != PEOPLE_OK || began)
		return err;
	if (lc_letters(post->record, LC_LETTERS_LICENSES, place.n, ENTRIES,
		license_take, &r, &upto) == LC_OK)
		return batch_put(&r.batch, &place, upto, place.at, words);
	batch_free(&r.batch);
	return fail(words, "the log cannot be read");
}

/* ---- Approvals ------------------------------------------------------- */

struct approving {
	struct batch batch;
	json_t *all;  /* for whoever supports devices */
	json_t *keys; /* for administrators alone */
	char reason[32];
};

static enum lc_err
approval_take(void *arg, const struct lc_letter *letter)
{
	struct approving *a = arg;
	json_t *list = a->all;
	char what[WORDS];

	if (strcmp(letter->kind, "proposed") == 0) {
		list = a->keys;
		(void)snprintf(what, sizeof what,
		    "a change of the signing keys, proposed by %s",
		    letter->who);
	} else if (strcmp(letter->kind, "asked") == 0) {
		(void)snprintf(what, sizeof what,
		    "an extension of license %s, asked for by %s",
		    letter->subject, letter->who);
	} else if (strcmp(letter->kind, "above limit") == 0) {
		(void)snprintf(what, sizeof what,
		    "the replacement of %s, asked for by %s", letter->subject,
		    letter->who);
	} else {
		(void)snprintf(what, sizeof what, "%s", letter->says);
	}
	return json_array_append_new(list, json_pack("{s:s, s:s}", "what", what,
					       "who", letter->who)) == 0
		   ? LC_OK
		   : LC_ENOMEM;
}

/* Nobody approves what he asked for himself. */
static void
items_add(json_t *to, const json_t *from, const struct person *person)
{
	char self[WORDS];
	json_t *item;
	size_t i;

	(void)snprintf(self, sizeof self, PERSON "%s", person->name);
	json_array_foreach(from, i, item)
	{
		const char *who =
		    json_string_value(json_object_get(item, "who"));

		if (who == NULL || strcmp(who, self) != 0)
			(void)json_array_append(to, item);
	}
}

/* Whoever may approve some of it. */
static void
approver_add(void *arg, const struct person *person)
{
	struct approving *a = arg;
	bool is_admin = has_role(person, LC_ROLE_ADMIN);
	json_t *list;

	if (!gets_mail(person) ||
	    (!is_admin && !has_role(person, LC_ROLE_SUPPORT)))
		return;
	list = json_array();
	items_add(list, a->all, person);
	if (is_admin)
		items_add(list, a->keys, person);
	if (json_array_size(list) == 0) {
		json_decref(list);
		return;
	}
	batch_add(&a->batch, MAIL_APPROVAL, person->mail, a->reason,
	    json_pack("{s:i, s:b, s:o}", "count", (int)json_array_size(list),
		"several", json_array_size(list) > 1, "items", list));
}

static enum people_err
approvals_put(struct approving *a, const struct outbox_place *place,
    int64_t upto, struct people_words *words)
{
	struct post *post = a->batch.post;
	size_t found = json_array_size(a->all) + json_array_size(a->keys);
	enum people_err err = PEOPLE_OK;

	(void)snprintf(a->reason, sizeof a->reason, "%lld", (long long)upto);
	if (found > 0)
		err = people_list(post->people, NULL, approver_add, a, words);
	if (err != PEOPLE_OK) {
		batch_free(&a->batch);
		return err;
	}
	return batch_put(&a->batch, place, upto,
	    found > 0 ? (int64_t)time(NULL) : place->at, words);
}

static enum people_err
scan_approvals(struct post *post, struct people_words *words)
{
	struct outbox_place place = { .name = "approvals" };
	struct approving a = { .batch = { .post = post } };
	int64_t upto = 0;
	bool began;
	enum people_err err = place_begin(post, &place, &began, words);

	if (err != PEOPLE_OK || began ||
	    (int64_t)time(NULL) < place.at + APPROVALS_EACH_S)
		return err;
	a.all = json_array();
	a.keys = json_array();
	if (a.all != NULL && a.keys != NULL &&
	    lc_letters(post->record, LC_LETTERS_APPROVALS, place.n, MAIL_ROWS,
		approval_take, &a, &upto) == LC_OK)
		err = approvals_put(&a, &place, upto, words);
	else
		err = fail(words, "the log cannot be read");
	json_decref(a.all);
	json_decref(a.keys);
	return err;
}

/* ---- What expires ---------------------------------------------------- */

static const int days_ahead[] = { 60, 14, 1 };

struct expiring {
	struct batch batch;
	json_t *groups; /* by "account A" or "person P": {count, licenses} */
	int days;
	json_t *group; /* the one that is put */
	char reason[32];
};

static json_t *
group_of(struct expiring *e, const char *kind, const char *name)
{
	char key[WORDS];
	json_t *group;

	(void)snprintf(key, sizeof key, "%s%s", kind, name);
	if ((group = json_object_get(e->groups, key)) != NULL)
		return group;
	group = json_pack("{s:i, s:[]}", "count", 0, "licenses");
	return json_object_set_new(e->groups, key, group) == 0 ? group : NULL;
}

static enum lc_err
ending_take(void *arg, const struct lc_log_event *event)
{
	struct expiring *e = arg;
	json_t *group = NULL, *licenses;
	json_int_t count;

	if (event->account[0] != '\0')
		group = group_of(e, "account ", event->account);
	else if (strncmp(event->who, PERSON, sizeof PERSON - 1) == 0)
		group = group_of(e, PERSON, event->who + sizeof PERSON - 1);
	else
		return LC_OK; /* nobody is known who would want to know */
	if (group == NULL)
		return LC_ENOMEM;
	count = json_integer_value(json_object_get(group, "count")) + 1;
	(void)json_object_set_new(group, "count", json_integer(count));
	licenses = json_object_get(group, "licenses");
	if (count <= MAIL_ROWS)
		(void)json_array_append(licenses, (json_t *)event->data);
	return LC_OK;
}

static void
ending_add(struct expiring *e, const struct person *person)
{
	json_t *about;
	json_int_t count =
	    json_integer_value(json_object_get(e->group, "count"));

	if (!gets_mail(person))
		return;
	about = json_pack("{s:i, s:b, s:I, s:b, s:I, s:O}", "days", e->days,
	    "one_day", e->days == 1, "total", count, "several", count > 1,
	    "more", count > MAIL_ROWS ? count - MAIL_ROWS : 0, "licenses",
	    json_object_get(e->group, "licenses"));
	batch_add(&e->batch, MAIL_EXPIRING, person->mail, e->reason, about);
}

/* Those of an account who can do something about it. */
static void
member_add(void *arg, const struct person *person)
{
	if (has_role(person, LC_ROLE_MEMBER) ||
	    has_role(person, LC_ROLE_ACCOUNT_ADMIN))
		ending_add(arg, person);
}

static enum people_err
group_put(struct expiring *e, const char *key, struct people_words *words)
{
	struct people *people = e->batch.post->people;
	struct person person;
	enum people_err err;

	if (strncmp(key, "account ", 8) == 0)
		return people_list(people, key + 8, member_add, e, words);
	err = people_find(people, key + sizeof PERSON - 1, &person, words);
	if (err == PEOPLE_OK)
		ending_add(e, &person);
	return err == PEOPLE_NOT_FOUND ? PEOPLE_OK : err;
}

/* Those that end after from, and not after to. */
static enum people_err
scan_days(
    struct expiring *e, int64_t from, int64_t to, struct people_words *words)
{
	int64_t ends = from, n = INT64_MAX, last;
	enum people_err err = PEOPLE_OK;
	const char *key;

	if ((e->groups = json_object()) == NULL)
		return fail(words, "no memory");
	do {
		last = n;
		if (lc_log_events_expiring(e->batch.post->record, to, ENTRIES,
			ending_take, e, &ends, &n) != LC_OK)
			err = fail(words, "the licenses cannot be read");
	} while (err == PEOPLE_OK && n != last);
	json_object_foreach(e->groups, key, e->group)
	{
		if (err == PEOPLE_OK)
			err = group_put(e, key, words);
	}
	json_decref(e->groups);
	return err;
}

/*
 * A license is told of once for each of days_ahead, and not if it was issued
 * later than that.  When it begins, or was not running, each is told of for the
 * days that are left.
 */
static enum people_err
scan_expiring(struct post *post, struct people_words *words)
{
	struct outbox_place place = { .name = "expiring" };
	struct expiring e = { .batch = { .post = post } };
	int64_t now = (int64_t)time(NULL);
	enum people_err err = outbox_place(post->people, &place, words);

	if (err != PEOPLE_OK || now < place.at + EXPIRING_EACH_S)
		return err;
	for (size_t i = 0; i < NITEMS(days_ahead) && err == PEOPLE_OK; i++) {
		int64_t to = now + days_ahead[i] * 86400LL;
		int64_t from = place.at + days_ahead[i] * 86400LL;
		int64_t next = now;

		if (i + 1 < NITEMS(days_ahead))
			next += days_ahead[i + 1] * 86400LL;
		e.days = days_ahead[i];
		(void)snprintf(e.reason, sizeof e.reason, "%d %lld", e.days,
		    (long long)now);
		err = scan_days(&e, from > next ? from : next, to, words);
	}
	if (err == PEOPLE_OK)
		return batch_put(&e.batch, &place, place.n, now, words);
	batch_free(&e.batch);
	return err;
}

enum people_err
post_scan(struct post *post, struct people_words *words)
{
	enum people_err err = scan_licenses(post, words);

	if (err == PEOPLE_OK)
		err = scan_approvals(post, words);
	if (err == PEOPLE_OK)
		err = scan_expiring(post, words);
	return err;
}
