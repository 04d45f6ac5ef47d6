/*
 * value.h - the value of a variable, as SNMP types it.
 *
 * Octets and object identifiers are borrowed: from a row, from a request or,
 * for a date, from the value itself (so do not copy a value that holds one).
 */
#ifndef AGENT_VALUE_H
#define AGENT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oid.h"

/* The tags of RFC 3416, which AgentX uses as they are (RFC 2741, 5.4). */
enum value_type {
	VALUE_INTEGER = 2,
	VALUE_OCTETS = 4,
	VALUE_NULL = 5,
	VALUE_OID = 6,
	VALUE_ADDRESS = 64,
	VALUE_COUNTER32 = 65,
	VALUE_UNSIGNED = 66, /* Unsigned32, Gauge32 */
	VALUE_TICKS = 67,
	VALUE_OPAQUE = 68,
	VALUE_COUNTER64 = 70,
	VALUE_NO_OBJECT = 128,
	VALUE_NO_INSTANCE = 129,
	VALUE_END = 130, /* endOfMibView */
};

#define DATE_LEN 11 /* DateAndTime with its zone */

struct value {
	enum value_type type;
	union {
		int32_t integer;
		uint32_t number; /* of the unsigned 32-bit types */
		uint64_t counter;
		struct {
			const uint8_t *data;
			size_t len;
		} octets; /* VALUE_OCTETS, VALUE_ADDRESS, VALUE_OPAQUE */
		struct {
			const uint32_t *id;
			size_t len;
		} oid; /* never set in what a request brings: no object
			  here takes one */
	};
	uint8_t date[DATE_LEN];
};

/* A variable and its value. */
struct varbind {
	struct oid name;
	struct value value;
};

void value_integer(struct value *, int32_t);
void value_unsigned(struct value *, uint32_t);
void value_truth(struct value *, bool); /* TruthValue: true(1), false(2) */
void value_text(struct value *, const char *);
void value_octets(struct value *, const void *, size_t);
void value_oid(struct value *, const uint32_t *, size_t);
/*
 * DateAndTime in UTC; zero length for LC_NO_TIME and for years that four
 * digits do not hold.
 */
void value_date(struct value *, int64_t seconds);

#endif
