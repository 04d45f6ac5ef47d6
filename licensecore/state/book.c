/*
 * book.c - what the state says, in memory.
 *
 * Until a change is committed, what it overwrote is kept in a list; undoing
 * goes through it backwards.
 */
#include "book.h"

#include <stdlib.h>
#include <string.h>
#include <jansson.h>

#include "base/text.h"

enum undo_kind {
	UNDO_BYTES,	/* these were overwritten */
	UNDO_OLD_TEXT,	/* or marks: it goes when the change is done, */
	UNDO_NEW_TEXT,	/* it goes when the change is undone */
	UNDO_DEVICE,	/* the last one was added, as all of these */
	UNDO_KNOWN,
	UNDO_COPY,
	UNDO_SETTING,
	UNDO_AGREEMENT,
	UNDO_ANSWERED,
};

struct lc_undo {
	enum undo_kind kind;
	void *at;
	size_t len;
	void *bytes;
};

/* ---- Memory ---------------------------------------------------------- */

/* It has no rows any more; its identity stays. */
static void
known_clear(struct lc_known *k)
{
	if (k == NULL)
		return;
	while (k->copies != NULL) {
		struct lc_copy *copy = k->copies;

		k->copies = copy->next;
		free(copy->comment);
		free(copy);
	}
	free(k->accepted_by);
	free(k->marks);
	*k = (struct lc_known){ .key = 0 };
}

static void
device_free(struct lc_book_device *d)
{
	if (d == NULL)
		return;
	free(d->udi);
	free(d);
}

static void
setting_free(struct lc_setting *s)
{
	if (s == NULL)
		return;
	free(s->name);
	free(s->text);
	free(s);
}

static void
answered_free(struct lc_answered *a)
{
	if (a == NULL)
		return;
	free(a->udi);
	free(a->id);
	free(a->kid);
	free(a);
}

void
lc_book_free(struct lc_book *b)
{
	lc_book_done(b);
	for (size_t i = 0; i < b->ndevices; i++)
		device_free(b->devices[i]);
	for (size_t i = 0; i < b->nknown; i++)
		known_clear(b->known[i]);
	for (size_t i = 0; i < b->nsettings; i++)
		setting_free(b->settings[i]);
	for (size_t i = 0; i < b->nagreements; i++)
		free(b->agreements[i]);
	for (size_t i = 0; i < b->nanswered; i++)
		answered_free(b->answered[i]);
	free(b->devices);
	free(b->known);
	free(b->settings);
	free(b->agreements);
	free(b->answered);
	free(b->undo);
	lc_pool_free(&b->texts);
	lc_identities_free(&b->identities);
	*b = (struct lc_book){ .ndevices = 0 };
}

void
lc_book_reset(void *arg)
{
	lc_book_free(arg);
}

/* Room in an array for one more than n. */
static enum lc_err
room(void *array, size_t n, size_t size)
{
	void *old, *more;

	/* Full whenever n is 0 or a power of two. */
	if ((n & (n - 1)) != 0)
		return LC_OK;
	memcpy(&old, array, sizeof old);
	if ((more = reallocarray(old, n > 0 ? 2 * n : 1, size)) == NULL)
		return LC_ENOMEM;
	memcpy(array, &more, sizeof more);
	return LC_OK;
}

/* ---- Undoing --------------------------------------------------------- */

static enum lc_err
undo_add(struct lc_book *b, enum undo_kind kind, void *at, size_t len,
    void *bytes)
{
	if (b->nundo == b->undo_room) {
		size_t n = b->undo_room > 0 ? 2 * b->undo_room : 32;
		struct lc_undo *more = reallocarray(b->undo, n, sizeof *more);

		if (more == NULL)
			return LC_ENOMEM;
		b->undo = more;
		b->undo_room = n;
	}
	b->undo[b->nundo++] = (struct lc_undo){ kind, at, len, bytes };
	return LC_OK;
}

enum lc_err
lc_book_keep(struct lc_book *b, void *at, size_t len)
{
	void *bytes = malloc(len);
	enum lc_err err = LC_ENOMEM;

	if (bytes != NULL) {
		memcpy(bytes, at, len);
		err = undo_add(b, UNDO_BYTES, at, len, bytes);
	}
	if (err != LC_OK)
		free(bytes);
	return err;
}

