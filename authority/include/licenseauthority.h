/*
 * licenseauthority.h - license authorities: keys that sign, license lines and
 * files, moving licenses between devices, and inspecting files.
 *
 * Devices use licensecore.h instead, whose conventions also apply here.  FORMAT
 * describes the files byte by byte.
 */
#ifndef LICENSEAUTHORITY_H
#define LICENSEAUTHORITY_H

#include "licensecore.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Authorities ----------------------------------------------------- */

/*
 * An authority is a directory with issuer.key, a private key (PEM, mode 0600),
 * which stays there, and issuer.jwk, its public half, which is copied to the
 * keys directory of devices that trust the authority.
 */
struct lc_authority;

/*
 * Who is asked for the passphrase of a file, or the PIN of a token.  what names
 * it; is_new: it is chosen now, so that a person has to type it twice.  False:
 * none was given.
 */
struct lc_secret {
	bool (*ask)(void *arg, const char *what, bool is_new, char *secret,
	    size_t size);
	void *arg;
};
#define LC_SECRET_SIZE 1024	/* with its NUL */

/* How a private key is made and kept. */
struct lc_key_options {
	bool es256;		/* ECDSA on P-256 instead of Ed25519 */
	bool passphrase;	/* ask for one, and encrypt the file with it */
	const char *token;	/* the pkcs11: URI of a key that a token has, on
				   P-256; NULL: one is made, in a file */
	const struct lc_secret *secret; /* NULL: there is nobody to ask */
};
#define LC_TOKEN_MAX 1024

struct lc_authority_options {
	const char *name;	/* of the issuer, for people; at most 128
				   bytes; NULL: made from the key id */
	struct lc_key_options key;
	int64_t valid_from;	/* devices accept licenses issued at or after */
	int64_t valid_until;	/* and before these; LC_NO_TIME: no limit */
	const char *database;	/* a connection string of PostgreSQL; NULL: a
				   file of SQLite in the directory */
};

/*
 * Creates the directory (mode 0700) if it is missing, a key in it, and the
 * database.
 * LC_EEXISTS: it has a key, which is not changed; LC_EINVAL: invalid options;
 * LC_EIO; LC_ENOMEM.
 */
LC_API enum lc_err lc_authority_create(const char *dir,
    const struct lc_authority_options *, struct lc_detail *);

/*
 * Brings the database up to date after an update of the software, creates it
 * for a key that has none, and takes over the ledger.db of version 0.1; taken
 * (may be NULL) becomes the number of its licenses.  Nobody else may use the
 * authority meanwhile.  Errors as lc_authority_open.
 */
LC_API enum lc_err lc_authority_upgrade(const char *dir,
    const struct lc_secret *, size_t *taken, struct lc_detail *);

/*
 * secret (NULL: nobody can be asked) must live until the authority is closed.
 * Of several keys the newest one that is valid now signs.
 * LC_ENOTFOUND: dir has no key; LC_ETRUST: others may read the key, its
 * passphrase or PIN is wrong or missing, or the two halves do not match; LC_EDAMAGED: there is no database, or one that needs
 * lc_authority_upgrade, or it is damaged; LC_ENEWER: it is of a newer version;
 * LC_ELOCKED; LC_EIO; LC_ENOMEM.
 */
LC_API enum lc_err lc_authority_open(const char *dir, struct lc_authority **,
    struct lc_detail *);
LC_API enum lc_err lc_authority_unlock(const char *dir,
    const struct lc_secret *, struct lc_authority **, struct lc_detail *);
/* The same with nobody to ask. */
LC_API enum lc_err lc_authority_open(const char *dir, struct lc_authority **,
    struct lc_detail *);
LC_API void lc_authority_close(struct lc_authority *);	/* NULL is fine */

/*
 * What issuer.jwk says, for which no passphrase is needed: the issuer's name,
 * and the id of the key.  LC_ENOTFOUND: no such file; LC_ETRUST: it is no
 * public key; LC_EIO; LC_ENOMEM.
 */
#define LC_AUTHORITY_NAME_MAX 128
LC_API enum lc_err lc_authority_look(const char *dir,
    char name[LC_AUTHORITY_NAME_MAX + 1], char kid[LC_DIGEST_LEN + 1],
    struct lc_detail *);

