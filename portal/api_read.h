/* api_read.h - operations of the interface for programs that only read. */
#ifndef PORTAL_API_READ_H
#define PORTAL_API_READ_H

#include "portal.h"

/* Each answers; parts are the variable parts of the path. */
void read_skus(struct portal *, struct web_request *, const struct lc_token *,
    const char *const *parts);
/* Families, accounts, contracts; accounts alone; the file of all of it. */
void read_catalog(struct portal *, struct web_request *,
    const struct lc_token *, const char *const *parts);
void read_accounts(struct portal *, struct web_request *,
    const struct lc_token *, const char *const *parts);
void read_catalog_file(struct portal *, struct web_request *,
    const struct lc_token *, const char *const *parts);
void read_pak(struct portal *, struct web_request *, const struct lc_token *,
    const char *const *parts);
/* The current licenses of a device, as a license file. */
void read_licenses(struct portal *, struct web_request *,
    const struct lc_token *, const char *const *parts);
/* A nonce for a device that calls home. */
void read_nonce(struct portal *, struct web_request *, const struct lc_token *,
    const char *const *parts);
void read_metrics(struct portal *, struct web_request *,
    const struct lc_token *, const char *const *parts);

/* Lists, page by page (list.h). */
void list_paks(struct portal *, struct web_request *, const struct lc_token *,
    const char *const *parts);
void list_devices(struct portal *, struct web_request *,
    const struct lc_token *, const char *const *parts);
void list_licenses(struct portal *, struct web_request *,
    const struct lc_token *, const char *const *parts);
void list_device_licenses(struct portal *, struct web_request *,
    const struct lc_token *, const char *const *parts);
void list_device_history(struct portal *, struct web_request *,
    const struct lc_token *, const char *const *parts);
void list_device_asked(struct portal *, struct web_request *,
    const struct lc_token *, const char *const *parts);
void list_rmas(struct portal *, struct web_request *, const struct lc_token *,
    const char *const *parts);
void list_lots(struct portal *, struct web_request *, const struct lc_token *,
    const char *const *parts);
void list_log(struct portal *, struct web_request *, const struct lc_token *,
    const char *const *parts);
/* How many licenses end on which day. */
void read_calendar(struct portal *, struct web_request *,
    const struct lc_token *, const char *const *parts);
void list_waiting(struct portal *, struct web_request *,
    const struct lc_token *, const char *const *parts);
void list_report(struct portal *, struct web_request *, const struct lc_token *,
    const char *const *parts);
void list_webhooks(struct portal *, struct web_request *,
    const struct lc_token *, const char *const *parts);
void read_device(struct portal *, struct web_request *, const struct lc_token *,
    const char *const *parts);
void read_keys(struct portal *, struct web_request *, const struct lc_token *,
    const char *const *parts);
void read_trust(struct portal *, struct web_request *, const struct lc_token *,
    const char *const *parts);
void read_checkpoint(struct portal *, struct web_request *,
    const struct lc_token *, const char *const *parts);
void read_audit(struct portal *, struct web_request *, const struct lc_token *,
    const char *const *parts);

/* How many licenses of a device are current; 0 also if that cannot be read. */
size_t read_license_count(struct portal *, const char *udi);

/*
 * What speaks against one more unit of a PAK for a device: licenses that are
 * current on it, 100 at most, and that another device took its place.  {0} also
 * if that cannot be read.
 */
struct had {
	size_t of_pak;
	json_t *names; /* "securityk9, permanent", of those without a count;
			  the caller's reference */
	bool is_replaced;
};
struct had read_had(struct portal *, const char *udi, const char *pak);

/* {"accounts": [{account, description}]}; NULL: they cannot be read. */
json_t *read_account_list(struct portal *);

/*
 * A replacement that was not asked for yet: until when the old device would
 * have to be returned, 0 if that cannot be read; or that of the same two which
 * was made before.
 */
struct ahead {
	int64_t due;
	bool is_again;
};
struct ahead read_ahead(struct portal *, const char *from, const char *to);

/* A date as all answers have it; 0 is null. */
json_t *read_date(int64_t date);

#endif
