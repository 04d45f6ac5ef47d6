/*
 * licenseauthority.h - the authority's side: keys that sign, license lines, license
 * files, and looking into them.
 *
 * A device needs none of this; it uses licensecore.h, whose conventions hold
 * here too.  FORMAT describes what is written, byte by byte.
 */
#ifndef LICENSEAUTHORITY_H
#define LICENSEAUTHORITY_H

#include "licensecore.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Authorities ----------------------------------------------------- */

/*
 * An authority is a directory: issuer.key, a private key (PEM, mode 0600,
 * never to leave it), and issuer.jwk, its public half, which goes into the
 * keys directory of every device that shall trust it.
 */
struct lc_authority;

struct lc_authority_options {
	const char *name;	/* who issues, for people; at most 128 bytes;
				   NULL: made from the key's id */
	bool es256;		/* ECDSA on P-256 instead of Ed25519 */
	int64_t valid_from;	/* devices accept what is issued from then on */
	int64_t valid_until;	/* and before then; LC_NO_TIME: always */
};

/*
 * Makes the directory (mode 0700) if it is missing, and a new key in it.
 * LC_EEXISTS: it has one already, which stays; LC_EINVAL: the options; LC_EIO;
 * LC_ENOMEM.
 */
LC_API enum lc_err lc_authority_create(const char *dir,
    const struct lc_authority_options *, struct lc_detail *);

/*
 * LC_ENOTFOUND: dir holds no key; LC_ETRUST: others may read the key, or the
 * two halves do not fit; LC_EIO; LC_ENOMEM.
 */
LC_API enum lc_err lc_authority_open(const char *dir, struct lc_authority **,
    struct lc_detail *);
LC_API void lc_authority_close(struct lc_authority *);	/* NULL is fine */

LC_API const char *lc_authority_name(const struct lc_authority *);
/* The id of its key: the RFC 7638 thumbprint. */
LC_API const char *lc_authority_kid(const struct lc_authority *);

/* A new license identity: 128 random bits in hexadecimal.  LC_EIO. */
#define LC_NEW_ID_LEN 32
LC_API enum lc_err lc_new_id(char id[LC_NEW_ID_LEN + 1]);

/*
 * Signs a license line; the caller frees it.  An issuer that is "" becomes the
 * authority's name; all other fields of the terms count as they stand, strings
 * not being NULL.
 * LC_ELINE, LC_ECOUNT, LC_EPERIOD: a device would refuse them, and why;
 * LC_EKEY: the authority's key is not valid at terms->issued; LC_ENOMEM.
 */
LC_API enum lc_err lc_authority_issue(const struct lc_authority *,
    const struct lc_terms *, char **line, struct lc_detail *);

/*
 * The ledger, a file in the authority's directory, knows the licenses that it
 * issued and what became of them: without it none can be moved.  Keeps lines,
 * and the text of the agreement that they name (NULL: none), durably.
 * LC_ELINE; LC_ELOCKED: others write into it; LC_EDAMAGED; LC_EIO; LC_ENOMEM.
 */
LC_API enum lc_err lc_authority_keep(const struct lc_authority *,
    const char *const *lines, size_t n, const char *eula, size_t eula_len,
    struct lc_detail *);

/* ---- License files --------------------------------------------------- */

/* A license file in memory, to which licenses are added. */
struct lc_bundle;

LC_API enum lc_err lc_bundle_new(struct lc_bundle **);
/*
 * One that exists, to add to it.  LC_ENOTFOUND: there is no file; LC_EFILE: it
 * is no license file; LC_EIO; LC_ENOMEM.
 */
LC_API enum lc_err lc_bundle_load(const char *path, struct lc_bundle **,
    struct lc_detail *);
LC_API void lc_bundle_free(struct lc_bundle *);		/* NULL is fine */

/*
 * Adds the text of an agreement, unless it is in the file, and writes the
 * digest that the terms of its licenses carry.  LC_EINVAL: it is not text;
 * LC_ENOMEM.
 */
LC_API enum lc_err lc_bundle_add_eula(struct lc_bundle *, const char *text,
    size_t len, char digest[LC_EULA_DIGEST_LEN + 1], struct lc_detail *);

/*
 * Adds lines under a heading for people that is made from terms: those of all
 * of the lines, which differ in nothing but their id.
 */
LC_API enum lc_err lc_bundle_add_lines(struct lc_bundle *,
    const struct lc_terms *, const char *const *lines, size_t n,
    struct lc_detail *);

/*
 * Writes the file so that after a crash there is the old one or the new one,
 * whole.  Without replace an existing file stays (LC_EEXISTS).  LC_EFILE: more
 * than a device reads (8 MiB, 20,000 lines); LC_EIO; LC_ENOMEM.
 */
