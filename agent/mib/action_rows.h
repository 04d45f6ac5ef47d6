/*
 * action_rows.h - what both action tables have in common: how their rows are
 * read, checked and written.
 */
#ifndef AGENT_ACTION_ROWS_H
#define AGENT_ACTION_ROWS_H

#include "actions.h"
#include "snmp/set.h"
#include "snmp/table.h"

enum { STORAGE_VOLATILE = 2 };

/* Columns that both tables have under the same number. */
enum {
	COLUMN_ADDRESS_TYPE = 4,
	COLUMN_ADDRESS = 5,
};

void action_index(const void *row, uint32_t *index);

/* A field that is text or octets; a password, which is never read; the place
 * in the queue. */
column_get get_chars, get_octets, get_nothing, get_position;

extern const struct syntax address_type_syntax; /* InetAddressType */
extern const struct syntax address_syntax;      /* InetAddress */

/* Do address and type go together? */
enum snmp_error ask_check(
    const struct agent *, const void *draft, uint32_t *column);
/* Is there all that the protocol cannot do without? */
bool ask_has_server(const struct ask *);
/* Defaults; false: no row has this index. */
bool ask_init(const uint32_t *index, void *draft);

/* What struct edit asks for, of the rows of one table. */
bool ask_load(const struct actions *, const uint32_t *index, void *draft);
bool ask_removable(const struct actions *, const uint32_t *index);
bool ask_store(struct actions *, const struct change *);
bool ask_undo(struct actions *, const struct change *);
void ask_finish(struct actions *, const struct change *);

/* A column whose draft is the field that is read. */
#define COL_ASK(id, field, ctype, get, syntax, min, max)                \
	COL_WRITE(id, AT(struct action, ask.field, ctype), get, syntax, \
	    offsetof(struct ask, field), min, max)
#define COL_NUMBER(id, field) \
	COL_ASK(id, field, uint32_t, get_u32, unsigned_syntax, 0, UINT32_MAX)
#define COL_INTEGER(id, field, min, max) \
	COL_ASK(id, field, int32_t, get_enum, integer_syntax, min, max)
#define COL_BOOL(id, field) \
	COL_ASK(id, field, bool, get_truth, truth_syntax, 0, 0)
#define COL_CHARS(id, field, get)                       \
	COL_ASK(id, field, char *, get, text_syntax, 0, \
	    sizeof(((struct action *)NULL)->ask.field) - 1)
#define COL_STATUS(id) \
	COL_ASK(id, row_status, int32_t, get_enum, status_syntax, 0, 0)
/* Device, protocol, server and user. */
#define COLS_SERVER                                                       \
	COL_INTEGER(2, device, 0, INT32_MAX),                             \
	    COL_INTEGER(3, protocol, PROTOCOL_NONE, PROTOCOL_LAST),       \
	    COL_ASK(COLUMN_ADDRESS_TYPE, address_type, int32_t, get_enum, \
		address_type_syntax, 0, 0),                               \
	    COL_ASK(COLUMN_ADDRESS, address, struct octets, get_octets,   \
		address_syntax, 0, 255),                                  \
	    COL_CHARS(6, user, get_chars), COL_CHARS(7, password, get_nothing)

#endif
