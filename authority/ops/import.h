/* import.h - licenses that another authority issued. */
#ifndef LC_IMPORT_H
#define LC_IMPORT_H

#include "licenseauthority.h"

struct lc_imported {
	size_t taken;
	size_t known; /* they were in the database */
};

/*
 * Takes the licenses of a file in, so that they can be moved: all, or none.
 * Each has to be signed with one of the keys (*.jwk) in key_dir, a directory as
 * for lc_inspect.  While writing.  A ticket about them is signed with our key,
 * and so are the licenses that come out.
 * LC_EFILE, LC_ELINE, LC_EKEY, LC_ESIGNATURE, LC_ECOUNT, LC_EPERIOD: not such a
 * file; LC_EEXISTS: we issued another license with that id; LC_ETRUST.
 */
enum lc_err lc_import(const struct lc_authority *, const void *data, size_t len,
    const char *key_dir, struct lc_imported *);

#endif
