/* error.c - texts of errors, and the version. */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *
lc_strerror(enum lc_err err)
{
	switch (err) {
	case LC_OK:
		return "no error";
	case LC_EINVAL:
		return "invalid argument";
	case LC_ENOMEM:
		return "out of memory";
	case LC_EIO:
		return "I/O error";
	case LC_ELOCKED:
		return "state directory in use by another process";
	case LC_EDAMAGED:
		return "damaged state";
	case LC_ENEWER:
		return "state written by a newer version";
	case LC_EOPTIONS:
		return "inconsistent options";
	case LC_ETRUST:
		return "untrusted keys";
	case LC_ESTOPPED:
		return "stopped before it was open";
	case LC_EDEVICE:
		return "no such device";
	case LC_ESTORE:
		return "no such license store";
	case LC_ENOTFOUND:
		return "no such license";
	case LC_EREADONLY:
		return "read-only license store";
	case LC_EINUSE:
		return "license in use";
	case LC_EFILE:
		return "not a license file";
	case LC_ELINE:
		return "malformed license line";
	case LC_ESIGNATURE:
		return "license altered after signing";
	case LC_EKEY:
		return "untrusted signing key";
	case LC_EUDI:
		return "license for another device";
	case LC_EEXISTS:
		return "license already installed";
	case LC_EREVOKED:
		return "license revoked";
	case LC_ECOUNT:
		return "invalid count for the license type";
	case LC_EPERIOD:
		return "invalid period or dates for the license type";
	case LC_EFUTURE:
		return "license issued in the future";
	case LC_EEULA:
		return "agreement not accepted";
	case LC_EFULL:
		return "license store full";
	case LC_ETICKET:
		return "invalid permission ticket";
	case LC_ESUPERSEDED:
		return "superseded permission ticket";
	case LC_ENOTICKET:
		return "no rehost ticket";
	case LC_ENOLICENSE:
		return "no license for the feature";
	case LC_EEXPIRED:
		return "license expired";
	case LC_EEXHAUSTED:
		return "license count exhausted";
	case LC_ENOTYET:
		return "license not yet valid";
	case LC_EMIXED:
		return "licenses failed for different reasons";
	}
	return "unknown error";
}

bool
lc_err_is_final(enum lc_err err)
{
	return err == LC_ENOMEM || err == LC_ESTOPPED;
}

/* Is c a continuation byte of a UTF-8 character? */
static bool
is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

enum lc_err
lc_fail(struct lc_detail *detail, enum lc_err err, const char *format, ...)
{
	size_t end = sizeof detail->text - 1;
	char text[sizeof detail->text + 1];
	va_list args;

	if (detail == NULL)
		return err;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (strlen(text) > end) {
		while (end > 0 && is_continuation(text[end]))
			end--;
		text[end] = '\0';
	}
	memcpy(detail->text, text, strlen(text) + 1);
	return err;
}

#define TEXT(x) #x
#define VERSION_TEXT(major, minor, patch)	\
	TEXT(major) "." TEXT(minor) "." TEXT(patch)

const char *
lc_version(void)
{
	return VERSION_TEXT(LC_VERSION_MAJOR, LC_VERSION_MINOR,
	    LC_VERSION_PATCH);
}

void
lc_unfail(struct lc_detail *detail)
{
	if (detail != NULL)
		*detail->text = '\0';
}
