/*
 * cause.c - the core's errors in the MIB's words.
 *
 * No default: the compiler names the error that was forgotten.
 */
#include "cause.h"

#include <stddef.h>

enum fail_cause
cause_of(enum lc_err err)
{
	switch (err) {
	case LC_OK:
		return CAUSE_NONE;
	case LC_EDEVICE:
		return CAUSE_DEVICE;
	case LC_ESTORE:
		return CAUSE_STORE;
	case LC_EFILE:
		return CAUSE_FILE;
	case LC_ELINE:
	case LC_ESIGNATURE:
	case LC_EKEY:
		return CAUSE_LINE;
	case LC_EEXISTS:
	case LC_EREVOKED:
		return CAUSE_EXISTS;
	case LC_EUDI:
	case LC_ENOTFOUND: /* the license to clear: not valid for the device */
		return CAUSE_OTHER_DEVICE;
	case LC_ECOUNT:
		return CAUSE_COUNT;
	case LC_EPERIOD:
		return CAUSE_PERIOD;
	case LC_EINUSE:
		return CAUSE_IN_USE;
	case LC_EFULL:
		return CAUSE_STORE_FULL;
	case LC_ETICKET:
	case LC_ESUPERSEDED:
		return CAUSE_TICKET;
	case LC_ENOTICKET:
		return CAUSE_REHOST;
	case LC_ENOLICENSE: /* of leases, which no action asks for */
	case LC_EEXPIRED:
	case LC_EEXHAUSTED:
	case LC_ENOTYET:
	case LC_EREADONLY:
	case LC_EEULA: /* the MIB has no cause of its own for these */
	case LC_EINVAL:
	case LC_ENOMEM:
	case LC_EIO:
	case LC_ELOCKED:
	case LC_EDAMAGED:
	case LC_ENEWER:
	case LC_EOPTIONS:
	case LC_ETRUST:
	case LC_EMIXED:
		return CAUSE_GENERAL;
	}
	return CAUSE_GENERAL;
}

const char *
cause_name(enum fail_cause cause)
{
	static const char *const names[] = {
		[CAUSE_NONE] = "none",
		[CAUSE_GENERAL] = "generalFailure",
		[CAUSE_PROTOCOL] = "transferProtocolNotSupported",
		[CAUSE_SERVER] = "fileServerNotReachable",
		[CAUSE_DEVICE] = "unrecognizedEntPhysicalIndex",
		[CAUSE_FILE_PATH] = "invalidLicenseFilePath",
		[CAUSE_FILE] = "invalidLicenseFile",
		[CAUSE_LINE] = "invalidLicenseLine",
		[CAUSE_EXISTS] = "licenseAlreadyExists",
		[CAUSE_OTHER_DEVICE] = "licenseNotValidForDevice",
		[CAUSE_COUNT] = "invalidLicenseCount",
		[CAUSE_PERIOD] = "invalidLicensePeriod",
		[CAUSE_IN_USE] = "licenseInUse",
		[CAUSE_STORE] = "invalidLicenseStore",
		[CAUSE_STORE_FULL] = "licenseStorageFull",
		[CAUSE_TICKET_PATH] = "invalidPermissionTicketFile",
		[CAUSE_TICKET] = "invalidPermissionTicket",
		[CAUSE_REHOST_PATH] = "invalidRehostTicketFile",
		[CAUSE_REHOST] = "invalidRehostTicket",
		[CAUSE_BACKUP_PATH] = "invalidLicenseBackupFile",
		[CAUSE_CLEAR_RUNNING] = "licenseClearInProgress",
		[CAUSE_EULA_PATH] = "invalidLicenseEULAFile",
	};

	return names[cause];
}
