/*
 * data.h - requests to the daemon.
 *
 * Functions that return int return EXIT_DONE, or another exit status after
 * they have said what went wrong.
 */
#ifndef LICCTL_DATA_H
#define LICCTL_DATA_H

#include <jansson.h>

#include "ctl.h"
#include "licclient.h"

/* Connects, unless it is connected already. */
int open_daemon(struct ctl *, struct lic_options);
/* Sends a request, whose reference it takes.  The caller releases the
 * result. */
int ask(struct ctl *, json_t *request, json_t **result);
/* Likewise; but if the daemon refuses with this code, the result is NULL and
 * nothing is said. */
int ask_unless(
    struct ctl *, const char *code, json_t *request, json_t **result);
/* A request about one license, of which `license` is the row. */
int ask_license(
    struct ctl *, const json_t *license, json_t *request, json_t **result);
/* A request whose result is shown with --json only. */
int ask_quietly(struct ctl *, json_t *request);
/* The end of such a request: prints the result, or releases it. */
int finish(const struct ctl *, int status, json_t *result);
/* All rows of a list, of the chosen device; feature may be NULL.  The list
 * "devices" fails if there is no such device. */
int ask_rows(
    struct ctl *, const char *list, const char *feature, json_t **rows);

/* Says what the daemon answered, and what to do about it. */
int fail_lic(const struct ctl *, enum lic_err);

#endif