LC_API const char *lc_authority_name(const struct lc_authority *);
/* The id of its key: the RFC 7638 thumbprint. */
LC_API const char *lc_authority_kid(const struct lc_authority *);

/* ---- Keys ------------------------------------------------------------ */

/* One of the keys that an authority has or had. */
struct lc_signing_key {
	const char *kid, *name;
	const char *place;	/* its file in the directory */
	bool es256;
	bool withdrawn;
	bool signs;		/* it is the one that signs now */
	int64_t made;
	int64_t valid_from, valid_until; /* LC_NO_TIME: no limit */
};
/* Calls for each key, the oldest first. */
LC_API enum lc_err lc_authority_keys(const struct lc_authority *,
    void (*each)(void *arg, const struct lc_signing_key *), void *arg,
    struct lc_detail *);

struct lc_rotation {
	struct lc_key_options key;
	int64_t from;		/* when it begins to sign; LC_NO_TIME: now */
	uint32_t overlap_s;	/* how long the others are valid after that */
};
/*
 * Makes a new key, which signs from then on; the other ones are valid until
 * the overlap is over, unless they end earlier.  What they signed stays valid.
 * kid becomes the id of the new key.  LC_EEXISTS: the token's key is one of the
 * authority's; LC_EINVAL: invalid dates, no passphrase; otherwise as
 * lc_authority_unlock and lc_authority_keep.
 */
LC_API enum lc_err lc_authority_rotate(struct lc_authority *,
    const struct lc_rotation *, char kid[LC_DIGEST_LEN + 1],
    struct lc_detail *);

/*
 * Withdraws a key: nothing that it signed is valid on devices that learn of
 * it.  kid may be the beginning of an id, at least 8 characters.
 * LC_ENOTFOUND: no such key, or several; LC_EKEY: no other key is valid, so
 * that nothing could be signed; otherwise as lc_authority_unlock.
 */
LC_API enum lc_err lc_authority_withdraw(
    struct lc_authority *, const char *kid, struct lc_detail *);

/*
 * Writes the public half of each key to KID.jwk in a directory, which is
 * created if it is missing; n becomes their number.  LC_EIO.
 */
LC_API enum lc_err lc_authority_export_keys(const struct lc_authority *,
    const char *dir, size_t *n, struct lc_detail *);

/* ---- Trust lists ----------------------------------------------------- */

/*
 * A root key is in a directory of its own: root.key, root.jwk for the keys
 * directories of devices, and list.trust, the newest trust list.
 */

/* LC_EEXISTS: the directory has one; otherwise as lc_authority_create. */
LC_API enum lc_err lc_root_create(const char *dir, const char *name,
    const struct lc_key_options *, struct lc_detail *);

struct lc_root_update {
	const char *const *keys; /* files and directories with JWKs (*.jwk) */
	size_t nkeys;
	const char *const *withdraw; /* ids of keys, or their beginnings */
	size_t nwithdraw;
	int64_t issued, expires;
	const struct lc_secret *secret;
};
/*
 * Makes the next version of the trust list, which has the keys of the last one,
 * those of the files in their place or beside them, and withdrawals; a key that
 * was withdrawn stays so.  version and nkeys become what it has.
 * LC_ENOTFOUND: no root key there, or no key to withdraw; LC_ETRUST, LC_EFILE:
 * the root key, a JWK or the last list is bad; LC_EINVAL: no key, too many, or
 * invalid dates; LC_EIO; LC_ENOMEM.
 */
LC_API enum lc_err lc_root_next(const char *dir, const struct lc_root_update *,
    uint32_t *version, size_t *nkeys, struct lc_detail *);

/* A new license identity: 128 random bits in hexadecimal.  LC_EIO. */
#define LC_NEW_ID_LEN 32
LC_API enum lc_err lc_new_id(char id[LC_NEW_ID_LEN + 1]);

/*
 * Signs a license line; the caller frees it.  If the issuer is "" it becomes
 * the authority's name; all other fields are used as they are.  No string may
 * be NULL.  LC_ELINE, LC_ECOUNT, LC_EPERIOD: invalid terms; LC_EKEY: the
 * authority's key is not valid at terms->issued; LC_ENOMEM.
 */
