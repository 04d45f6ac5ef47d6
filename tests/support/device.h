/* device.h - a device for tests: an issuer, a state directory, a clock. */
#ifndef DEVICE_H
#define DEVICE_H

#include "issuer.h"
#include "licensecore.h"

#define DEVICE_EVENTS 256

/*
 * Change the options before device_open; the time whenever you like.  Device 1
 * has the UDI that issuer_terms names, store 1 (primary, default) and the
 * features "one" (1.0) and "phones" (1.0, counted).
 */
struct device {
	struct issuer *issuer;
	struct lc_options options;
	struct lc_device_options devices[4];
	struct lc_store_options stores[8];
	struct lc_feature_options features[4];
	const char *dir;
	struct lc *lc;

	int64_t wall;		/* seconds; starts at 1,800,000,000 */
	int64_t boot_ms;	/* starts at 1,000,000 */

	/* What the core told, newest last; events that are notifications, and
	   those that are not. */
	enum lc_event_kind events[DEVICE_EVENTS];
	size_t nevents;
	struct device_selected {
		enum lc_event_kind kind;
		uint32_t license, count;
		char feature[32];
	} selected[DEVICE_EVENTS];
	size_t nselected;
	enum lc_err notices[DEVICE_EVENTS];
	char notice[512];	/* the last one */
	char told[8192];	/* all of them, as far as there is room */
	size_t nnotices;
	size_t nleases;		/* changes of leases */
};

struct device *device_new(void);
void device_free(struct device *);	/* closes it too */
void device_open(struct device *);	/* ends the test on failure */
void device_close(struct device *);
void device_reopen(struct device *);

/* Both clocks go on, and the core is told. */
void device_pass(struct device *, int64_t seconds);

/* A license file with a line for each of the terms; caller frees. */
char *device_file(const struct device *, const struct lc_terms *, size_t n);

/* Runs an installation of such a file; the caller frees the action. */
struct lc_action *device_install_file(struct device *, const char *file,
    struct lc_request);
struct lc_action *device_install(struct device *, const struct lc_terms *,
    size_t n, struct lc_request);
/* Installs one license, agreements accepted, and gives its index. */
uint32_t device_add(struct device *, struct lc_terms);
enum lc_err device_clear(struct device *, uint32_t index);

/* The row of the license with this identity, or NULL. */
const struct lc_license *device_license(const struct device *,
    const char *id);

#endif
