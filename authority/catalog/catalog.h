/*
 * catalog.h - what is sold, and to whom: SKUs, families, accounts, contracts.
 *
 * The folder catalog/ reads them from a file that people write, keeps them in
 * the database, and writes them into such a file again.  It uses record/ and
 * libconfig; ops/ issues what it says.
 *
 * What was sold keeps its meaning: the items of a SKU are kept by revision, and
 * a PAK gives the items of the revision that was current when the PAK was made.
 * A contract gives the current ones.  The family of a SKU, and whether its
 * licenses may move, are rules, and hold as they are now.
 */
#ifndef LC_CATALOG_H
#define LC_CATALOG_H

#include "base/arena.h"
#include "record/record.h"

#define LC_CODE_MAX 64       /* bytes of a SKU, or another code */
#define LC_NAME_MAX 128      /* of an account's name, or a description */
#define LC_MISTAKES_MAX 20   /* told of one file */
#define LC_CATALOG_MAX (4 << 20) /* bytes of the file */

/* What each part of the lists below begins with. */
struct lc_part_of {
	void *next;
	unsigned line; /* of the file; 0: from the database */
};

/* One license of a unit. */
struct lc_item {
	struct lc_part_of part;
	const char *feature, *version;
	uint32_t type;      /* enum lc_type */
	uint32_t count;     /* LC_UNCOUNTED if not counted */
	bool additive;
	uint32_t period_s;  /* of use; 0 unless metered */
	uint32_t days;      /* of a subscription; 0 if it is none */
	uint32_t extension_days;
	const char *eula;      /* digest of its agreement; "" if none */
	const char *eula_path; /* from a file alone: where the text is, */
	const char *eula_text; /* and the text; "" if none */
};

struct lc_sku {
	struct lc_part_of part;
	const char *code, *description;
	const char *family; /* "" if it is for any device */
	bool movable;       /* its licenses may move to another device */
	bool sold;          /* new PAKs may have it */
	int64_t revision;   /* of the items, from 1 */
	struct lc_item *items;
};

struct lc_family {
	struct lc_part_of part;
	const char *name;
	const char *pids;     /* patterns with * and ?, a blank between them */
	const char *moves_to; /* names of families, likewise */
};

struct lc_account {
	struct lc_part_of part;
	const char *name, *description;
};

struct lc_contract_sku {
	struct lc_part_of part;
	const char *sku;
	uint32_t quantity; /* 0: any number */
	int64_t n, used;
};

struct lc_contract {
	struct lc_part_of part;
	const char *number, *account;
	int64_t begins, ends; /* LC_NO_TIME: open; ends is the first instant
				 after it */
	const char *stopped;  /* the reason; "" if it is not */
	struct lc_contract_sku *skus;
	const char *udis; /* a blank between them; "": any device */
};

struct lc_catalog {
	struct lc_arena arena; /* owns all of it */
	struct lc_family *families;
	struct lc_sku *skus;
	struct lc_account *accounts;
	struct lc_contract *contracts;
};
void lc_catalog_free(struct lc_catalog *);

/* ---- The database ---------------------------------------------------- */

/*
 * A SKU with the items of a revision (0: the current one), in the arena, or
 * while writing in what is kept (record/kept.h): do not change it.
 * LC_ENOTFOUND, in words.
 */
enum lc_err lc_sku_find(struct lc_record *, struct lc_arena *,
    const char *code, int64_t revision, struct lc_sku **);
/* LC_ENOTFOUND without words. */
enum lc_err lc_family_find(struct lc_record *, struct lc_arena *,
    const char *name, struct lc_family **);
enum lc_err lc_account_find(struct lc_record *, struct lc_arena *,
    const char *name, struct lc_account **);
/* LC_ENOTFOUND, in words. */
enum lc_err lc_contract_find(struct lc_record *, struct lc_arena *,
    const char *number, struct lc_contract **);

/* All of it, each list in the order of its codes. */
enum lc_err lc_catalog_read(struct lc_record *, struct lc_catalog *);
/* The accounts alone. */
enum lc_err lc_accounts_read(struct lc_record *, struct lc_catalog *);

/* Stops a contract, or lets it go on if why is "".  While writing. */
enum lc_err lc_contract_stop(
    struct lc_record *, const char *number, const char *why);

/*
 * Is the device, of this UDI, of the family with these patterns?  The product
 * ID is compared as a whole; * is any number of characters, ? is one.
 */
bool lc_family_has(const char *pids, const char *udi);
/* Is the word among words with a blank between them? */
bool lc_words_have(const char *words, const char *word);

/* ---- Files ----------------------------------------------------------- */

struct lc_catalog_file {
	const char *name; /* for mistakes, and where its agreements are */
	const char *text;
	size_t len;
	bool no_files; /* agreements may not be files: texts alone */
	/* Called for each mistake, "FILE:LINE: what", at most LC_MISTAKES_MAX
	   times. */
	void (*wrong)(void *arg, const char *what);
	void *arg;
	size_t nwrong; /* result: all of them */
};

/* LC_EFILE: there were mistakes; free the catalog in any case. */
enum lc_err lc_catalog_parse(
    struct lc_catalog_file *, struct lc_catalog *, struct lc_detail *);

/* What a file changed in the database. */
struct lc_catalog_changes {
	size_t added, changed, same;
	size_t retired; /* SKUs that are not sold any more */
};

/*
 * Puts what differs into the database, while writing.  With retire, SKUs that
 * the file does not have are not sold any more; nothing else that it does not
 * have is touched.  LC_EFILE: it refers to what is nowhere; nothing is changed.
 */
enum lc_err lc_catalog_put(struct lc_record *, struct lc_catalog_file *,
    const struct lc_catalog *, bool retire, struct lc_catalog_changes *);

/* The text of such a file, with the texts of agreements; the caller frees. */
enum lc_err lc_catalog_text(
    struct lc_record *, struct lc_catalog *, char **text);

#endif
