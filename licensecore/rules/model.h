/*
 * model.h - what there is, in memory: devices, stores, features, licenses.
 *
 * The folder rules/ has what is decided about these: which license serves, what
 * is left of it, what is due and when.  It is pure: it uses base/ and format/,
 * gets the time as an argument, and knows of no disk, no database and no host.
 *
 * A model is made from the options and the files they name, and is replaced
 * as a whole when the options change.  Its arrays are sorted by (device,
 * store, index) and hold pointers, so that licensecore.h can lend them out.
 */
#ifndef LC_MODEL_H
#define LC_MODEL_H

#include "base/arena.h"
#include "base/pool.h"
#include "identity.h"
#include "licensecore.h"

struct lc_line;
struct lc_uses;

/*
 * A copy of a license, with what only the core needs.  public comes first.  It
 * is one piece of memory, but for an operator's comment and for texts that many
 * licenses have in common; in the model, its id is that of the identity.  A
 * device may have 100,000: no member is larger than it has to be.
 */
struct lc_entry {
	struct lc_license public;
	struct lc_identity *identity;	/* once it was recalled */
	struct lc_entry *next;	/* select.c: of its identity's copies */
	struct lc_use *use;	/* of its feature */
	uint32_t issued_period_s; /* as in its line; the terms may have */
	uint8_t issued_type;	/* those of its type's successor */
	bool own_id : 1;	/* not its identity's */
	bool own_comment : 1;	/* the operator's; else the issuer's */
	bool serving : 1;	/* select.c: its feature uses it */
	bool superseded : 1;	/* select.c: another one serves instead */
	bool held : 1;		/* use.c: a lease draws on it */
	uint32_t bytes;		/* that it takes in its store */
	uint32_t in_use;	/* use.c: of its count */
	const char *udis[];	/* of the terms; then texts */
};

/* Does it stand for its license, being the first copy of it? */
static inline bool
lc_entry_is_first(const struct lc_entry *e)
{
	return e->identity->first == e;
}

/* A store with what only the core needs.  public comes first. */
struct lc_place {
	struct lc_store public;
	const char *path;
	const struct lc_device *device;
	const char *udi;
	bool is_default;
	bool seen;		/* its file was there when it was looked for */
	bool tried;		/* it is loaded again, having failed */
	bool spoiled;		/* a line in it, or all of it, is damaged */
	int64_t planned;	/* bytes an action is about to fill; less than
				   0 if it is about to free more */
	int slot;		/* while an action has it attached: db.h */
};

/* A module with what only the core needs.  public comes first. */
struct lc_module_entry {
	struct lc_module public;
	const char *version;	/* of its levels' features */
};

struct lc_model {
	struct lc_arena arena;	/* devices, stores, features, modules */
	struct lc_identities *identities;	/* outlive the model */
	struct lc_uses *uses;			/* likewise */
	struct lc_trust *trust;
	uint32_t master;	/* entPhysicalIndex of device 0 */
	struct lc_device **devices;
	size_t ndevices;
	struct lc_store **stores;	/* of struct lc_place */
	size_t nstores;
	struct lc_feature **features;
	size_t nfeatures;
	struct lc_module **modules;	/* of struct lc_module_entry */
	size_t nmodules;
	struct lc_level **levels;	/* of all of these */
	size_t nlevels;
	struct lc_license **licenses;	/* of struct lc_entry */
	struct lc_license **by_feature;	/* the same, in select.c's order */
	size_t nlicenses, room;

	int64_t selected_until;		/* select.c has to look again then */
};

static inline struct lc_entry *
lc_entry_of(const struct lc_license *license)
{
	return (struct lc_entry *)(uintptr_t)license;
}

static inline struct lc_place *
lc_place_of(const struct lc_store *store)
{
	return (struct lc_place *)(uintptr_t)store;
}

static inline struct lc_module_entry *
lc_module_entry_of(const struct lc_module *module)
{
	return (struct lc_module_entry *)(uintptr_t)module;
}

/*
 * Checks the options and makes a model of devices, stores and features,
 * without modules, licenses and trust.  LC_EOPTIONS, LC_ENOMEM.
 */
enum lc_err lc_model_new(const struct lc_options *, struct lc_identities *,
    struct lc_uses *, struct lc_model **, struct lc_detail *);
void lc_model_free(struct lc_model *);	/* with its licenses; NULL is fine */

const struct lc_device *lc_model_device(const struct lc_model *,
    uint32_t device);
struct lc_place *lc_model_store(const struct lc_model *, uint32_t device,
    uint32_t store);
struct lc_entry *lc_model_license(const struct lc_model *, uint32_t device,
    uint32_t store, uint32_t index);
/* In any store of the device. */
struct lc_entry *lc_model_license_by_index(const struct lc_model *,
    uint32_t device, uint32_t index);
/* version NULL: the first of that name */
const struct lc_feature *lc_model_feature(const struct lc_model *,
    uint32_t device, const char *name, const char *version);

/* A license of its own, with common texts from the pool, which outlives it. */
enum lc_err lc_entry_new(struct lc_pool *, const struct lc_line *,
    struct lc_entry **);
void lc_entry_free(struct lc_entry *);	/* NULL is fine */
/*
 * Its id is that of its identity from now on, which has to outlive it: at the
 * latest in the model.
 */
void lc_entry_share_id(struct lc_entry *);
/* It takes the operator's comment, and frees it some day. */
void lc_entry_comment(struct lc_entry *, char *comment);
/*
 * What a copy shows of its identity (acceptance, priority, type) becomes what
 * that is; the same of all copies.
 */
void lc_entry_refresh(struct lc_entry *);
void lc_copies_refresh(const struct lc_identity *);

/*
 * First room for n more (may fail), then n times adding (cannot), then one
 * sorting.
 */
enum lc_err lc_model_reserve(struct lc_model *, size_t n);
void lc_model_add(struct lc_model *, struct lc_entry *);
void lc_model_sort(struct lc_model *);
/* Takes it out; it is the caller's then. */
void lc_model_remove(struct lc_model *, struct lc_entry *);

#endif
