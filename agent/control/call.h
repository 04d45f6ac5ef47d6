/*
 * call.h - a request with its arguments, and how it is answered.
 */
#ifndef AGENT_CONTROL_CALL_H
#define AGENT_CONTROL_CALL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "client.h"
#include "licensecore.h"

/* Strings live as long as the call. */
struct args {
	uint32_t device, store, license, lease, count, client, wait_s;
	const char *feature, *version, *file, *output, *comment, *priority,
	    *after, *eula, *module, *level, *reason, *pak, *sku, *udi, *offline,
	    *url, *request;
	const json_t *licenses; /* ids */
	bool accept_eula, stop_on_failure, on, progress, overwrite, review;
};

struct call {
	struct client *client;
	json_int_t id; /* -1: it has none */
	struct args args;
};

/* Takes the reference; NULL: out of memory, which drops the client. */
void call_answer(const struct call *, json_t *result);
/* The same with a short result in JSON, as jansson would write it. */
#define CALL_TEXT_MAX 128
void call_answer_text(const struct call *, const char *result);
void call_refuse(const struct call *, const char *code, const char *text);
/* detail: "": the core's words for the error. */
void call_fail(const struct call *, enum lc_err, const char *detail);
void call_done(const struct call *, enum lc_err); /* {} or the error */

#endif
