/*
 * cause.c - why an action failed, in the MIB's words.
 *
 * No switch has a default: the compiler names what was forgotten.
 */
#include "cause.h"

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
	case LC_EFUTURE:
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
	case LC_ESTOPPED:
	case LC_EMIXED:
		return CAUSE_GENERAL;
	}
	return CAUSE_GENERAL;
}

static const char *
look_up(enum fail_cause cause, bool *is_path)
{
	*is_path = false;
	switch (cause) {
	case CAUSE_NONE:
		return "none";
	case CAUSE_GENERAL:
		return "generalFailure";
	case CAUSE_PROTOCOL:
		return "transferProtocolNotSupported";
	case CAUSE_SERVER:
		return "fileServerNotReachable";
	case CAUSE_DEVICE:
		return "unrecognizedEntPhysicalIndex";
	case CAUSE_FILE_PATH:
		*is_path = true;
		return "invalidLicenseFilePath";
	case CAUSE_FILE:
		return "invalidLicenseFile";
	case CAUSE_LINE:
		return "invalidLicenseLine";
	case CAUSE_EXISTS:
		return "licenseAlreadyExists";
	case CAUSE_OTHER_DEVICE:
		return "licenseNotValidForDevice";
	case CAUSE_COUNT:
		return "invalidLicenseCount";
	case CAUSE_PERIOD:
		return "invalidLicensePeriod";
	case CAUSE_IN_USE:
		return "licenseInUse";
	case CAUSE_STORE:
		return "invalidLicenseStore";
	case CAUSE_STORE_FULL:
		return "licenseStorageFull";
	case CAUSE_TICKET_PATH:
		*is_path = true;
		return "invalidPermissionTicketFile";
	case CAUSE_TICKET:
		return "invalidPermissionTicket";
	case CAUSE_REHOST_PATH:
		*is_path = true;
		return "invalidRehostTicketFile";
	case CAUSE_REHOST:
		return "invalidRehostTicket";
	case CAUSE_BACKUP_PATH:
		*is_path = true;
		return "invalidLicenseBackupFile";
	case CAUSE_CLEAR_RUNNING:
		return "licenseClearInProgress";
	case CAUSE_EULA_PATH:
		*is_path = true;
		return "invalidLicenseEULAFile";
	}
	return "?";
}

const char *
cause_name(enum fail_cause cause)
{
	bool is_path;

	return look_up(cause, &is_path);
}

bool
cause_is_path(enum fail_cause cause)
{
	bool is_path;

	(void)look_up(cause, &is_path);
	return is_path;
}
