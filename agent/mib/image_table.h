/*
 * image_table.h - what both tables of CISCO-IMAGE-LICENSE-MGMT-MIB share.
 */
#ifndef AGENT_IMAGE_TABLE_H
#define AGENT_IMAGE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "licensecore.h"

/* The device and the module's name as parts of an index; how many
 * sub-identifiers they are. */
size_t image_index(const struct lc_module *, uint32_t *index);

#endif
