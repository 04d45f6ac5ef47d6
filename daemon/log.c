/*
 * log.c - what the daemon tells its operator.
 *
 * The one place of a daemon with state of its own: where lines go is a matter
 * of the process, not of any object in it.
 */
#include "log.h"

#include <stdarg.h>
#include <stdint.h>
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

/* The bytes of the UTF-8 character that begins there; 0: none does. */
static size_t
decode(const unsigned char *c, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = *c < 0x80   ? 1
		     : *c < 0xc0 ? 0
		     : *c < 0xe0 ? 2
		     : *c < 0xf0 ? 3
		     : *c < 0xf8 ? 4
				 : 0;

	*code = len < 2 ? *c : *c & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (c[i] & 0x3fu);
	}
	return *code >= least[len] && *code <= 0x10ffff ? len : 0;
}

/* Would it drive a terminal, or show a line otherwise than it is?  Controls
 * (C0, DEL, C1), separators of lines, and marks of direction. */
static bool
is_hidden(uint32_t code)
{
	return code < ' ' || (code >= 0x7f && code < 0xa0) || code == 0x61c ||
	       code == 0x200e || code == 0x200f ||
	       (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069) ||
	       (code >= 0xd800 && code <= 0xdfff);
}

/* What may come from a file or a request is shown as '?' where it is not text:
 * a line of the log stays one line, and reads as it is. */
static void
clean(char *text)
{
	unsigned char *to = (unsigned char *)text;
	uint32_t code;

	for (const unsigned char *c = to; *c != '\0';) {
		size_t len = decode(c, &code);

		if (len == 0 || is_hidden(code)) {
			*to++ = '?';
			c += len == 0 ? 1 : len;
		} else
			for (; len > 0; len--)
				*to++ = *c++;
	}
	*to = '\0';
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
		fprintf(stderr, "%s: %s%s%s\n", logging.program, subject, colon,
		    text);
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
