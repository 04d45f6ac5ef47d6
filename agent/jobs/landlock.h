/*
 * landlock.h - Landlock, Linux's sandbox of files that needs no privilege.
 */
#ifndef AGENT_LANDLOCK_H
#define AGENT_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct landlock_rules {
	/* Files, and folders with all that is in them, that may be read.  One
	 * that does not exist is skipped. */
	const char *const *readable;
	size_t nreadable;
	/* TCP ports that may be connected to; 0 of them: all. */
	const uint16_t *ports;
	size_t nports;
};

/* Does this kernel have it? */
bool landlock_is_available(void);

/*
 * From now on, and for good, this thread and the ones it makes open no other
 * file, neither write, make nor remove any, listen at no TCP port, and trace
 * no process outside; from Linux 6.12 on they signal none either.  What is
 * open stays usable.  Needs no_new_privs.  True as well where the kernel has
 * no Landlock, or only a part of this.  False: errno.
 */
bool landlock_enter(const struct landlock_rules *);

#endif
