/*
 * set.c - SET over tables that are data.
 *
 * The order in which a varbind is judged is that of RFC 3416, section 4.2.5,
 * and the RowStatus automaton that of RFC 2579.  All drafts hang off the
 * request they belong to and go with it.
 */
#include "set.h"

#include <stdlib.h>
#include <string.h>

/* A master keeps one SET open at a time; more mean that it lost track. */
#define OPEN_MAX 8

/* One row of a request. */
struct draft {
	const struct table *table;
	uint32_t index[INDEX_MAX];
	void *before; /* NULL: the row does not exist */
	void *after;
	enum row_status want; /* 0: RowStatus is not in the request */
	size_t *varbind;      /* of each column, from 1; 0: not in it */
	size_t first;         /* varbind that named the row */
	size_t edited;        /* first that is not the RowStatus, or 0 */
	struct draft *next;
};

struct set {
	uint32_t transaction;
	bool committed;
	bool stuck; /* what was stored could not be put back */
	struct draft *drafts;
	struct set *next;
};

struct sets {
	const struct mib *mib;
	struct agent *agent;
	struct set *open;
	size_t nopen;
};

/* ---- Values ---- */

static void *
place(const struct column *column, void *draft)
{
	return (uint8_t *)draft + column->draft_at;
}

static enum snmp_error
check_unsigned(const struct column *column, const struct value *value)
{
	return value->number < column->min || value->number > column->max
		   ? SNMP_WRONG_VALUE
		   : SNMP_OK;
}

static void
write_unsigned(
    const struct column *column, const struct value *value, void *draft)
{
	*(uint32_t *)place(column, draft) = value->number;
}

static enum snmp_error
check_integer(const struct column *column, const struct value *value)
{
	return value->integer < (int32_t)column->min ||
		       value->integer > (int32_t)column->max
		   ? SNMP_WRONG_VALUE
		   : SNMP_OK;
}

void
write_integer(
    const struct column *column, const struct value *value, void *draft)
{
	*(int32_t *)place(column, draft) = value->integer;
}

static enum snmp_error
check_truth(const struct column *column, const struct value *value)
{
	(void)column;
	return value->integer != 1 && value->integer != 2 ? SNMP_WRONG_VALUE
							  : SNMP_OK;
}

static void
write_truth(const struct column *column, const struct value *value, void *draft)
{
	*(bool *)place(column, draft) = value->integer == 1;
}

static enum snmp_error
check_length(const struct column *column, const struct value *value)
{
	return value->octets.len < column->min ||
		       value->octets.len > column->max
		   ? SNMP_WRONG_LENGTH
		   : SNMP_OK;
}

/*
 * wrongEncoding is for what contradicts its ASN.1 tag; bytes that are no
 * UTF-8 are a value that can never be assigned.
 */
static enum snmp_error
check_text(const struct column *column, const struct value *value)
{
	enum snmp_error err = check_length(column, value);

	if (err == SNMP_OK && !lc_text_is_utf8((const char *)value->octets.data,
				  value->octets.len))
		err = SNMP_WRONG_VALUE;
	return err;
}

/* In a single row: a control character would run on in the log and on
 * terminals, and the core takes none. */
static enum snmp_error
check_line(const struct column *column, const struct value *value)
{
	enum snmp_error err = check_length(column, value);

	if (err == SNMP_OK &&
	    !lc_text_is_plain(
		(const char *)value->octets.data, value->octets.len))
		err = SNMP_WRONG_VALUE;
	return err;
}

static void
write_text(const struct column *column, const struct value *value, void *draft)
{
	char *text = place(column, draft);

	memset(text, 0, column->max + 1);
	if (value->octets.len != 0)
		memcpy(text, value->octets.data, value->octets.len);
}

void
write_octets(
    const struct column *column, const struct value *value, void *draft)
{
	struct octets *octets = place(column, draft);

	octets->len = (uint8_t)value->octets.len;
	if (octets->len != 0)
		memcpy(octets->data, value->octets.data, octets->len);
}

/* notReady is a state, and cannot be asked for. */
static enum snmp_error
check_status(const struct column *column, const struct value *value)
{
	(void)column;
	return value->integer < ROW_ACTIVE || value->integer > ROW_DESTROY ||
		       value->integer == ROW_NOT_READY
		   ? SNMP_WRONG_VALUE
		   : SNMP_OK;
}

const struct syntax unsigned_syntax = { VALUE_UNSIGNED, check_unsigned,
	write_unsigned };
const struct syntax integer_syntax = { VALUE_INTEGER, check_integer,
	write_integer };
const struct syntax truth_syntax = { VALUE_INTEGER, check_truth, write_truth };
const struct syntax text_syntax = { VALUE_OCTETS, check_text, write_text };
const struct syntax line_syntax = { VALUE_OCTETS, check_line, write_text };
/* Never written to the draft: judging the row decides what it becomes. */
const struct syntax status_syntax = { VALUE_INTEGER, check_status, NULL };

