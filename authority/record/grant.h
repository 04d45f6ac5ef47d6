/* grant.h - evaluations, which a device gets once, and manufacturing lots. */
#ifndef LC_RECORD_GRANT_H
#define LC_RECORD_GRANT_H

#include "record.h"

/* The license, into id; LC_ENOTFOUND without words. */
enum lc_err lc_evaluation_find(struct lc_record *, const char *udi,
    const char *feature, const char *version, char id[LC_ID_MAX + 1]);
enum lc_err lc_evaluation_put(struct lc_record *, const char *udi,
    const char *feature, const char *version, const char *id);

enum lc_err lc_lot_put(
    struct lc_record *, const char *name, const char *what);

/* The request that a license was made for, 0 if for none. */
enum lc_err lc_issued_request(
    struct lc_record *, const char *id, int64_t *request);

#endif
