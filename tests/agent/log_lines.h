/*
 * log_lines.h - what was logged, for tests of what the log says.
 *
 * A program that links this has a syslog of its own.
 */
#ifndef LOG_LINES_H
#define LOG_LINES_H

/* From now on lines are kept; those before are forgotten. */
void log_lines_begin(void);
/* How many have this in them? */
unsigned log_lines_with(const char *text);
/* The nth, from 0; "": there are not so many. */
const char *log_lines_get(unsigned n);
unsigned log_lines_count(void);

#endif