LC_API enum lc_err lc_authority_issue(const struct lc_authority *,
    const struct lc_terms *, char **line, struct lc_detail *);

/*
 * The database has all licenses that were issued: only those in it can be
 * moved.  This records lines, and the text of their agreement (NULL: none),
 * durably. LC_ELINE; LC_ELOCKED: another process is writing; LC_EDAMAGED;
 * LC_EIO; LC_ENOMEM.
 */
LC_API enum lc_err lc_authority_keep(const struct lc_authority *,
    const char *const *lines, size_t n, const char *eula, size_t eula_len,
    struct lc_detail *);

/* ---- License files --------------------------------------------------- */

/* A license file in memory, to which licenses are added. */
struct lc_bundle;

LC_API enum lc_err lc_bundle_new(struct lc_bundle **);
/*
 * An existing file, to add to it.  LC_ENOTFOUND: no such file; LC_EFILE: not a
 * license file; LC_EIO; LC_ENOMEM.
 */
LC_API enum lc_err lc_bundle_load(const char *path, struct lc_bundle **,
    struct lc_detail *);
LC_API void lc_bundle_free(struct lc_bundle *);		/* NULL is fine */

/*
 * Adds the text of an agreement, unless the file has it, and returns its digest
 * for the terms of its licenses.  LC_EINVAL: not text; LC_ENOMEM.
 */
LC_API enum lc_err lc_bundle_add_eula(struct lc_bundle *, const char *text,
    size_t len, char digest[LC_EULA_DIGEST_LEN + 1], struct lc_detail *);

/*
 * Adds lines under a heading for people.  The terms are those of all lines,
 * which differ only in their ids.
 */
LC_API enum lc_err lc_bundle_add_lines(struct lc_bundle *,
    const struct lc_terms *, const char *const *lines, size_t n,
    struct lc_detail *);

/*
 * The text of the file, which lives until the bundle is changed or freed.
 * LC_EFILE: more than a device accepts (16 MiB); LC_ENOMEM.
 */
LC_API enum lc_err lc_bundle_text(const struct lc_bundle *, const char **text,
    size_t *len, struct lc_detail *);

/*
 * Writes the file atomically.  Without replace an existing file is kept
 * (LC_EEXISTS).  LC_EFILE: more than a device accepts (16 MiB, 20,000 lines);
 * LC_EIO; LC_ENOMEM.
 */
LC_API enum lc_err lc_bundle_save(const struct lc_bundle *, const char *path,
    bool replace, struct lc_detail *);

/* ---- Moving licenses ------------------------------------------------- */

/*
 * The device signs its credentials and rehost tickets with its own key.  The
 * database has one key for each device, the first one seen, and accepts no
 * other: a rehost ticket was made by the same party as the credentials.  That
 * this is the device, with unmodified software, cannot be verified remotely:
 * record credentials while the device is in trusted hands, preferably at the
 * factory.
 */

/*
 * Records a device's credentials, which must be those of udi unless that is
 * NULL (LC_EUDI): its key, and how far its history is.  told (may be NULL) gets
 * a sentence about what is suspicious, or "": the history does not continue
 * the one of earlier credentials, so that nothing moves from the device until
 * that is approved; or the device was replaced.
 * LC_EKEY: another key is on record; LC_EINVAL: older than those on record;
 * LC_EFILE, LC_ELINE, LC_ESIGNATURE: not credentials; otherwise as
 * lc_authority_keep.
 */
LC_API enum lc_err lc_authority_know(const struct lc_authority *,
    const void *credentials, size_t len, const char *udi,
    struct lc_detail *told, struct lc_detail *);

/* What a permission ticket asks for. */
struct lc_permission {
	const char *udi;	/* the device's */
	const char *const *remove; /* identities of licenses that were issued */
	size_t nremove;		/* at most LC_TICKET_LICENSES */
	const void *add;	/* a license file for the device, or NULL */
	size_t add_len;
	uint32_t grace_s;	/* each purchased license is replaced by one
				   of so many seconds of use; 0: none */
	const char *eula;	/* the agreement of those; NULL: none */
	size_t eula_len;
	int64_t issued;
	const char *to;		/* the device they are for, and no other one;
				   NULL: not known */
};