enum lc_err
lc_book_text(struct lc_book *b, char **place, const char *text)
{
	char *copy = text != NULL ? strdup(text) : NULL;
	enum lc_err err;

	if (text != NULL && copy == NULL)
		return LC_ENOMEM;
	if ((err = undo_add(b, UNDO_NEW_TEXT, copy, 0, NULL)) != LC_OK) {
		free(copy);
		return err;
	}
	if ((err = lc_book_keep(b, place, sizeof *place)) != LC_OK ||
	    (err = undo_add(b, UNDO_OLD_TEXT, *place, 0, NULL)) != LC_OK)
		return err;
	*place = copy;
	return LC_OK;
}

enum lc_err
lc_book_marks(struct lc_book *b, struct lc_known *k)
{
	int64_t *copy = malloc(LC_NMARKS * sizeof *copy);
	enum lc_err err;

	if (copy == NULL)
		return LC_ENOMEM;
	for (int i = 0; i < LC_NMARKS; i++)
		copy[i] = k->marks != NULL ? k->marks[i] : LC_NOT_YET;
	if ((err = undo_add(b, UNDO_NEW_TEXT, copy, 0, NULL)) != LC_OK) {
		free(copy);
		return err;
	}
	if ((err = lc_book_keep(b, &k->marks, sizeof k->marks)) != LC_OK ||
	    (err = undo_add(b, UNDO_OLD_TEXT, k->marks, 0, NULL)) != LC_OK)
		return err;
	k->marks = copy;
	return LC_OK;
}

void
lc_book_done(struct lc_book *b)
{
	for (size_t i = 0; i < b->nundo; i++) {
		free(b->undo[i].bytes);
		if (b->undo[i].kind == UNDO_OLD_TEXT)
			free(b->undo[i].at);
	}
	b->nundo = 0;
}

static void
undo_one(struct lc_book *b, const struct lc_undo *u)
{
	struct lc_copy *copy = u->at;

	switch (u->kind) {
	case UNDO_BYTES:
		memcpy(u->at, u->bytes, u->len);
		free(u->bytes);
		break;
	case UNDO_OLD_TEXT:
		break;
	case UNDO_NEW_TEXT:
		free(u->at);
		break;
	case UNDO_DEVICE:
		device_free(b->devices[--b->ndevices]);
		break;
	case UNDO_KNOWN:
		known_clear(b->known[--b->nknown]);
		break;
	case UNDO_COPY:
		copy->known->copies = copy->next;
		free(copy->comment);
		free(copy);
		break;
	case UNDO_SETTING:
		setting_free(b->settings[--b->nsettings]);
		break;
	case UNDO_AGREEMENT:
		free(b->agreements[--b->nagreements]);
		break;
	case UNDO_ANSWERED:
		answered_free(b->answered[--b->nanswered]);
		break;
	}
}

void
lc_book_undo(struct lc_book *b)
{
	while (b->nundo > 0)
		undo_one(b, &b->undo[--b->nundo]);
}

/* ---- Looking up ------------------------------------------------------ */

struct lc_book_device *
lc_book_device(const struct lc_book *b, const char *udi)
{
	for (size_t i = 0; i < b->ndevices; i++) {
		if (strcmp(b->devices[i]->udi, udi) == 0)
			return b->devices[i];
	}
	return NULL;
}

struct lc_known *
lc_identity_known(const struct lc_identity *identity)
{
	return identity != NULL && identity->known.key != 0 ?
	    (struct lc_known *)(uintptr_t)&identity->known : NULL;
}

struct lc_known *
lc_book_known(const struct lc_book *b, const char *udi, const char *id)
{
	return lc_identity_known(lc_identity_find(&b->identities, udi, id));
}

struct lc_book_device *
lc_book_device_of(const struct lc_book *b, const struct lc_known *k)
{
	return lc_book_device(b, lc_known_identity(k)->udi);
}

struct lc_copy *
lc_known_copy(const struct lc_known *k, uint32_t store)
{
	struct lc_copy *copy = k != NULL ? k->copies : NULL;

	while (copy != NULL && copy->store != store)
		copy = copy->next;
	return copy;
}

struct lc_setting *
lc_book_setting(const struct lc_book *b, const char *name)
{
	for (size_t i = 0; i < b->nsettings; i++) {
		if (strcmp(b->settings[i]->name, name) == 0)
			return b->settings[i];
	}
	return NULL;
}

