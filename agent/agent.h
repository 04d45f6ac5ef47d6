/*
 * agent.h - what the tables read from.
 */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include "licensecore.h"

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

#endif
