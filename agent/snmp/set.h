/*
 * set.h - SET over tables that are data.
 *
 * A request becomes one draft for each row it touches; each draft is judged
 * whole, so a SET may complete a row and activate it.  The phases are those
 * of AgentX (RFC 2741, 7.2.4): test builds and judges the drafts and changes
 * nothing, commit stores them (the last that may fail), cleanup starts what
 * became active, undo puts the rows back.  Rows that a SET has drafts of
 * refuse another one until it is over.
 */
#ifndef AGENT_SET_H
#define AGENT_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snmp_error.h"
#include "table.h"

/* RowStatus of RFC 2579. */
enum row_status {
	ROW_ACTIVE = 1,
	ROW_NOT_IN_SERVICE,
	ROW_NOT_READY,
	ROW_CREATE_AND_GO,
	ROW_CREATE_AND_WAIT,
	ROW_DESTROY,
};

/* How values of a column are checked and kept. */
struct syntax {
	enum value_type type;
	enum snmp_error (*check)(const struct column *, const struct value *);
	void (*write)(const struct column *, const struct value *, void *draft);
};

extern const struct syntax unsigned_syntax; /* uint32_t, min to max */
extern const struct syntax integer_syntax;  /* int32_t, min to max */
extern const struct syntax truth_syntax;    /* bool */
extern const struct syntax text_syntax;     /* char[max + 1] */
extern const struct syntax line_syntax;     /* the same, in a single row */
extern const struct syntax status_syntax;   /* the row's RowStatus */

/* Octets of a draft; max of their column is the room. */
struct octets {
	uint8_t len;
	uint8_t data[255];
};

/* For syntaxes whose check is a table's own. */
void write_integer(const struct column *, const struct value *, void *draft);
void write_octets(const struct column *, const struct value *, void *draft);

#define COL_WRITE(id_, at_, get_, syntax_, draft_at_, min_, max_)              \
	{                                                                      \
		.id = (id_), .at = (at_), .get = (get_), .syntax = &(syntax_), \
		.draft_at = (draft_at_), .min = (min_), .max = (max_)          \
	}

/* One row before and after. */
struct change {
	const uint32_t *index;
	const void *before; /* a draft; NULL: it did not exist */
	const void *after;  /* a draft; NULL: it is destroyed */
	bool activated;     /* it was not active before and is now */
};

/* How a table's rows are written.  Drafts are plain memory. */
struct edit {
	size_t size; /* of a draft */
	/* Stored behind all others, since undo cannot take everything back. */
	bool last;
	/* Rows that SET creates: where int32_t RowStatus is in the draft, and
	 * the column that sets it.  status == 0: no such rows. */
	uint32_t status;
	size_t status_at;

	/* Fills the draft from the row with this index; false: there is
	 * none. */
	bool (*load)(const struct agent *, const uint32_t *index, void *draft);
	/* Defaults of a row to be created; false: no row can ever have this
	 * index. */
	bool (*init)(const uint32_t *index, void *draft);
	/* How many more rows may be created. */
	size_t (*room)(const struct agent *);
	/* Do the columns go together?  If not, the one to blame. */
	enum snmp_error (*check)(
	    const struct agent *, const void *draft, uint32_t *column);
	/* Has it all that it needs to be active? */
	bool (*ready)(const void *draft);
	/* May it be destroyed now? */
	bool (*removable)(const struct agent *, const uint32_t *index);

	/* What may fail happens in store, and undo takes it back (false: it
	 * could not); finish does what cannot be taken back and cannot fail
	 * (NULL: nothing). */
	bool (*store)(struct agent *, const struct change *);
	bool (*undo)(struct agent *, const struct change *);
	void (*finish)(struct agent *, const struct change *);
};

struct sets;

/* NULL: out of memory.  mib and agent are borrowed. */
struct sets *sets_new(const struct mib *mib, struct agent *agent);
/* As if the session were lost: what was not cleaned up is undone. */
void sets_reset(struct sets *);
void sets_free(struct sets *);

/*
 * blame: the varbind at fault, from 1.  A transaction that is tested or
 * committed a second time (the master repeats what it takes for lost) is
 * answered as the first time and acts once.
 */
enum snmp_error sets_test(struct sets *, uint32_t transaction,
    const struct varbind *varbinds, size_t n, size_t *blame);
enum snmp_error sets_commit(struct sets *, uint32_t transaction, size_t *blame);
/* SNMP_UNDO_FAILED: something could not be put back, here or in a commit that
 * failed. */
enum snmp_error sets_undo(struct sets *, uint32_t transaction);
void sets_cleanup(struct sets *, uint32_t transaction);

#endif
