/*
 * socketcall.h - sockets where a filter of system calls does not see which.
 */
#ifndef AGENT_SOCKETCALL_H
#define AGENT_SOCKETCALL_H

#include <stdbool.h>

/*
 * On i386: before another filter is loaded, and for good, sockets are made by
 * calls that it sees, whatever the C library uses.  Needs Linux 4.3 to make
 * one.  Elsewhere there is nothing to do.  False: errno.
 */
bool socketcall_trap(void);

#endif