int64_t
lc_book_agreement(const struct lc_book *b, const char *digest)
{
	for (size_t i = 0; i < b->nagreements; i++) {
		if (b->agreements[i] != NULL &&
		    strcmp(b->agreements[i], digest) == 0)
			return (int64_t)i + 1;
	}
	return 0;
}

/* ---- Adding ---------------------------------------------------------- */

/* Rows are numbered from 1; this is what loading and adding have in common. */
static enum lc_err
device_add(struct lc_book *b, int64_t key, const char *udi,
    struct lc_book_device **out)
{
	struct lc_book_device *d = calloc(1, sizeof *d);
	enum lc_err err = LC_ENOMEM;

	if (d != NULL && (d->udi = strdup(udi)) != NULL)
		err = room(&b->devices, b->ndevices, sizeof *b->devices);
	if (err != LC_OK) {
		device_free(d);
		return err;
	}
	d->key = key;
	b->devices[b->ndevices++] = d;
	*out = d;
	return LC_OK;
}

enum lc_err
lc_book_add_device(struct lc_book *b, const char *udi,
    struct lc_book_device **out)
{
	int64_t key = b->ndevices > 0 ?
	    b->devices[b->ndevices - 1]->key + 1 : 1;
	enum lc_err err = undo_add(b, UNDO_DEVICE, NULL, 0, NULL);

	if (err == LC_OK && (err = device_add(b, key, udi, out)) != LC_OK)
		b->nundo--;
	return err;
}

/* Room for a key; keys between that are not there are NULL. */
static enum lc_err
known_reserve(struct lc_book *b, int64_t key)
{
	size_t n = b->known_room > 0 ? b->known_room : 64;
	struct lc_known **more;

	if (key < 1 || key > UINT32_MAX)
		return LC_EDAMAGED;
	while (n < (size_t)key)
		n *= 2;
	if (n == b->known_room)
		return LC_OK;
	more = reallocarray(b->known, n, sizeof *more);
	if (more == NULL)
		return LC_ENOMEM;
	b->known = more;
	b->known_room = n;
	return LC_OK;
}

static enum lc_err
known_add(struct lc_book *b, int64_t key, const char *udi, const char *id,
    const char *feature, const char *version, struct lc_known **out)
{
	struct lc_identity *identity;
	struct lc_known k = { .key = (uint32_t)key,
		.feature = lc_pool_text(&b->texts, feature),
		.version = lc_pool_text(&b->texts, version),
		.facts.expired_at = LC_NO_TIME };
	enum lc_err err;

	if (k.feature == NULL || k.version == NULL)
		return LC_ENOMEM;
	if ((err = known_reserve(b, key)) != LC_OK ||
	    (err = lc_identity_get(&b->identities, udi, id, &identity)) !=
	    LC_OK)
		return err;
	identity->known = k;
	while (b->nknown < (size_t)key - 1)
		b->known[b->nknown++] = NULL;
	b->known[b->nknown++] = &identity->known;
	*out = &identity->known;
	return LC_OK;
}

enum lc_err
lc_book_add_known(struct lc_book *b, struct lc_book_device *device,
    const char *id, const char *feature, const char *version,
    struct lc_known **out)
{
	enum lc_err err = undo_add(b, UNDO_KNOWN, NULL, 0, NULL);

	if (err == LC_OK && (err = known_add(b, (int64_t)b->nknown + 1,
	    device->udi, id, feature, version, out)) != LC_OK)
		b->nundo--;
	return err;
}

static struct lc_copy *
copy_add(struct lc_book *b, int64_t key, struct lc_known *k, uint32_t store,
    uint32_t index)
{
	struct lc_book_device *d = lc_book_device_of(b, k);
	struct lc_copy *copy = calloc(1, sizeof *copy);

	if (copy == NULL)
		return NULL;
	copy->key = (uint32_t)key;
	copy->known = k;
	copy->store = store;
	copy->index = index;
	copy->facts.installed = LC_NO_TIME;
	copy->next = k->copies;
	k->copies = copy;
	if (key > b->facts.copies)
		b->facts.copies = key;
	if (index > d->last_index)
		d->last_index = index;
	return copy;
}