/* ---- Drafts ---- */

static void
draft_free(struct draft *draft)
{
	size_t size = draft->table->edit->size;

	/* A draft may hold a password. */
	if (draft->before != NULL)
		explicit_bzero(draft->before, size);
	if (draft->after != NULL)
		explicit_bzero(draft->after, size);
	free(draft->before);
	free(draft->after);
	free(draft->varbind);
	free(draft);
}

static void
set_free(struct set *set)
{
	struct draft *draft;

	if (set == NULL)
		return;
	while ((draft = set->drafts) != NULL) {
		set->drafts = draft->next;
		draft_free(draft);
	}
	free(set);
}

static struct draft *
find_draft(
    const struct set *set, const struct table *table, const uint32_t *index)
{
	struct draft *draft = set->drafts;

	while (draft != NULL &&
	       (draft->table != table ||
		   memcmp(draft->index, index,
		       table_index_len(table, index) * sizeof *index) != 0))
		draft = draft->next;
	return draft;
}

static bool
held_by_another(
    const struct sets *sets, const struct table *table, const uint32_t *index)
{
	for (const struct set *set = sets->open; set != NULL; set = set->next)
		if (find_draft(set, table, index) != NULL)
			return true;
	return false;
}

static struct draft *
draft_alloc(const struct table *table, const uint32_t *index)
{
	struct draft *draft = calloc(1, sizeof *draft);

	if (draft == NULL)
		return NULL;
	draft->table = table;
	memcpy(
	    draft->index, index, table_index_len(table, index) * sizeof *index);
	draft->before = calloc(1, table->edit->size);
	draft->after = calloc(1, table->edit->size);
	draft->varbind = calloc(table->ncolumns, sizeof *draft->varbind);
	if (draft->before == NULL || draft->after == NULL ||
	    draft->varbind == NULL) {
		draft_free(draft);
		return NULL;
	}
	return draft;
}

/* Fills a new draft from the row, or with defaults if there is none. */
static enum snmp_error
draft_load(const struct sets *sets, struct draft *draft)
{
	const struct edit *edit = draft->table->edit;

	if (edit->load(sets->agent, draft->index, draft->before)) {
		memcpy(draft->after, draft->before, edit->size);
		return SNMP_OK;
	}
	free(draft->before);
	draft->before = NULL;
	if (edit->status == 0 || !edit->init(draft->index, draft->after))
		return SNMP_NO_CREATION;
	return SNMP_OK;
}

static enum snmp_error
draft_new(const struct sets *sets, struct set *set, const struct table *table,
    const uint32_t *index, struct draft **out)
{
	struct draft **at = &set->drafts;
	struct draft *draft;
	enum snmp_error err;

	if (held_by_another(sets, table, index) ||
	    (draft = draft_alloc(table, index)) == NULL)
		return SNMP_RESOURCE_UNAVAILABLE;
	if ((err = draft_load(sets, draft)) != SNMP_OK) {
		draft_free(draft);
		return err;
	}
	while (*at != NULL && (table->edit->last || !(*at)->table->edit->last))
		at = &(*at)->next;
	draft->next = *at;
	*out = *at = draft;
	return SNMP_OK;
}

static enum snmp_error
draft_for(const struct sets *sets, struct set *set, const struct table *table,
    const struct oid *name, struct draft **out)
{
	size_t skip = table->entry_len + 1, len = name->len - skip;
	const uint32_t *index = name->id + skip;

	if (len < table->nindex || len > INDEX_MAX ||
	    len != table_index_len(table, index))
		return SNMP_NO_CREATION;
	*out = find_draft(set, table, index);
	return *out != NULL ? SNMP_OK : draft_new(sets, set, table, index, out);
}

/* A variable that is named twice has no one value to take: refused. */
static enum snmp_error
draft_write(struct draft *draft, const struct column *column,
    const struct value *value, size_t number)
{
	size_t *varbind = &draft->varbind[column - draft->table->columns];

	if (*varbind != 0)
		return SNMP_INCONSISTENT_NAME;
	*varbind = number;
	if (draft->first == 0)
		draft->first = number;
	if (column->id == draft->table->edit->status) {
		draft->want = (enum row_status)value->integer;
		return SNMP_OK;
	}
	column->syntax->write(column, value, draft->after);
	if (draft->edited == 0)
		draft->edited = number;
	return SNMP_OK;
}

