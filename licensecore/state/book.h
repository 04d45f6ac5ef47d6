/*
 * book.h - what the state says, in memory: all rows but the long texts.
 *
 * The book is filled when the state is opened.  Whoever changes it does so
 * within a change, together with the row on disk; if the change fails, the
 * book is again what it was.
 */
#ifndef LC_BOOK_H
#define LC_BOOK_H

#include "rows.h"
#include "rules/model.h"

/* LC_IDENTITY_FLAGS, besides LC_IDENTITY_LOST. */
#define LC_KNOWN_USED 2		/* the history has its first use */
#define LC_KNOWN_REVOKED 4	/* given up for good */
#define LC_KNOWN_ONCE 8		/* of a type that a device gets once */

#define LC_NMARKS (LC_NTRACKS + 1)	/* the last one is the count's */

struct lc_book_device {
	int64_t key;
	char *udi;
	uint32_t last_index;	/* the highest ever given in it */
};

/* A license in a store; it stays when the license was cleared. */
struct lc_copy {
	struct lc_copy *next;		/* of the same license */
	struct lc_known *known;
	uint32_t key, store, index;
	bool found;		/* its line is there, and as it was signed,
				   used or not */
	struct lc_copy_facts {
		bool held;	/* the store has it, or should have */
		bool missing;	/* it has not, which is recorded */
		bool has_line;	/* in its row: of primary stores */
		int64_t installed; /* LC_NO_TIME if it came with the device */
	} facts;
	char *comment;		/* NULL: the issuer's */
};

/* A value by its name; one that was removed keeps its place. */
struct lc_setting {
	int64_t key;
	char *name;
	enum lc_value_kind kind;	/* LC_V_NULL, LC_V_INT or LC_V_TEXT */
	int64_t number;
	char *text;
};

/* A permission ticket that was answered: a record of the history. */
struct lc_answered {
	int64_t record;
	char *udi, *id, *kid;
};

struct lc_book {
	struct lc_pool texts;
	struct lc_identities identities;	/* those of all licenses */
	struct lc_book_device **devices;
	size_t ndevices;
	struct lc_known **known;	/* by key; some are NULL */
	size_t nknown, known_room;
	struct lc_setting **settings;
	size_t nsettings;
	char **agreements;		/* digests, by key - 1; some are NULL */
	size_t nagreements;
	struct lc_answered **answered;
	size_t nanswered;
	struct lc_facts {
		int64_t copies;		/* the highest key */
		int64_t first_event;	/* that waits; 0: none does */
		int64_t damaged;	/* the last record of that; 0: none */
	} facts;
	struct lc_undo *undo;
	size_t nundo, undo_room;
};

void lc_book_free(struct lc_book *);	/* it is empty then */

/* For struct lc_loader; arg is the book. */
void lc_book_reset(void *arg);
enum lc_err lc_book_row(void *arg, enum lc_state_table, int64_t key,
    const struct lc_value *values);

/* ---- Looking up; NULL: there is none --------------------------------- */

struct lc_book_device *lc_book_device(const struct lc_book *,
    const char *udi);
struct lc_known *lc_book_known(const struct lc_book *, const char *udi,
    const char *id);
struct lc_known *lc_identity_known(const struct lc_identity *);
/* Of one that has rows: never NULL. */
struct lc_book_device *lc_book_device_of(const struct lc_book *,
    const struct lc_known *);
struct lc_copy *lc_known_copy(const struct lc_known *, uint32_t store);
struct lc_setting *lc_book_setting(const struct lc_book *, const char *name);
/* The key of an agreement, 0: it is not known. */
int64_t lc_book_agreement(const struct lc_book *, const char *digest);

/* ---- Changes --------------------------------------------------------- */

/* Before bytes of something in the book are changed.  LC_ENOMEM. */
enum lc_err lc_book_keep(struct lc_book *, void *bytes, size_t len);
/* Puts a copy of the text (NULL: none) in the place of the one there. */
enum lc_err lc_book_text(struct lc_book *, char **place, const char *text);

/* Before the marks of a license are changed: these are a copy. */
enum lc_err lc_book_marks(struct lc_book *, struct lc_known *);

/* New ones; their rows are the caller's to write.  LC_ENOMEM. */
enum lc_err lc_book_add_device(struct lc_book *, const char *udi,
    struct lc_book_device **);
enum lc_err lc_book_add_known(struct lc_book *, struct lc_book_device *,
    const char *id, const char *feature, const char *version,
    struct lc_known **);
enum lc_err lc_book_add_copy(struct lc_book *, struct lc_known *,
    uint32_t store, uint32_t index, struct lc_copy **);
enum lc_err lc_book_add_setting(struct lc_book *, const char *name,
    struct lc_setting **);
enum lc_err lc_book_add_agreement(struct lc_book *, const char *digest,
    int64_t *key);
/* What a record of the history says beyond itself. */
enum lc_err lc_book_learn(struct lc_book *, int64_t record, const char *what,
    const char *udi, const char *id, const char *body);

/* The change was committed, or was not: then it is as before. */
void lc_book_done(struct lc_book *);
void lc_book_undo(struct lc_book *);

#endif
