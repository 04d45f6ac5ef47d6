/* quiet.c - see quiet.h. */
#include "quiet.h"

#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <spawn.h>
#include <stdarg.h>
#include <string.h>

#include "fuzz.h"

unsigned long quiet_lines;
void (*quiet_spawned)(void);

/* ---- The log ---- */

/* Formatted, so that a sanitizer sees what it reads. */
static void __attribute__((format(printf, 1, 0)))
line(const char *format, va_list args)
{
	char text[4096];

	(void)vsnprintf(text, sizeof text, format, args);
	quiet_lines++;
}

#define WRAP_LOG(name)                                                   \
	void __wrap_##name(const char *, const char *, ...)              \
	    __attribute__((format(printf, 2, 3)));                       \
	void __wrap_##name(const char *subject, const char *format, ...) \
	{                                                                \
		va_list args;                                            \
                                                                         \
		(void)subject;                                           \
		va_start(args, format);                                  \
		line(format, args);                                      \
		va_end(args);                                            \
	}

WRAP_LOG(log_error)
WRAP_LOG(log_warn)
WRAP_LOG(log_info)

void __wrap_log_event(int, const char *, ...)
    __attribute__((format(printf, 2, 3)));

void
__wrap_log_event(int severity, const char *format, ...)
{
	va_list args;

	(void)severity;
	va_start(args, format);
	line(format, args);
	va_end(args);
}

/* ---- The world ---- */

int __wrap_posix_spawn(pid_t *, const char *,
    const posix_spawn_file_actions_t *, const posix_spawnattr_t *,
    char *const *, char *const *);

int
__wrap_posix_spawn(pid_t *pid, const char *path,
    const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *attributes, char *const *argv, char *const *envp)
{
	(void)path;
	(void)actions;
	(void)attributes;
	(void)argv;
	(void)envp;
	if (quiet_spawned == NULL)
		return ENOENT;
	*pid = 0;
	quiet_spawned();
	return 0;
}

int __real_getaddrinfo(
    const char *, const char *, const struct addrinfo *, struct addrinfo **);
int __wrap_getaddrinfo(
    const char *, const char *, const struct addrinfo *, struct addrinfo **);

int
__wrap_getaddrinfo(const char *host, const char *port,
    const struct addrinfo *hints, struct addrinfo **found)
{
	struct addrinfo numeric = { 0 };

	if (hints != NULL)
		numeric = *hints;
	numeric.ai_flags |= AI_NUMERICHOST | AI_NUMERICSERV;
	return __real_getaddrinfo(host, port, &numeric, found);
}

struct group *__wrap_getgrnam(const char *);

struct group *
__wrap_getgrnam(const char *name)
{
	static struct group staff = { .gr_gid = 50 };

	return strcmp(name, "staff") == 0 ? &staff : NULL;
}
