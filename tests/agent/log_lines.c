/* log_lines.c - see log_lines.h. */
#include "log_lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "log.h"

#define LINES_MAX 256

static char lines[LINES_MAX][1200];
static unsigned count;

static void
take(const char *format, va_list args)
{
	if (count < LINES_MAX)
		(void)vsnprintf(lines[count], sizeof *lines, format, args);
	count++;
}

/* As the C library declares it with and without fortification. */
void
syslog(int severity, const char *format, ...)
{
	va_list args;

	(void)severity;
	va_start(args, format);
	take(format, args);
	va_end(args);
}

void __syslog_chk(int severity, int flag, const char *format, ...);

void
__syslog_chk(int severity, int flag, const char *format, ...)
{
	va_list args;

	(void)severity;
	(void)flag;
	va_start(args, format);
	take(format, args);
	va_end(args);
}

void
log_lines_begin(void)
{
	log_to_syslog();
	count = 0;
}

unsigned
log_lines_with(const char *text)
{
	unsigned n = 0;

	for (unsigned i = 0; i < count && i < LINES_MAX; i++)
		n += strstr(lines[i], text) != NULL;
	return n;
}

const char *
log_lines_get(unsigned n)
{
	return n < count && n < LINES_MAX ? lines[n] : "";
}

unsigned
log_lines_count(void)
{
	return count;
}
