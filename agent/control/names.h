/*
 * names.h - values of the core in JSON, under the names that
 * licagent-control(7) promises.
 *
 * A json_t is the caller's; NULL is out of memory.
 */
#ifndef AGENT_CONTROL_NAMES_H
#define AGENT_CONTROL_NAMES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "licensecore.h"

json_t *time_json(int64_t seconds);               /* null for LC_NO_TIME */
json_t *count_json(uint32_t count, bool counted); /* null if uncounted */
/*
 * Each byte that is not UTF-8 becomes '?': names of files, words of servers,
 * and what was cut off in the middle of a character.
 */
json_t *words_json(const char *text);
json_t *event_json(const struct lc_event *);
json_t *terms_json(const struct lc_terms *); /* what an issuer signed */

const char *program_version(void);
const char *error_code(enum lc_err);
const char *priority_name(enum lc_priority);
bool priority_from_name(const char *name, enum lc_priority *);
const char *action_state_name(enum lc_action_state);
const char *status_name(enum lc_status);
const char *store_kind_name(enum lc_store_kind);
const char *lease_state_name(enum lc_lease_state);

#endif
