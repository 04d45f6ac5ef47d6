/*
 * disk_calls.h - a disk that fails, or a machine that dies, at a chosen call.
 *
 * SQLite's own way to the disk is wrapped: its calls that change something
 * (write, truncate, sync, delete) are counted, or else those that read.  Nothing is really synced, since
 * the machine goes on; that makes the tests quick.
 *
 * The core's own calls (write, fsync, rename ...) are counted as well in
 * programs that link with $(DISK_WRAP).
 */
#ifndef DISK_CALLS_H
#define DISK_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum disk_end {
	DISK_FAILS,	/* this call fails, those after it work */
	DISK_UNREADABLE, /* the nth read or opening fails; others do not count */
	DISK_DIES,	/* the process ends before this call, with DISK_DEAD */
	/* The same, and what SQLite has written since it last synced the file,
	   and files that it made and did not sync, are lost with it. */
	DISK_FORGETS,
};
#define DISK_DEAD 42

/* The nth call from now; 0: none. */
void disk_end_at(unsigned n, enum disk_end);
/* Did it come to that since? */
bool disk_ended(void);
/* The process ends, with what DISK_FORGETS loses. */
void disk_power_off(int status) __attribute__((noreturn));
/*
 * For the core's own files: what is about to be written can be lost with the
 * power, until the file was synced.
 */
void disk_remember(int fd, off_t at, size_t len);
void disk_synced(int fd);
/* Counts a call that is about to be made; true: it has to fail. */
bool disk_call_fails(void);

#endif
