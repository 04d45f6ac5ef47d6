/*
 * licenses.h - what is kept about a license for good: that it was there, its
 * index, and as long as it is there its line and the operator's wishes.
 *
 * A license of a primary store is a row of the state.  That of a removable
 * store is a row of the store's own file, which is attached and changed by the
 * same commit; a built-in one stands in a license file.
 */
#ifndef LC_LICENSES_H
#define LC_LICENSES_H

#include "format/file.h"
#include "rules/model.h"
#include "state.h"

#define LC_LINE_DIGEST_LEN 32	/* SHA-256 */

enum lc_err lc_line_digest(const char *line, size_t len,
    uint8_t digest[LC_LINE_DIGEST_LEN]);
/* Was this very line verified before? */
bool lc_license_is_verified(const struct lc_state *, const char *udi,
    const char *id, const uint8_t digest[LC_LINE_DIGEST_LEN]);

/* Index (0: it has none yet) and comment. */
enum lc_err lc_license_load(const struct lc_state *, const char *udi,
    struct lc_entry *);
/* The priority that is wanted: the same in all stores. */
void lc_license_load_priority(struct lc_identity *);
bool lc_license_is_revoked(const struct lc_state *, const char *udi,
    const char *id);
/*
 * Another license than this one, of this type and feature, that was ever
 * installed in the device; NULL: none.  For types that a device gets once.
 */
const char *lc_license_once(const struct lc_state *, const char *udi,
    const struct lc_terms *);

/*
 * Within a change, with the store attached if it is removable: the license
 * with its line, which was verified, and an index if it has none.
 */
enum lc_err lc_license_put(struct lc_state *, const struct lc_place *,
    struct lc_entry *, const struct lc_file_line *);
/* Within a change: one that was found in its store. */
enum lc_err lc_license_found(struct lc_state *, const struct lc_place *,
    struct lc_entry *, const uint8_t digest[LC_LINE_DIGEST_LEN]);
/*
 * The index stays taken; the operator's wishes go with the license, priority
 * with the last copy of it in the device.
 */
enum lc_err lc_license_remove(struct lc_state *, const struct lc_place *,
    const struct lc_entry *, bool last);

enum lc_err lc_license_set_comment(struct lc_state *, const char *udi,
    const struct lc_entry *, const char *comment);
enum lc_err lc_license_set_priority(struct lc_state *,
    const struct lc_identity *, enum lc_priority);

#endif
