/*
 * resolver.h - what getaddrinfo() tells of names, in a program that is linked
 * with $(RESOLVER_WRAP).  Addresses that are written as such stay themselves.
 */
#ifndef RESOLVER_H
#define RESOLVER_H

/*
 * From now on, each name has these addresses ("127.0.0.2", up to NULL) or,
 * if there are none, the error.
 */
void resolver_tells(const char *const *addresses, int error);

/* Lookups begin, and end only with the release. */
void resolver_hold(void);
void resolver_release(void);

/* Lookups that have begun since resolver_tells. */
unsigned resolver_asked(void);

#endif