/*
 * Creates a ticket, as a file to be saved.  It supersedes earlier ones.
 * LC_EINVAL: invalid UDI, the device itself as the one they are for, or too
 * many licenses; LC_ENOTFOUND: a license was not issued here; LC_EUDI: a license is not for this device; LC_EREVOKED: a
 * license was moved before, or its SKU does not move, or a state directory of
 * the device was put back; LC_EFILE, LC_ELINE: invalid file to add; LC_EKEY:
 * the authority's key is not valid at that date; otherwise as
 * lc_authority_keep.
 */
LC_API enum lc_err lc_authority_permit(const struct lc_authority *,
    const struct lc_permission *, struct lc_bundle **, struct lc_detail *);

struct lc_redeemed {
	size_t issued;		/* licenses */
	size_t spent;		/* licenses that were used up */
	bool again;		/* redeemed before, for the same device */
	bool key_is_new;	/* the device's key was not on record */
};

/*
 * Redeems a rehost ticket: issues the revoked licenses, less their use, for
 * another device, as a file to be saved.  A ticket is redeemed for one device;
 * repeated for that device, it gives the same licenses, in case the file was
 * lost.  first_sight: the key of a device that is not known is the ticket's.
 * LC_EFILE, LC_ELINE, LC_ESIGNATURE: not a rehost ticket; LC_ETICKET: not an
 * answer to a permission ticket of this authority, or to one that names
 * another device; LC_EKEY: not the device's
 * key, or that is not known; LC_EEXISTS: redeemed for another device; LC_EREVOKED: a license was
 * moved before; LC_EEXPIRED: all licenses are used up; LC_EINVAL: invalid UDI;
 * otherwise as lc_authority_permit.
 */
LC_API enum lc_err lc_authority_redeem(const struct lc_authority *,
    const void *ticket, size_t len, const char *udi, int64_t issued,
    bool first_sight, struct lc_bundle **, struct lc_redeemed *, struct lc_detail *);

/* ---- Inspecting files ------------------------------------------------ */

/* A license line, as far as it is readable. */
struct lc_inspected {
	unsigned row;		/* of the file, from 1; 0: in a ticket */
	enum lc_err err;	/* LC_OK: valid */
	struct lc_detail detail;
	bool verified;		/* the signature is valid */
	const struct lc_terms *terms; /* NULL: unreadable */
	const char *kid;	/* id of the signing key; "" if unreadable */
	const char *key_name;	/* name of that key; "" if not verified */
	bool has_eula_text;	/* its agreement is in the file */
};

/* A ticket, credentials or a trust list, as far as they are readable. */
struct lc_inspected_statement {
	enum lc_statement_kind kind;
	enum lc_err err;	/* LC_OK: valid */
	struct lc_detail detail;
	bool verified;		/* the signature is valid; of a device's
				   statement, with the key in it */
	const struct lc_statement *says; /* NULL: unreadable */
	const char *key_name;	/* of an issuer; "" if not verified */
};

struct lc_inspection;

/*
 * Inspects every line.  key_dir has public keys (*.jwk) and trust lists
 * (*.trust), and is a device's keys directory or an authority's, under the
 * conditions of lc_open with own_keys; NULL: signatures of issuers are not
 * verified.  data is not needed afterwards.
 * LC_EFILE: nothing that FORMAT describes; LC_ETRUST; LC_ENOMEM.
 */
LC_API enum lc_err lc_inspect(const void *data, size_t len,
    const char *key_dir, struct lc_inspection **, struct lc_detail *);
LC_API void lc_inspection_free(struct lc_inspection *);	/* NULL is fine */

/* In the order of the file; they live as long as the inspection. */
LC_API const struct lc_inspected *lc_inspection_lines(
    const struct lc_inspection *, size_t *n);
/* NULL if it is a license file.  Its lines are those that a ticket adds. */
LC_API const struct lc_inspected_statement *lc_inspection_statement(
    const struct lc_inspection *);
/* Files in key_dir that were skipped, a sentence each, "PATH: why". */
LC_API const char *const *lc_inspection_keys_skipped(
    const struct lc_inspection *, size_t *n);
/* Digests of the agreements in the file. */
LC_API const char *const *lc_inspection_eulas(const struct lc_inspection *,
    size_t *n);

#ifdef __cplusplus
}
#endif
#endif
