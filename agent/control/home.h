/* home.h - requests that ask the licensing portal (call home). */
#ifndef AGENT_CONTROL_HOME_H
#define AGENT_CONTROL_HOME_H

#include "call.h"

void home_show(const struct call *);
void home_url(const struct call *);
void home_pak(const struct call *);
void home_install(const struct call *);
void home_resend(const struct call *);
void home_movable(const struct call *);
void home_revoke(const struct call *);
void home_import(const struct call *);
void home_cancel(const struct call *);

/* They go on, and nobody is answered. */
void client_visits_drop(struct client *);

#endif
