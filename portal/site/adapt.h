/*
 * adapt.h - fields of forms as operations want them.
 */
#ifndef PORTAL_ADAPT_H
#define PORTAL_ADAPT_H

#include <stdbool.h>

#include <jansson.h>

/*
 * Bodies of operations, from the fields of a form.  NULL, or a sentence why
 * they cannot be made.
 */
const char *catalog_adapt(json_t *body);
const char *pak_adapt(json_t *body);
const char *extension_adapt(json_t *body);
const char *lot_adapt(json_t *body);
/* Another key needs the credentials that it signed. */
const char *approve_adapt(json_t *body);
/* The PAK or contract, and the old device, are fields for the page alone. */
const char *redeem_adapt(json_t *body);
const char *evaluation_adapt(json_t *body);
/* The ticket is at least in the form of one. */
const char *rehost_adapt(json_t *body);
const char *contract_adapt(json_t *body);
const char *permit_adapt(json_t *body);
/* What is to move: the devices, and that the credentials are the old one's. */
const char *move_check(json_t *fields);
/* Which device takes the place of which. */
const char *replace_check(json_t *fields);
/* Somebody has said that the old device is not in use any more. */
const char *replace_adapt(json_t *body);
/* The reason alone: the form approves, too. */
const char *decline_adapt(json_t *body);
/* A device id with small letters, which these two want confirmed: "small". */
bool has_small(const char *udi);
/* The body is a file, as the field "call" has it. */
const char *upload_adapt(json_t *body);

#endif