enum lc_err
lc_book_add_copy(struct lc_book *b, struct lc_known *k, uint32_t store,
    uint32_t index, struct lc_copy **out)
{
	struct lc_book_device *d = lc_book_device_of(b, k);
	struct lc_copy *copy;
	enum lc_err err;

	if (b->facts.copies >= UINT32_MAX)
		return LC_EDAMAGED;
	if ((err = lc_book_keep(b, &b->facts, sizeof b->facts)) != LC_OK ||
	    (err = lc_book_keep(b, &d->last_index, sizeof d->last_index)) !=
	    LC_OK || (err = undo_add(b, UNDO_COPY, NULL, 0, NULL)) != LC_OK)
		return err;
	if ((copy = copy_add(b, b->facts.copies + 1, k, store,
	    index)) == NULL) {
		b->nundo--;
		return LC_ENOMEM;
	}
	b->undo[b->nundo - 1].at = copy;
	*out = copy;
	return LC_OK;
}

static enum lc_err
setting_add(struct lc_book *b, int64_t key, const char *name,
    struct lc_setting **out)
{
	struct lc_setting *s = calloc(1, sizeof *s);
	enum lc_err err = LC_ENOMEM;

	if (s != NULL && (s->name = strdup(name)) != NULL)
		err = room(&b->settings, b->nsettings, sizeof *b->settings);
	if (err != LC_OK) {
		setting_free(s);
		return err;
	}
	s->key = key;
	b->settings[b->nsettings++] = s;
	*out = s;
	return LC_OK;
}

enum lc_err
lc_book_add_setting(struct lc_book *b, const char *name,
    struct lc_setting **out)
{
	int64_t key = b->nsettings > 0 ?
	    b->settings[b->nsettings - 1]->key + 1 : 1;
	enum lc_err err = undo_add(b, UNDO_SETTING, NULL, 0, NULL);

	if (err == LC_OK && (err = setting_add(b, key, name, out)) != LC_OK)
		b->nundo--;
	return err;
}

static enum lc_err
agreement_add(struct lc_book *b, int64_t key, const char *digest)
{
	char *copy;
	enum lc_err err;

	if (key < (int64_t)b->nagreements + 1 || key > UINT32_MAX)
		return LC_EDAMAGED;
	while ((int64_t)b->nagreements + 1 < key) {
		err = room(&b->agreements, b->nagreements, sizeof(char *));
		if (err != LC_OK)
			return err;
		b->agreements[b->nagreements++] = NULL;
	}
	if ((err = room(&b->agreements, b->nagreements,
	    sizeof(char *))) != LC_OK)
		return err;
	if ((copy = strdup(digest)) == NULL)
		return LC_ENOMEM;
	b->agreements[b->nagreements++] = copy;
	return LC_OK;
}

enum lc_err
lc_book_add_agreement(struct lc_book *b, const char *digest, int64_t *key)
{
	int64_t next = (int64_t)b->nagreements + 1;
	enum lc_err err = undo_add(b, UNDO_AGREEMENT, NULL, 0, NULL);

	if (err == LC_OK && (err = agreement_add(b, next, digest)) != LC_OK)
		b->nundo--;
	if (err == LC_OK)
		*key = next;
	return err;
}

/* ---- What records say ------------------------------------------------ */

static char *
kid_of(const char *body)
{
	json_t *json = json_loads(body, 0, NULL);
	const char *kid = json_string_value(json_object_get(json, "kid"));
	char *copy = strdup(kid != NULL ? kid : "");

	json_decref(json);
	return copy;
}

static enum lc_err
answered_add(struct lc_book *b, int64_t record, const char *udi,
    const char *id, const char *body)
{
	struct lc_answered *a = calloc(1, sizeof *a);
	enum lc_err err = LC_ENOMEM;

	if (a == NULL)
		return err;
	a->record = record;
	a->udi = strdup(udi);
	a->id = strdup(id);
	a->kid = kid_of(body);
	if (a->udi != NULL && a->id != NULL && a->kid != NULL)
		err = room(&b->answered, b->nanswered, sizeof *b->answered);
	if (err == LC_OK)
		err = undo_add(b, UNDO_ANSWERED, NULL, 0, NULL);
	if (err == LC_OK)
		b->answered[b->nanswered++] = a;
	else
		answered_free(a);
	return err;
}

static enum lc_err
flag_set(struct lc_book *b, const char *udi, const char *id, uint32_t flag)
{
	struct lc_known *k = lc_book_known(b, udi, id);
	enum lc_err err = LC_OK;

	if (k == NULL || (k->facts.flags & flag) != 0)
		return LC_OK;
	err = lc_book_keep(b, &k->facts, sizeof k->facts);
	if (err == LC_OK)
		k->facts.flags |= flag;
	return err;
}

