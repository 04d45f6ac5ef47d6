/* agreement.h - license agreements: shown, and accepted or not. */
#ifndef LICCTL_AGREEMENT_H
#define LICCTL_AGREEMENT_H

#include <jansson.h>
#include <stdbool.h>

#include "ctl.h"

/* Shows the text and asks, as IOS does; --accept-eula and --yes accept. */
bool accept_text(const struct ctl *, const char *text);
/* Says that an agreement was not accepted; returns EXIT_FAILED. */
int fail_acceptance(void);

/* Keeps the licenses whose agreement is not accepted, and asks for each. */
bool accept_rows(struct ctl *, json_t *licenses);
/* Records that the agreements of these licenses are accepted. */
int record_acceptance(struct ctl *, const json_t *licenses);
/* Both. */
int ask_acceptance(struct ctl *, json_t *licenses);

#endif
