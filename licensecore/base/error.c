/* error.c - what each error is called in a sentence. */
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
		return "the call was made with an argument it does not allow";
	case LC_ENOMEM:
		return "out of memory";
	case LC_EIO:
		return "the disk or the database refused";
	case LC_ELOCKED:
		return "another process uses the state directory";
	case LC_EDAMAGED:
		return "the state on disk is damaged";
	case LC_ENEWER:
		return "the state was written by a newer version";
	case LC_EOPTIONS:
		return "the options contradict themselves";
	case LC_ETRUST:
		return "the issuers' keys cannot be trusted";
	case LC_EDEVICE:
		return "there is no such device";
	case LC_ESTORE:
		return "there is no such license store";
	case LC_ENOTFOUND:
		return "there is no such license";
	case LC_EREADONLY:
		return "the license store is built in and cannot be changed";
	case LC_EINUSE:
		return "a feature is using the license";
	case LC_EFILE:
		return "this is not a license file";
	case LC_ELINE:
		return "the license line is malformed";
	case LC_ESIGNATURE:
		return "the license line was altered after it was signed";
	case LC_EKEY:
		return "the license line is signed with a key that is not "
		       "trusted";
	case LC_EUDI:
		return "the license is for another device";
	case LC_EEXISTS:
		return "the license is installed already";
	case LC_EREVOKED:
		return "the license was given up and cannot come back";
	case LC_ECOUNT:
		return "the license's count does not go with its type";
	case LC_EPERIOD:
		return "the license's period or dates do not go with its type";
	case LC_EEULA:
		return "the license's agreement has to be accepted first";
	case LC_EFULL:
		return "the license store is full";
	case LC_ETICKET:
		return "this is not a permission ticket that counts";
	case LC_ESUPERSEDED:
		return "a newer permission ticket was processed already";
	case LC_ENOTICKET:
		return "the device has made no rehost ticket yet";
	case LC_ENOLICENSE:
		return "the feature has no license";
	case LC_EEXPIRED:
		return "the license ran out";
	case LC_EEXHAUSTED:
		return "the license's count is used up";
	case LC_ENOTYET:
		return "the license begins later";
	case LC_EMIXED:
		return "the licenses failed for different reasons";
	}
	return "unknown error";
}

/* Does a character of UTF-8 continue, rather than begin, at c? */
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
#define VERSION_TEXT(major, minor, patch) TEXT(major) "." TEXT(minor) "." TEXT(patch)

const char *
lc_version(void)
{
	return VERSION_TEXT(LC_VERSION_MAJOR, LC_VERSION_MINOR,
	    LC_VERSION_PATCH);
}