static enum snmp_error
take_varbind(const struct sets *sets, struct set *set,
    const struct varbind *varbind, size_t number)
{
	const struct table *table = mib_table(sets->mib, &varbind->name);
	const struct column *column;
	struct draft *draft;
	enum snmp_error err;

	if (table == NULL ||
	    (column = table_column(table, &varbind->name))->syntax == NULL)
		return SNMP_NOT_WRITABLE;
	if (varbind->value.type != column->syntax->type)
		return SNMP_WRONG_TYPE;
	err = column->syntax->check(column, &varbind->value);
	if (err == SNMP_OK)
		err = draft_for(sets, set, table, &varbind->name, &draft);
	if (err == SNMP_OK)
		err = draft_write(draft, column, &varbind->value, number);
	return err;
}

/* ---- Judging ---- */

static int32_t *
status_in(const struct draft *draft, void *row)
{
	return (int32_t *)((uint8_t *)row + draft->table->edit->status_at);
}

static bool
active(const struct draft *draft, void *row)
{
	return row != NULL && *status_in(draft, row) == ROW_ACTIVE;
}

/* The varbind of a column, or the one that named the row. */
static size_t
varbind_of(const struct draft *draft, uint32_t column)
{
	for (size_t i = 0; i < draft->table->ncolumns; i++)
		if (draft->table->columns[i].id == column &&
		    draft->varbind[i] != 0)
			return draft->varbind[i];
	return draft->first;
}

/* Do the columns of the draft go together? */
static enum snmp_error
judge_columns(const struct sets *sets, const struct draft *draft, size_t *blame)
{
	const struct edit *edit = draft->table->edit;
	uint32_t column = 0;
	enum snmp_error err;

	if (edit->check == NULL)
		return SNMP_OK;
	if ((err = edit->check(sets->agent, draft->after, &column)) != SNMP_OK)
		*blame = varbind_of(draft, column);
	return err;
}

/* Rows of the table that the request creates, up to this one. */
static size_t
created_until(const struct set *set, const struct draft *last)
{
	size_t n = 0;

	for (const struct draft *draft = set->drafts; draft != last->next;
	     draft = draft->next)
		n += draft->table == last->table && draft->before == NULL &&
		     draft->want != ROW_DESTROY;
	return n;
}

/* May RowStatus go from what it is to what is wanted? */
static enum snmp_error
judge_status(const struct sets *sets, const struct set *set,
    const struct draft *draft, size_t *blame)
{
	bool create = draft->want == ROW_CREATE_AND_GO ||
		      draft->want == ROW_CREATE_AND_WAIT;
	bool exists = draft->before != NULL;

	*blame = draft->first;
	if (!exists && draft->want == 0)
		return SNMP_INCONSISTENT_NAME;
	*blame = varbind_of(draft, draft->table->edit->status);
	if (draft->want != 0 && create == exists)
		return SNMP_INCONSISTENT_VALUE;
	if (!exists &&
	    created_until(set, draft) > draft->table->edit->room(sets->agent))
		return SNMP_RESOURCE_UNAVAILABLE;
	return SNMP_OK;
}

/* An active row takes nothing but "active" once more. */
static enum snmp_error
judge_active(const struct draft *draft, size_t *blame)
{
	if (draft->edited != 0) {
		*blame = draft->edited;
		return SNMP_INCONSISTENT_VALUE;
	}
	*blame = draft->first;
	return draft->want == ROW_NOT_IN_SERVICE ? SNMP_INCONSISTENT_VALUE
						 : SNMP_OK;
}

static enum snmp_error
judge_destroy(const struct sets *sets, const struct draft *draft, size_t *blame)
{
	*blame = varbind_of(draft, draft->table->edit->status);
	return draft->before == NULL ||
		       draft->table->edit->removable(sets->agent, draft->index)
		   ? SNMP_OK
		   : SNMP_INCONSISTENT_VALUE;
}

static enum snmp_error
judge_ready(const struct draft *draft, size_t *blame)
{
	bool ready = draft->table->edit->ready(draft->after);
	bool go = draft->want == ROW_CREATE_AND_GO || draft->want == ROW_ACTIVE;

	*blame = draft->first;
	if (!ready && (go || draft->want == ROW_NOT_IN_SERVICE)) {
		*blame = varbind_of(draft, draft->table->edit->status);
		return SNMP_INCONSISTENT_VALUE;
	}
	*status_in(draft, draft->after) = go      ? ROW_ACTIVE
					  : ready ? ROW_NOT_IN_SERVICE
						  : ROW_NOT_READY;
	return SNMP_OK;
}

static enum snmp_error
judge(const struct sets *sets, const struct set *set, const struct draft *draft,
    size_t *blame)
{
	enum snmp_error err;

	if (draft->table->edit->status == 0)
		return judge_columns(sets, draft, blame);
	if (draft->want == ROW_DESTROY)
		return judge_destroy(sets, draft, blame);
	if ((err = judge_status(sets, set, draft, blame)) != SNMP_OK)
		return err;
	if (active(draft, draft->before))
		return judge_active(draft, blame);
	if ((err = judge_columns(sets, draft, blame)) != SNMP_OK)
		return err;
	return judge_ready(draft, blame);
}