LC_API enum lc_err lc_bundle_save(const struct lc_bundle *, const char *path,
    bool replace, struct lc_detail *);

/* ---- Moving licenses ------------------------------------------------- */

/*
 * What the steps prove.  The device signs its credentials and its rehost
 * tickets with a key of its own.  The ledger knows one key for each device,
 * the first that it was shown, and accepts no other: so a rehost ticket was
 * made by who made the credentials.  That these came from the device itself,
 * and that it runs unaltered software, nobody can tell from afar: take
 * credentials in where the device is trusted, best where it is made.
 */

/*
 * Learns the device's key from its credentials.  udi (may be NULL) is whose
 * they have to be (LC_EUDI).  With replace a key that was known before is
 * given up, as after a repair; without, LC_EKEY.  LC_EFILE, LC_ELINE,
 * LC_ESIGNATURE: no credentials; else as lc_authority_keep.
 */
LC_API enum lc_err lc_authority_know(const struct lc_authority *,
    const void *credentials, size_t len, const char *udi, bool replace,
    struct lc_detail *);

/* What a permission ticket asks for. */
struct lc_permission {
	const char *udi;	/* the device's */
	const char *const *remove; /* identities of licenses in the ledger */
	size_t nremove;		/* at most LC_TICKET_LICENSES */
	const void *add;	/* a license file for the device, or NULL */
	size_t add_len;
	uint32_t grace_s;	/* each license that was bought is followed by
				   one of so many seconds of use; 0: none */
	const char *eula;	/* the agreement of these; NULL: none */
	size_t eula_len;
	int64_t issued;
};

/*
 * Makes a ticket, as a file to be saved.  It supersedes those before it.
 * LC_EINVAL: udi, or too many licenses; LC_ENOTFOUND: a license is not in the
 * ledger; LC_EUDI: or not for this device; LC_EREVOKED: or moved before;
 * LC_EFILE, LC_ELINE: what to add; LC_EKEY: the authority's key is not valid
 * then; else as lc_authority_keep.
 */
LC_API enum lc_err lc_authority_permit(const struct lc_authority *,
    const struct lc_permission *, struct lc_bundle **, struct lc_detail *);

struct lc_redeemed {
	size_t issued;		/* licenses */
	size_t spent;		/* those of which no use was left to move */
	bool again;		/* it was redeemed before, for the same device */
	bool key_is_new;	/* nothing was known of the device's key */
};

/*
 * Redeems a rehost ticket: issues the licenses that it states to be revoked
 * for another device, less what was used of them, as a file to be saved.
 * Each ticket is redeemed for one device; for that one as often as asked, with
 * the same licenses, so that nothing is lost if the file is.
 * LC_EFILE, LC_ELINE, LC_ESIGNATURE: no rehost ticket; LC_ETICKET: it answers
 * no permission ticket of this authority; LC_EKEY: not the device's key;
 * LC_EEXISTS: redeemed for another device; LC_EREVOKED: a license was moved
 * before; LC_EEXPIRED: nothing is left to move; LC_EINVAL: udi; else as
 * lc_authority_permit.
 */
LC_API enum lc_err lc_authority_redeem(const struct lc_authority *,
    const void *ticket, size_t len, const char *udi, int64_t issued,
    struct lc_bundle **, struct lc_redeemed *, struct lc_detail *);

/* ---- Looking into files ---------------------------------------------- */

/* A license line, as far as it could be read. */
struct lc_inspected {
	unsigned row;		/* of the file, from 1; 0: in a ticket */
	enum lc_err err;	/* why no device would take it, or LC_OK */
	struct lc_detail detail;
	bool verified;		/* the signature was looked at and is good */
	const struct lc_terms *terms; /* NULL: unreadable */
	const char *kid;	/* id of the key it claims; "" if unreadable */
	const char *key_name;	/* the name in that key; "" if unverified */
	bool has_eula_text;	/* the file holds the agreement it names */
};

/* A ticket or credentials, as far as they could be read. */
struct lc_inspected_statement {
	enum lc_statement_kind kind;
	enum lc_err err;	/* why nobody would take it, or LC_OK */
	struct lc_detail detail;
	bool verified;		/* the signature was looked at and is good:
				   what a device states, by the key in it */
	const struct lc_statement *says; /* NULL: unreadable */
	const char *key_name;	/* an issuer's; "" if unverified */
};

struct lc_inspection;

/*
 * Looks at every line.  key_dir holds public keys (*.jwk; a device's keys
 * directory, or an authority's) and is trusted under the conditions of
 * lc_open with own_keys; NULL: signatures are not looked at.  data may go
 * afterwards.  LC_EFILE: it holds nothing of what FORMAT describes; LC_ETRUST;
 * LC_ENOMEM.
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
