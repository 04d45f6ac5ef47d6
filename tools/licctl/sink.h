/*
 * sink.h - a child process that reads what we print on standard output, and
 * prints what it makes of it.
 */
#ifndef LICCTL_SINK_H
#define LICCTL_SINK_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct sink {
	pid_t pid;
	int before; /* standard output as it was */
};

/* Reads to the end, and prints; its result is the child's exit status. */
typedef int sink_work(void *arg, FILE *from);

/* False: errno says why, and standard output is as it was. */
bool sink_open(struct sink *, sink_work *work, void *arg);
/* Waits for the child.  False: it failed, and said why. */
bool sink_close(struct sink *);

#endif
