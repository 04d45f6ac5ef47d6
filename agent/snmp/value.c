/* value.c - the value of a variable, as SNMP types it. */
#include "value.h"

#include <string.h>
#include <time.h>

#include "licensecore.h"

void
value_integer(struct value *v, int32_t integer)
{
	v->type = VALUE_INTEGER;
	v->integer = integer;
}

void
value_unsigned(struct value *v, uint32_t number)
{
	v->type = VALUE_UNSIGNED;
	v->number = number;
}

void
value_truth(struct value *v, bool truth)
{
	value_integer(v, truth ? 1 : 2);
}

void
value_octets(struct value *v, const void *data, size_t len)
{
	v->type = VALUE_OCTETS;
	v->octets.data = data;
	v->octets.len = len;
}

void
value_text(struct value *v, const char *text)
{
	value_octets(v, text, strlen(text));
}

void
value_oid(struct value *v, const uint32_t *id, size_t len)
{
	v->type = VALUE_OID;
	v->oid.id = id;
	v->oid.len = len;
}

void
value_date(struct value *v, int64_t seconds)
{
	time_t when = (time_t)seconds;
	struct tm tm;
	int year;

	value_octets(v, v->date, 0);
	if (seconds == LC_NO_TIME || gmtime_r(&when, &tm) == NULL)
		return;
	year = tm.tm_year + 1900;
	if (year < 1 || year > 9999)
		return;
	v->date[0] = (uint8_t)(year >> 8);
	v->date[1] = (uint8_t)year;
	v->date[2] = (uint8_t)(tm.tm_mon + 1);
	v->date[3] = (uint8_t)tm.tm_mday;
	v->date[4] = (uint8_t)tm.tm_hour;
	v->date[5] = (uint8_t)tm.tm_min;
	v->date[6] = (uint8_t)tm.tm_sec;
	v->date[7] = 0; /* deciseconds */
	v->date[8] = '+';
	v->date[9] = v->date[10] = 0;
	v->octets.len = DATE_LEN;
}
