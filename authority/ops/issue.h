/* issue.h - what ops/ shares about issuing. */
#ifndef LC_ISSUE_H
#define LC_ISSUE_H

#include "licenseauthority.h"
#include "record/license.h"

/* LC_EKEY if the authority's key does not sign what is dated so. */
enum lc_err lc_authority_key(
    const struct lc_authority *, int64_t issued, struct lc_detail *);

/*
 * Signs a license under a new id, puts it, and adds it to the bundle with its
 * agreement, unless that is NULL.  While writing.  Errors as
 * lc_authority_issue.
 */
enum lc_err lc_issue(const struct lc_authority *, const struct lc_terms *,
    const struct lc_origin *, struct lc_bundle *);

/* The same without a bundle; what its id is. */
enum lc_err lc_issue_as(const struct lc_authority *, const struct lc_terms *,
    const struct lc_origin *, char id[LC_NEW_ID_LEN + 1]);

/*
 * Adds a license that was issued to a bundle, with its agreement if the
 * database has the text.
 */
enum lc_err lc_bundle_add_issued(const struct lc_authority *,
    struct lc_bundle *, const struct lc_terms *, const char *line);
/* The same for all licenses of a request; n (may be NULL) counts them. */
enum lc_err lc_bundle_add_request(const struct lc_authority *,
    struct lc_bundle *, int64_t request, size_t *n);
/* A new bundle of them: what a request got, once it is committed. */
enum lc_err lc_bundle_of_request(const struct lc_authority *, int64_t request,
    struct lc_bundle **, size_t *n);

/*
 * The same in a bundle for each device, those of a device together, until one
 * call fails; that error is returned.
 */
typedef enum lc_err lc_device_bundle_call(
    void *arg, const char *udi, const struct lc_bundle *);
enum lc_err lc_bundle_of_devices(const struct lc_authority *, int64_t request,
    lc_device_bundle_call *, void *arg);

/*
 * A license that was moved or replaced, issued anew: for this device alone,
 * with the SKU, the line of a PAK and the source of the old one.  While
 * writing; terms are those of the old license, less what was used.
 */
enum lc_err lc_reissue(const struct lc_authority *, const struct lc_terms *,
    const char *udi, int64_t issued, int64_t request);

#endif
