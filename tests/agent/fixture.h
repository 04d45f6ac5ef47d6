/*
 * fixture.h - the agent's tables over a core of our choice, without a master.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "mib/actions.h"
#include "fake_core.h"
#include "snmp/set.h"
#include "mib/tables.h"

extern struct fixture {
	struct lc core;
	struct files_prefix flash;
	struct files files;
	struct transfer_conf transfer;
	struct loop *loop;
	struct jobs *jobs;
	struct agent agent;
	size_t hints[32];
	struct mib mib;
	struct sets *sets;
} fixture;

/* Empty tables; flash: is a new directory. */
void fixture_open(void);
void fixture_open_at(const char *directory); /* which is flash: */
/* Two devices, two stores, four licenses and two features. */
void fixture_add_rows(void);
void fixture_close(void);

/* Runs the loop until nothing is left to do at once. */
void fixture_settle(void);
/* Runs it for one turn. */
void fixture_turn(void);

/* "2.3.1.3.1.1.1" under ciscoLicenseMgmtMIBObjects; ".1.3.6" is whole. */
struct oid fixture_name(const char *text);

/* "i4", "u17", "stext", "d2026-11", or "no object", "no instance", "end". */
const char *fixture_value(const struct value *);
/* The same of a variable. */
const char *fixture_get(const char *name);

/* "i4", "u17", "x61", "o.0.0", "noSuchObject", "noSuchInstance" or
 * "endOfMibView": exactly what it is.  It lives until the next call. */
#define FIXTURE_PLAIN_MAX 1300
const char *fixture_plain(const struct value *);
const char *fixture_plain_of(const char *name);

/*
 * "1.2.1.15.5=i2 1.2.1.8.5=sflash:a.lic": varbinds, separated by blanks.  An
 * 'x' takes hexadecimal digits, 'z' a number of letters; 't', 'o', 'a' and 'n'
 * are of other types, whatever their value.  Returns how many;
 * they live until the next call.
 */
size_t fixture_varbinds(const char *text, struct varbind **varbinds);

/* A whole SET: error, and *blame. */
enum snmp_error fixture_set(const char *text, size_t *blame);

#endif
