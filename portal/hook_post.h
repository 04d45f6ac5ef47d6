/*
 * hook_post.h - one event to one receiver, signed: the headers and the
 * signature are those of standardwebhooks.com.
 */
#ifndef PORTAL_HOOK_POST_H
#define PORTAL_HOOK_POST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct hook_post;

/*
 * ca_file: NULL is the system's.  Unless may_private, addresses of private
 * networks are refused, whatever name has them.  ends breaks a transfer off.
 * NULL: no memory.
 */
struct hook_post *hook_post_new(
    const char *ca_file, bool may_private, const atomic_bool *ends);
void hook_post_free(struct hook_post *); /* NULL is fine */

/*
 * True: answered with 2xx within 10 seconds.  secret is 32 bytes in base64.
 * False: why says why, without the URL's path.
 */
bool hook_post(struct hook_post *, const char *url, const char *secret,
    const char *id, const char *body, char *why, size_t size);

/* Is it of a private network, or of this machine? */
struct sockaddr;
bool hook_is_private(const struct sockaddr *);

#endif
