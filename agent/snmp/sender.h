/*
 * sender.h - who takes notifications: a master agent, or this process as one.
 */
#ifndef AGENT_SENDER_H
#define AGENT_SENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "value.h"

struct sender {
	bool (*is_up)(const void *of);
	/*
	 * Hands a notification over (snmpTrapOID.0 first; sysUpTime.0 is put
	 * before it).  0: not taken, not now; else the number under which its
	 * owner hears that it was taken, later.
	 */
	uint32_t (*send)(void *of, const struct varbind *varbinds, size_t n);
	void *of;
};

#endif
