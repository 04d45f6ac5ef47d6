/* device.h - devices within a transaction that is under way. */
#ifndef LC_OPS_DEVICE_H
#define LC_OPS_DEVICE_H

#include "licenseauthority.h"

struct lc_record;

/* lc_authority_know while writing. */
enum lc_err lc_know(const struct lc_authority *, const void *credentials,
    size_t len, const char *udi, struct lc_detail *told);
/* The same with credentials whose signature was verified. */
enum lc_err lc_know_opened(struct lc_record *, const struct lc_statement *,
    struct lc_detail *told);

/*
 * A key that the factory gave a device, before it is seen; kid is its RFC 7638
 * thumbprint.  LC_EKEY: another one is on record; LC_EINVAL.
 */
enum lc_err lc_device_register(
    const struct lc_authority *, const char *udi, const char *kid);
/* The thumbprint of a public key (JWK).  LC_ETRUST. */
enum lc_err lc_device_kid(const void *jwk, size_t len,
    char kid[LC_DIGEST_LEN + 1], struct lc_detail *);

/*
 * Somebody approves what credentials showed: with credentials, the key and the
 * history in them; without, the state directory that was put back
 * (LC_ENOTFOUND: none was).
 */
struct lc_approval {
	const char *udi;
	const void *credentials; /* NULL: none */
	size_t len;
	const char *by, *reason; /* not "" */
};
enum lc_err lc_device_approve(
    const struct lc_authority *, const struct lc_approval *);

/*
 * Calls for the licenses that count on a device, with their lines, in the order
 * of their issue, until one call fails; that error is returned.
 */
typedef enum lc_err lc_license_call(
    void *arg, const struct lc_terms *, const char *line);
enum lc_err lc_device_licenses(
    struct lc_record *, const char *udi, lc_license_call *, void *arg);

/*
 * LC_EREVOKED, in words: a state directory of the device was put back, which
 * nobody approved.
 */
enum lc_err lc_device_is_sound(struct lc_record *, const char *udi);

/*
 * Rules are for licenses of a SKU; others move where people say.
 * LC_EREVOKED, in words: the SKU is one whose licenses do not move.  LC_EUDI, in
 * words: it is of a family from which licenses do not go to that device.
 */
enum lc_err lc_license_moves(struct lc_record *, const char *id);
enum lc_err lc_license_may_go(
    struct lc_record *, const char *id, const char *from, const char *to);

#endif
