/* statement.h - tickets, credentials and trust lists, shown by licissue inspect. */
#ifndef LICISSUE_STATEMENT_H
#define LICISSUE_STATEMENT_H

#include <jansson.h>

#include "licenseauthority.h"

/* "permissionTicket" and so on, for programs. */
const char *statement_kind(enum lc_statement_kind);
void statement_show(const char *path, const struct lc_inspected_statement *);
/* The caller's reference; NULL if memory is short. */
json_t *statement_json(const struct lc_inspected_statement *);

#endif
