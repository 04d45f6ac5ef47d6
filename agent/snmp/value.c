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

/* The bytes that follow a first byte, and the least code point they may make:
 * anything smaller would be an overlong form. */
static int
utf8_tail(uint8_t first, uint32_t *code, uint32_t *least)
{
	static const struct {
		uint8_t mask, lead;
		uint32_t least;
	} forms[] = {
		{ 0x80, 0x00, 0 },
		{ 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 },
	};

	for (int tail = 0; tail < 4; tail++)
		if ((first & forms[tail].mask) == forms[tail].lead) {
			*code = first & (uint8_t)~forms[tail].mask;
			*least = forms[tail].least;
			return tail;
		}
	return -1;
}

bool
text_valid(const uint8_t *text, size_t len)
{
	uint32_t code = 0, least = 0;

	for (size_t i = 0; i < len; i++) {
		int tail = utf8_tail(text[i], &code, &least);

		if (tail < 0 || (size_t)tail > len - i - 1)
			return false;
		for (; tail > 0; tail--) {
			if ((text[++i] & 0xc0) != 0x80)
				return false;
			code = code << 6 | (text[i] & 0x3f);
		}
		if (code == 0 || code < least || code > 0x10ffff ||
		    (code >= 0xd800 && code <= 0xdfff))
			return false;
	}
	return true;
}
