/*
 * both_ways.h - the same bytes of a master for two sessions over the fixture's
 * tables: one answers the usual reads on the wire (wire_read.h), the other
 * hands all of them to net-snmp's library.
 */
#ifndef BOTH_WAYS_H
#define BOTH_WAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void both_open(void);
void both_close(void);

/* What one of them says. */
struct both_said {
	const uint8_t *data;
	size_t len;
	const char *over; /* why the session is of no more use, or NULL */
};

/*
 * Lets both hear the bytes, which change no table.  Until the next call, wire
 * and library are what they said.
 */
void both_hear(const uint8_t *data, size_t len, struct both_said *wire,
    struct both_said *library);
/* PDUs that were answered on the wire so far. */
unsigned both_on_wire(void);

#endif
