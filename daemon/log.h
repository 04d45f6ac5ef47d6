/*
 * log.h - what the daemon tells its operator.
 *
 * Every line has a subject ("link", "job", "config"...), which `-d` takes to
 * choose what is debugged.  A sentence says what happened and what follows.
 */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

#include <stdbool.h>

/* The program's name, before anything is logged; borrowed. */
void log_program(const char *name);

/* To standard error until log_to_syslog. */
void log_error(const char *subject, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_warn(const char *subject, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_info(const char *subject, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_debug(const char *subject, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* An operator's event, "%LICENSE-6-...": the severity is in its name. */
void log_event(int severity, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Subjects to debug, "link,job" or "all"; borrowed.  NULL: none. */
void log_debug_subjects(const char *subjects);
bool log_debugs(const char *subject);

void log_to_syslog(void);

#endif
