/*
 * quiet.h - the agent under a fuzzer: it logs to nobody, and reaches nothing
 * outside the program.
 *
 * QUIET_WRAP of the makefile puts quiet.c between the agent and the functions
 * that log, start programs and look names up.
 */
#ifndef QUIET_H
#define QUIET_H

#include <stdbool.h>
#include <stddef.h>

/* Lines that were logged. */
extern unsigned long quiet_lines;

/*
 * A program is never started.  NULL: posix_spawn() fails with ENOENT.  Else it
 * succeeds and calls this; the process that it reports does not exist.
 */
extern void (*quiet_spawned)(void);

#endif
