/* api_write.h - operations that write: they are done by the issuing process. */
#ifndef PORTAL_API_WRITE_H
#define PORTAL_API_WRITE_H

#include "portal.h"

/* What may be in a body beside JSON: a file, with values in the query. */
enum write_files {
	FILES_NONE,
	FILES_LISTS,   /* of devices: text/csv, application/xml */
	FILES_CATALOG, /* text/plain */
};

struct writing {
	enum op op;
	enum write_files files;
};

/*
 * The id of a request for the library: of the token and its key, since two
 * tokens may use the same key; without a token, of the PAK (part) and the key.
 * False: no key, or no memory.
 */
#define WRITE_ID_SIZE 48
bool write_request_id(const struct lc_token *, const char *part,
    const char *key, char id[WRITE_ID_SIZE]);

/*
 * Sends what was asked for to the issuing process; the request is answered when
 * it is done, or now if it cannot be sent.
 */
void write_run(struct portal *, struct web_request *, const struct writing *,
    const struct lc_token *, const char *const *parts);

/*
 * The same with a body that was a form, a key of the page's, and the variable
 * part of the operation's path.
 */
void write_form(struct portal *, struct web_request *, const struct writing *,
    const struct lc_token *, const char *part, const char *key, json_t *body);

#endif
