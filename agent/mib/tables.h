/*
 * The folder agent/mib/ is what the two MIBs say and nothing else does: a file
 * for each table, the rows of actions, and the notifications.  It uses jobs/,
 * snmp/, daemon/ and the core.
 *
 * tables.h - all tables of the agent, one file each, and what they read from.
 */
#ifndef AGENT_TABLES_H
#define AGENT_TABLES_H

#include "licensecore.h"
#include "snmp/table.h"

struct actions;

struct agent {
	struct lc *core;
	struct actions *actions; /* clmgmtLicenseActionTable */
	struct actions *exports; /* clmgmtDevCredExportActionTable */
};

/* ciscoLicenseMgmtMIB */
#define LICENSE_MIB 1, 3, 6, 1, 4, 1, 9, 9, 543
/* ciscoImageLicenseMgmtMIB */
#define IMAGE_MIB 1, 3, 6, 1, 4, 1, 9, 9, 640
/* entPhysicalTable */
#define ENTITY_TABLE 1, 3, 6, 1, 2, 1, 47, 1, 1, 1

extern const struct table entity_table;       /* entPhysicalTable */
extern const struct table next_action_scalar; /* clmgmtNextFreeLicense... */
extern const struct table action_table;
extern const struct table result_table;
extern const struct table store_table;
extern const struct table device_table;
extern const struct table license_table;
extern const struct table feature_table;
extern const struct table next_credential_scalar; /* clmgmtNextFreeDevCred... */
extern const struct table cred_table;
extern const struct table switch_scalars; /* clmgmtLicense...NotifEnable */
extern const struct table image_table;    /* cilmBootImageLevelTable */
extern const struct table image_map_table;
extern const struct table image_eula_scalar;   /* cilmEULAAccepted */
extern const struct table image_switch_scalar; /* cilmImageLevelChangedNotif */

/* In the order of their identifiers; n of them. */
extern const struct table *const tables[];
extern const size_t ntables;

#endif
