/*
 * actions.h - the rows of clmgmtLicenseActionTable and of its result table,
 * and those of clmgmtDevCredExportActionTable, which are less of the same.
 *
 * Half-built rows live here; the core sees complete requests.  Rows are
 * volatile, limited in number, and aged out, no sooner than five minutes
 * after their action is over or, half-built, after they were last written.
 */
#ifndef AGENT_ACTIONS_H
#define AGENT_ACTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jobs/jobs.h"
#include "loop.h"
#include "snmp/set.h"
#include "snmp/table.h"

/* clmgmtDevCredCommand */
enum { COMMAND_NOTHING = 1, COMMAND_EXPORT };

/* What a manager sets in a row; plain memory, also the draft of a SET. */
struct ask {
	int32_t device; /* PhysicalIndexOrZero */
	int32_t protocol;
	int32_t address_type; /* InetAddressType */
	struct octets address;
	char user[97];
	char password[97]; /* never shown, cleansed when it is not needed */
	char license_file[256];
	uint32_t store;
	uint32_t license;
	char permission_file[256];
	char rehost_file[256];
	char backup_file[256];
	bool stop_on_failure;
	int32_t action;
	int32_t storage;
	int32_t row_status;
	bool accept_eula;
	char eula_file[256];
	char export_file[256]; /* of credentials */
};

/* A row. */
struct action {
	uint32_t index;
	struct ask ask;
	struct job job;
	int64_t touched_ms; /* last written, or over */
	struct actions *actions;
};

/* A row of the result table. */
struct result {
	uint32_t action;
	uint32_t number; /* from 1, in the order of the file */
	struct job_result outcome;
};

struct actions_limits {
	size_t rows;
	int64_t keep_ms;
	bool credentials; /* commands of clmgmtDevCredExportActionTable */
};
/* Those of the daemon. */
extern const struct actions_limits actions_limits;
extern const struct actions_limits exports_limits;

/* NULL: out of memory.  The limits are copied. */
struct actions *actions_new(
    struct loop *, struct jobs *, const struct actions_limits *);
void actions_free(struct actions *);

/* All rows, sorted; borrowed until the next change. */
struct rows actions_rows(const struct actions *);
struct rows actions_results(const struct actions *);

/* NULL: there is none. */
const struct action *actions_find(const struct actions *, uint32_t index);
/* How many more rows fit. */
size_t actions_room(const struct actions *);
/* One that no row has; the same until it is taken. */
uint32_t actions_next_index(const struct actions *);
/* 1-based; 0 unless the action is pending. */
uint32_t actions_position(const struct action *);

/* Creates the row or writes it; false: no memory. */
bool actions_put(struct actions *, uint32_t index, const struct ask *);
/* Takes what the row asks for out of the queue; false: it is in progress. */
bool actions_hold(struct actions *, uint32_t index);
/* Queues what the row asks for, unless that was done before. */
void actions_start(struct actions *, uint32_t index);
/* The row must not be in progress. */
void actions_remove(struct actions *, uint32_t index);

#endif