enum lc_err
lc_book_learn(struct lc_book *b, int64_t record, const char *what,
    const char *udi, const char *id, const char *body)
{
	enum lc_err err;

	if (strcmp(what, "rehost") == 0)
		return answered_add(b, record, udi, id, body);
	if (strcmp(what, "revoke") == 0)
		return flag_set(b, udi, id, LC_KNOWN_REVOKED);
	if (strcmp(what, "use") == 0)
		return flag_set(b, udi, id, LC_KNOWN_USED);
	if (strcmp(what, "damaged") != 0)
		return LC_OK;
	err = lc_book_keep(b, &b->facts, sizeof b->facts);
	if (err == LC_OK)
		b->facts.damaged = record;
	return err;
}

/* ---- Loading --------------------------------------------------------- */

static bool
is_text(const struct lc_value *v)
{
	return v->kind == LC_V_TEXT && strlen(v->bytes) == v->len;
}

static int64_t
number_or(const struct lc_value *v, int64_t none)
{
	return v->kind == LC_V_INT ? v->number : none;
}

static enum lc_err
device_load(struct lc_book *b, int64_t key, const struct lc_value *v)
{
	struct lc_book_device *d;

	return is_text(&v[LC_DEVICE_UDI]) ? device_add(b, key,
	    v[LC_DEVICE_UDI].bytes, &d) : LC_EDAMAGED;
}

static enum lc_err
setting_load(struct lc_book *b, int64_t key, const struct lc_value *v)
{
	const struct lc_value *value = &v[LC_SETTING_VALUE];
	struct lc_setting *s;
	enum lc_err err;

	if (!is_text(&v[LC_SETTING_NAME]))
		return LC_EDAMAGED;
	err = setting_add(b, key, v[LC_SETTING_NAME].bytes, &s);
	if (err != LC_OK)
		return err;
	s->kind = value->kind;
	s->number = value->number;
	if (is_text(value) && (s->text = strdup(value->bytes)) == NULL)
		return LC_ENOMEM;
	return value->kind == LC_V_TEXT && s->text == NULL ? LC_EDAMAGED :
	    LC_OK;
}

static struct lc_book_device *
device_of(const struct lc_book *b, const struct lc_value *v)
{
	for (size_t i = 0; i < b->ndevices; i++) {
		if (v->kind == LC_V_INT && b->devices[i]->key == v->number)
			return b->devices[i];
	}
	return NULL;
}

static bool
marks_fill(struct lc_known *k, const struct lc_value *v)
{
	bool any = false;

	for (int i = 0; i < LC_NMARKS; i++)
		any |= v[i].kind == LC_V_INT;
	if (!any)
		return true;
	if ((k->marks = malloc(LC_NMARKS * sizeof *k->marks)) == NULL)
		return false;
	for (int i = 0; i < LC_NMARKS; i++)
		k->marks[i] = number_or(&v[i], LC_NOT_YET);
	return true;
}

static enum lc_err
known_fill(struct lc_known *k, const struct lc_value *v)
{
	const struct lc_value *digest = &v[LC_IDENTITY_DIGEST];
	const struct lc_value *by = &v[LC_IDENTITY_ACCEPTED_BY];

	k->facts.verified = digest->len == sizeof k->facts.digest;
	if (k->facts.verified)
		memcpy(k->facts.digest, digest->bytes, sizeof k->facts.digest);
	k->facts.used_ms = number_or(&v[LC_IDENTITY_USED_MS], 0);
	k->facts.expired_at = number_or(&v[LC_IDENTITY_EXPIRED_AT], LC_NO_TIME);
	k->facts.flags = (uint16_t)number_or(&v[LC_IDENTITY_FLAGS], 0);
	k->facts.priority = (int16_t)number_or(&v[LC_IDENTITY_PRIORITY], 0);
	k->facts.accepted_at = number_or(&v[LC_IDENTITY_ACCEPTED_AT], 0);
	if (!marks_fill(k, v + LC_IDENTITY_MARKS))
		return LC_ENOMEM;
	if (is_text(by) && (k->accepted_by = strdup(by->bytes)) == NULL)
		return LC_ENOMEM;
	return LC_OK;
}

