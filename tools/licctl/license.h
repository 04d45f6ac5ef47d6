/*
 * license.h - a license, given as its row of JSON, in the words of IOS.
 *
 * Scripts read these words: they are those of `show license` on IOS, blanks
 * included.
 */
#ifndef LICCTL_LICENSE_H
#define LICCTL_LICENSE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

bool is_trial(const json_t *license);        /* a period of use ends it */
bool is_subscription(const json_t *license); /* a date ends it */
bool is_permanent(const json_t *license);
bool is_right_to_use(const json_t *license);
bool is_evaluation(const json_t *license);
bool is_expiring(const json_t *license); /* by itself, and has not yet */
bool is_expired(const json_t *license);
bool is_to_come(const json_t *license); /* its start is still ahead */
bool is_in_use(const json_t *license);

const char *type_text(const json_t *license);
const char *state_text(const json_t *license);
const char *priority_text(const json_t *license);

#define PERIOD_SIZE 64
/* "8  weeks 4  days ". */
const char *period_text(json_int_t seconds, char text[PERIOD_SIZE]);
/* Of "Period left". */
const char *left_text(const json_t *license, char text[PERIOD_SIZE]);

#endif
