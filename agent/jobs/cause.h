/*
 * cause.h - why an action failed, in the MIB's words.
 */
#ifndef AGENT_CAUSE_H
#define AGENT_CAUSE_H

#include <stdbool.h>

#include "licensecore.h"

/* ClmgmtLicenseActionFailCause */
enum fail_cause {
	CAUSE_NONE = 1,
	CAUSE_GENERAL,
	CAUSE_PROTOCOL,      /* transferProtocolNotSupported */
	CAUSE_SERVER,        /* fileServerNotReachable */
	CAUSE_DEVICE,        /* unrecognizedEntPhysicalIndex */
	CAUSE_FILE_PATH,     /* invalidLicenseFilePath */
	CAUSE_FILE,          /* invalidLicenseFile */
	CAUSE_LINE,          /* invalidLicenseLine */
	CAUSE_EXISTS,        /* licenseAlreadyExists */
	CAUSE_OTHER_DEVICE,  /* licenseNotValidForDevice */
	CAUSE_COUNT,         /* invalidLicenseCount */
	CAUSE_PERIOD,        /* invalidLicensePeriod */
	CAUSE_IN_USE,        /* licenseInUse */
	CAUSE_STORE,         /* invalidLicenseStore */
	CAUSE_STORE_FULL,    /* licenseStorageFull */
	CAUSE_TICKET_PATH,   /* invalidPermissionTicketFile */
	CAUSE_TICKET,        /* invalidPermissionTicket */
	CAUSE_REHOST_PATH,   /* invalidRehostTicketFile */
	CAUSE_REHOST,        /* invalidRehostTicket */
	CAUSE_BACKUP_PATH,   /* invalidLicenseBackupFile */
	CAUSE_CLEAR_RUNNING, /* licenseClearInProgress */
	CAUSE_EULA_PATH,     /* invalidLicenseEULAFile */
	CAUSE_LAST = CAUSE_EULA_PATH,
};

enum fail_cause cause_of(enum lc_err);

/* The MIB's label, for the log. */
const char *cause_name(enum fail_cause);
/* Is it that a file cannot be read or written, whatever is in it? */
bool cause_is_path(enum fail_cause);

#endif
