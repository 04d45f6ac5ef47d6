/*
 * issuer.h - the issuing process: it holds the authority's key and the only
 * connection that writes, and does what the portal asks for.
 *
 * What came in meanwhile, at most 256 requests, is a group, done in one
 * transaction: they share the cost of a commit, and of asking a server for what
 * they need.  Each is answered after it.
 */
#ifndef PORTAL_ISSUER_H
#define PORTAL_ISSUER_H

#include "licenseauthority.h"
#include "op_call.h"

/*
 * Serves the other end of fd until that closes; an exit status.  The authority
 * stays the caller's.
 */
int issuer_run(int fd, struct lc_authority *, const struct op_settings *);

#endif
