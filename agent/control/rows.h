/* rows.h - the lists that the control socket shows, in pages. */
#ifndef AGENT_CONTROL_ROWS_H
#define AGENT_CONTROL_ROWS_H

#include "call.h"

/* Rows are written one by one until the answer has CONTROL_PAGE bytes. */
void rows_devices(const struct call *);
void rows_stores(const struct call *);
void rows_features(const struct call *);
void rows_licenses(const struct call *);
void rows_history(const struct call *);
void rows_leases(const struct call *);
void rows_modules(const struct call *);
void rows_files(const struct call *);

#endif
