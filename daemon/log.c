/*
 * log.c - what the daemon tells its operator.
 *
 * The one place of a daemon with state of its own: where lines go is a matter
 * of the process, not of any object in it.
 */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

static struct {
	const char *program;
	const char *debug;
	bool to_syslog;
} logging = { .program = "daemon" };

void
log_program(const char *name)
{
	logging.program = name;
}

void
log_debug_subjects(const char *subjects)
{
	logging.debug = subjects;
}

bool
log_debugs(const char *subject)
{
	size_t len = strlen(subject);
	const char *at = logging.debug;

	if (at == NULL)
		return false;
	if (strcmp(at, "all") == 0)
		return true;
	for (; at != NULL; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, subject, len) == 0 &&
		    (at[len] == ',' || at[len] == '\0'))
			return true;
	}
	return false;
}

void
log_to_syslog(void)
{
	openlog(logging.program, LOG_PID | LOG_NDELAY, LOG_DAEMON);
	logging.to_syslog = true;
}

/* Control characters, which may come from a file or a request, are shown as
 * '?': a line of the log stays one line. */
static void
clean(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

/* The journal says which file it reads; standard error may be another one. */
static bool
to_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream != NULL &&
	       sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device &&
	       st.st_ino == inode;
}

/* The journal takes the severity from the start of the line. */
static void
write_line(int severity, const char *subject, const char *text)
{
	const char *colon = subject[0] != '\0' ? ": " : "";

	if (logging.to_syslog)
		syslog(severity, "%s%s%s", subject, colon, text);
	else if (to_journal())
		fprintf(stderr, "<%d>%s%s%s\n", severity, subject, colon, text);
	else
		fprintf(stderr, "%s: %s%s%s\n", logging.program, subject,
		    colon, text);
}

static void __attribute__((format(printf, 3, 0)))
log_line(int severity, const char *subject, const char *format, va_list args)
{
	char text[1024];

	(void)vsnprintf(text, sizeof text, format, args); /* cut if longer */
	clean(text);
	write_line(severity, subject, text);
}

void
log_error(const char *subject, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_ERR, subject, format, args);
	va_end(args);
}

void
log_warn(const char *subject, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_WARNING, subject, format, args);
	va_end(args);
}

void
log_info(const char *subject, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_INFO, subject, format, args);
	va_end(args);
}

void
log_debug(const char *subject, const char *format, ...)
{
	va_list args;

	if (!log_debugs(subject))
		return;
	va_start(args, format);
	log_line(LOG_DEBUG, subject, format, args);
	va_end(args);
}

void
log_event(int severity, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(severity, "", format, args);
	va_end(args);
}
