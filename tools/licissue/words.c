/* words.c - dates, numbers and periods, read and written. */
#include "licissue.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_S 86400

bool
parse_number(const char *text, uint32_t min, uint32_t max, uint32_t *number)
{
	uint64_t value = 0;

	if (text[0] == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = 10 * value + (uint64_t)(*text - '0');
		if (value > max)
			return false;
	}
	if (value < min)
		return false;
	*number = (uint32_t)value;
	return true;
}

bool
is_reason(const char *text)
{
	size_t len = strlen(text);

	return len >= 1 && len <= LC_COMMENT_MAX && lc_text_is_plain(text, len);
}

bool
parse_period(const char *text, uint32_t *seconds)
{
	size_t len = strlen(text);
	char digits[16];
	uint32_t days;

	if (len == 0 || text[len - 1] != 'd')
		return parse_number(text, 1, UINT32_MAX - 1, seconds);
	if (len > sizeof digits)
		return false;
	memcpy(digits, text, len - 1);
	digits[len - 1] = '\0';
	if (!parse_number(digits, 1, (UINT32_MAX - 1) / DAY_S, &days))
		return false;
	*seconds = days * DAY_S;
	return true;
}

/* Exactly this many digits; where they end, or NULL. */
static const char *
digits(const char *text, int n, int min, int max, int *value)
{
	*value = 0;
	for (; n > 0; n--, text++) {
		if (*text < '0' || *text > '9')
			return NULL;
		*value = 10 * *value + (*text - '0');
	}
	return *value >= min && *value <= max ? text : NULL;
}

static const char *
after(const char *text, char c)
{
	return text != NULL && *text == c ? text + 1 : NULL;
}

static const char *
parse_day(const char *text, struct tm *tm)
{
	int year, month, day;

	if ((text = digits(text, 4, 1970, 2106, &year)) == NULL ||
	    (text = after(text, '-')) == NULL ||
	    (text = digits(text, 2, 1, 12, &month)) == NULL ||
	    (text = after(text, '-')) == NULL ||
	    (text = digits(text, 2, 1, 31, &day)) == NULL)
		return NULL;
	*tm = (struct tm){
		.tm_year = year - 1900,
		.tm_mon = month - 1,
		.tm_mday = day,
	};
	return text;
}

static const char *
parse_time(const char *text, struct tm *tm)
{
	if ((text = digits(text, 2, 0, 23, &tm->tm_hour)) == NULL ||
	    (text = after(text, ':')) == NULL ||
	    (text = digits(text, 2, 0, 59, &tm->tm_min)) == NULL)
		return NULL;
	if (*text != ':')
		return text;
	return digits(text + 1, 2, 0, 59, &tm->tm_sec);
}

/* Seconds to take off to come to UTC. */
static const char *
parse_zone(const char *text, int *offset)
{
	int sign = *text == '-' ? -1 : 1, hours, minutes = 0;

	*offset = 0;
	if (*text == 'Z')
		return text + 1;
	if (*text != '+' && *text != '-')
		return text;
	if ((text = digits(text + 1, 2, 0, 14, &hours)) == NULL)
		return NULL;
	if (*text == ':')
		text++;
	if (*text != '\0' && (text = digits(text, 2, 0, 59, &minutes)) == NULL)
		return NULL;
	*offset = sign * (hours * 3600 + minutes * 60);
	return text;
}

bool
parse_date(const char *text, int64_t *date)
{
	int offset = 0, day;
	struct tm tm;
	int64_t value;

	if ((text = parse_day(text, &tm)) == NULL)
		return false;
	day = tm.tm_mday;
	if ((*text == 'T' || *text == ' ') &&
	    ((text = parse_time(text + 1, &tm)) == NULL ||
		(text = parse_zone(text, &offset)) == NULL))
		return false;
	value = (int64_t)timegm(&tm) - offset;
	/* timegm turns February 30 into a day of March. */
	if (*text != '\0' || tm.tm_mday != day || value < 0 ||
	    value > UINT32_MAX)
		return false;
	*date = value;
	return true;
}

const char *
date_text(int64_t date, char text[DATE_SIZE])
{
	time_t seconds = (time_t)date;
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL ||
	    strftime(text, DATE_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		(void)snprintf(text, DATE_SIZE, "%lld", (long long)date);
	return text;
}

static size_t
put_unit(char *text, size_t len, uint32_t n, const char *unit)
{
	if (n == 0)
		return len;
	return len + (size_t)snprintf(text + len, PERIOD_SIZE - len,
			 "%s%u %s%s", len == 0 ? "" : ", ", n, unit,
			 n == 1 ? "" : "s");
}

const char *
period_text(uint32_t seconds, char text[PERIOD_SIZE])
{
	size_t len = 0;

	len = put_unit(text, len, seconds / DAY_S, "day");
	len = put_unit(text, len, seconds % DAY_S / 3600, "hour");
	len = put_unit(text, len, seconds % 3600 / 60, "minute");
	(void)put_unit(text, len, seconds % 60, "second");
	return text;
}
