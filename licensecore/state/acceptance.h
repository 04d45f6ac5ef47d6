/* acceptance.h - which agreements were accepted, and their texts. */
#ifndef LC_ACCEPTANCE_H
#define LC_ACCEPTANCE_H

#include "format/file.h"
#include "state.h"

/* Was its agreement accepted for this device? */
bool lc_acceptance_is_there(const struct lc_state *, const char *udi,
    const char *id);

/* Within a change. */
enum lc_err lc_acceptance_add(struct lc_state *, const char *udi,
    const char *id, const char *by);
enum lc_err lc_acceptance_remove(struct lc_state *, const char *udi,
    const char *id);

/* Is its text kept?  Within a change: keeps it, unless it is. */
bool lc_agreement_is_known(const struct lc_state *, const char *digest);
enum lc_err lc_agreement_add(struct lc_state *, const struct lc_file_eula *);
/*
 * The text that the digest names; the caller frees it.  LC_ENOTFOUND: no file
 * brought it; LC_EDAMAGED: it is another one.
 */
enum lc_err lc_agreement_text(struct lc_state *, const char *digest,
    char **text);

#endif