/* ---- Phases ---- */

struct sets *
sets_new(const struct mib *mib, struct agent *agent)
{
	struct sets *sets = calloc(1, sizeof *sets);

	if (sets != NULL) {
		sets->mib = mib;
		sets->agent = agent;
	}
	return sets;
}

static struct set *
find_set(const struct sets *sets, uint32_t transaction)
{
	struct set *set = sets->open;

	while (set != NULL && set->transaction != transaction)
		set = set->next;
	return set;
}

static void
close_set(struct sets *sets, struct set *set)
{
	struct set **at = &sets->open;

	while (*at != set)
		at = &(*at)->next;
	*at = set->next;
	sets->nopen--;
	set_free(set);
}

static struct change
change_of(const struct draft *draft)
{
	bool destroy = draft->want == ROW_DESTROY;

	return (struct change){
		.index = draft->index,
		.before = draft->before,
		.after = destroy ? NULL : draft->after,
		.activated = draft->table->edit->status != 0 && !destroy &&
			     active(draft, draft->after) &&
			     !active(draft, draft->before),
	};
}

/* Destroying what was not there. */
static bool
changes_nothing(const struct change *change)
{
	return change->before == NULL && change->after == NULL;
}

/* The last one first.  False: not all could be put back. */
static bool
undo_until(struct sets *sets, struct draft *draft, const struct draft *end)
{
	struct change change;
	bool good;

	if (draft == end)
		return true;
	good = undo_until(sets, draft->next, end);
	change = change_of(draft);
	if (!changes_nothing(&change) &&
	    !draft->table->edit->undo(sets->agent, &change))
		good = false;
	return good;
}

enum snmp_error
sets_test(struct sets *sets, uint32_t transaction,
    const struct varbind *varbinds, size_t n, size_t *blame)
{
	struct set *set = find_set(sets, transaction);
	enum snmp_error err = SNMP_RESOURCE_UNAVAILABLE;

	if (set != NULL && set->committed)
		return SNMP_OK;
	if (set != NULL)
		close_set(sets, set);
	*blame = 1;
	if (sets->nopen == OPEN_MAX || (set = calloc(1, sizeof *set)) == NULL)
		return err;
	set->transaction = transaction;
	err = SNMP_OK;
	for (size_t i = 0; err == SNMP_OK && i < n; i++)
		err = take_varbind(sets, set, &varbinds[i], *blame = i + 1);
	for (struct draft *draft = set->drafts; err == SNMP_OK && draft != NULL;
	     draft = draft->next)
		err = judge(sets, set, draft, blame);
	if (err != SNMP_OK) {
		set_free(set);
		return err;
	}
	set->next = sets->open;
	sets->open = set;
	sets->nopen++;
	return SNMP_OK;
}

enum snmp_error
sets_commit(struct sets *sets, uint32_t transaction, size_t *blame)
{
	struct set *set = find_set(sets, transaction);

	*blame = 1;
	if (set == NULL)
		return SNMP_COMMIT_FAILED;
	if (set->committed)
		return SNMP_OK;
	for (struct draft *draft = set->drafts; draft != NULL;
	     draft = draft->next) {
		struct change change = change_of(draft);

		if (!changes_nothing(&change) &&
		    !draft->table->edit->store(sets->agent, &change)) {
			*blame = draft->first;
			set->stuck = !undo_until(sets, set->drafts, draft);
			return SNMP_COMMIT_FAILED;
		}
	}
	set->committed = true;
	return SNMP_OK;
}

enum snmp_error
sets_undo(struct sets *sets, uint32_t transaction)
{
	struct set *set = find_set(sets, transaction);
	bool stuck;

	if (set == NULL)
		return SNMP_OK;
	if (set->committed)
		set->stuck = !undo_until(sets, set->drafts, NULL);
	stuck = set->stuck;
	close_set(sets, set);
	return stuck ? SNMP_UNDO_FAILED : SNMP_OK;
}

void
sets_cleanup(struct sets *sets, uint32_t transaction)
{
	struct set *set = find_set(sets, transaction);

	if (set == NULL)
		return;
	for (struct draft *draft = set->drafts; set->committed && draft != NULL;
	     draft = draft->next) {
		struct change change = change_of(draft);

		if (draft->table->edit->finish != NULL &&
		    !changes_nothing(&change))
			draft->table->edit->finish(sets->agent, &change);
	}
	close_set(sets, set);
}

void
sets_reset(struct sets *sets)
{
	while (sets->open != NULL)
		(void)sets_undo(sets, sets->open->transaction); /* logged */
}

void
sets_free(struct sets *sets)
{
	if (sets == NULL)
		return;
	sets_reset(sets);
	free(sets);
}