static enum lc_err
known_load(struct lc_book *b, int64_t key, const struct lc_value *v)
{
	struct lc_book_device *d = device_of(b, &v[LC_IDENTITY_DEVICE]);
	struct lc_known *k;
	enum lc_err err;

	if (!is_text(&v[LC_IDENTITY_ID]) || !is_text(&v[LC_IDENTITY_FEATURE]) ||
	    !is_text(&v[LC_IDENTITY_VERSION]) || key <= (int64_t)b->nknown)
		return LC_EDAMAGED;
	/* Its device's row was lost; or it is there a second time. */
	if (d == NULL ||
	    lc_book_known(b, d->udi, v[LC_IDENTITY_ID].bytes) != NULL)
		return LC_OK;
	err = known_add(b, key, d->udi, v[LC_IDENTITY_ID].bytes,
	    v[LC_IDENTITY_FEATURE].bytes, v[LC_IDENTITY_VERSION].bytes, &k);
	return err == LC_OK ? known_fill(k, v) : err;
}

static enum lc_err
agreement_load(struct lc_book *b, int64_t key, const struct lc_value *v)
{
	return is_text(&v[LC_AGREEMENT_DIGEST]) ? agreement_add(b, key,
	    v[LC_AGREEMENT_DIGEST].bytes) : LC_EDAMAGED;
}

static enum lc_err
copy_load(struct lc_book *b, int64_t key, const struct lc_value *v)
{
	int64_t identity = number_or(&v[LC_COPY_IDENTITY], 0);
	int64_t store = number_or(&v[LC_COPY_STORE], -1);
	int64_t index = number_or(&v[LC_COPY_INDEX], -1);
	const struct lc_value *comment = &v[LC_COPY_COMMENT];
	struct lc_copy *copy;

	if (store < 0 || store > UINT32_MAX || index < 0 ||
	    index > UINT32_MAX || key > UINT32_MAX)
		return LC_EDAMAGED;
	if (key > b->facts.copies)
		b->facts.copies = key;
	/* Its license was lost; another one must not get its key. */
	if (identity > (int64_t)b->nknown && identity <= UINT32_MAX) {
		if (known_reserve(b, identity) != LC_OK)
			return LC_ENOMEM;
		while ((int64_t)b->nknown < identity)
			b->known[b->nknown++] = NULL;
	}
	if (identity < 1 || identity > (int64_t)b->nknown ||
	    b->known[identity - 1] == NULL)
		return LC_OK;
	copy = copy_add(b, key, b->known[identity - 1], (uint32_t)store,
	    (uint32_t)index);
	if (copy == NULL)
		return LC_ENOMEM;
	copy->facts.held = number_or(&v[LC_COPY_HELD], 0) != 0;
	copy->facts.missing = number_or(&v[LC_COPY_HELD], 0) ==
	    LC_HELD_MISSING;
	copy->facts.installed = number_or(&v[LC_COPY_INSTALLED], LC_NO_TIME);
	copy->facts.has_line = v[LC_COPY_LINE].kind == LC_V_TEXT;
	if (is_text(comment) &&
	    (copy->comment = strdup(comment->bytes)) == NULL)
		return LC_ENOMEM;
	return LC_OK;
}

static enum lc_err
record_load(struct lc_book *b, int64_t key, const struct lc_value *v)
{
	enum lc_err err;

	if (!is_text(&v[LC_HISTORY_WHAT]) || !is_text(&v[LC_HISTORY_UDI]) ||
	    !is_text(&v[LC_HISTORY_ID]) || !is_text(&v[LC_HISTORY_BODY]))
		return LC_EDAMAGED;
	err = lc_book_learn(b, key, v[LC_HISTORY_WHAT].bytes,
	    v[LC_HISTORY_UDI].bytes, v[LC_HISTORY_ID].bytes,
	    v[LC_HISTORY_BODY].bytes);
	lc_book_done(b);
	return err;
}

enum lc_err
lc_book_row(void *arg, enum lc_state_table table, int64_t key,
    const struct lc_value *values)
{
	struct lc_book *b = arg;

	switch (table) {
	case LC_T_DEVICE:
		return device_load(b, key, values);
	case LC_T_SETTING:
		return setting_load(b, key, values);
	case LC_T_IDENTITY:
		return known_load(b, key, values);
	case LC_T_AGREEMENT:
		return agreement_load(b, key, values);
	case LC_T_COPY:
		return copy_load(b, key, values);
	case LC_T_HISTORY:
		return record_load(b, key, values);
	case LC_T_EVENT:
		if (b->facts.first_event == 0)
			b->facts.first_event = key;
		break;
	case LC_NTABLES:
		break;
	}
	return LC_OK;
}
