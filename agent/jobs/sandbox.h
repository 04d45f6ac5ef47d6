/*
 * sandbox.h - what licagent-transfer locks itself into before it hears a
 * server.
 *
 * Inside, it talks to servers over IPv4 and IPv6 and uses the descriptors it
 * has.  It reads what name resolution needs, and certificates; no other file
 * (Landlock, where the kernel has it; by the files' own modes without).  It
 * starts no program, signals and traces nobody, makes no namespace and no
 * other kind of socket (seccomp, if built with libseccomp).  It is never root.
 */
#ifndef AGENT_SANDBOX_H
#define AGENT_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sandbox {
	uint32_t file_max; /* bytes that a file it writes may have */
	uint16_t port;     /* TCP, beside that of DNS; 0: any */
};

/*
 * For the whole process, which has one thread, and for good.  False: why says
 * what failed, and the process is not to go on.
 */
bool sandbox_enter(const struct sandbox *, char *why, size_t size);

#endif
