/*
 * set_test.c - SET: what is done, and what becomes of it when it goes wrong.
 *
 * sets.txt has the errors, request by request: requests_test.c.
 */
#include "snmp/set.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "fixture.h"

#define OK SNMP_OK
#define WRONG_VALUE SNMP_WRONG_VALUE
#define INCONSISTENT SNMP_INCONSISTENT_VALUE

/* ---- What is done ---- */

static void
write_flash(const char *name, const char *text)
{
	check_write(
	    check_path(fixture.flash.directory, name), text, strlen(text));
}

static enum snmp_error
set(const char *text)
{
	size_t blame;

	return fixture_set(text, &blame);
}

static void
install(void)
{
	fixture_open();
	fixture_add_rows();
	fixture.core.nlicenses = 0;
	write_flash("two.lic", "ipbasek9\nuck9\n");
	CHECK_INT(
	    set("1.2.1.20.5=i4 1.2.1.15.5=i2 1.2.1.8.5=sflash:two.lic"), OK);
	CHECK_STR(fixture_get("1.2.1.16.5"), "i2"); /* pending */
	CHECK_STR(fixture_get("1.2.1.17.5"), "u1");
	CHECK_UINT(fixture.core.nlicenses, 0); /* nothing was done in the SET */
	fixture_turn();
	CHECK_STR(fixture_get("1.2.1.16.5"), "i3"); /* inProgress */
	CHECK_STR(fixture_get("1.2.1.17.5"), "u0");
	CHECK_INT(set("1.2.1.20.5=i6"), INCONSISTENT);
	fixture_settle();
	CHECK_STR(fixture_get("1.2.1.16.5"), "i4"); /* successful */
	CHECK_STR(fixture_get("1.2.1.18.5"), "i1");
	CHECK_STR(fixture_get("1.3.1.2.5.1"), "i4");
	CHECK_STR(fixture_get("1.3.1.3.5.2"), "i1");
	CHECK_STR(fixture_get("1.3.1.3.5.3"), "no instance");
	CHECK_STR(fixture_get("2.3.1.3.1.1.2"), "suck9");
	CHECK_STR(fixture_get("1.1.0"), "u6");
	/* once more "active" does not run it once more */
	CHECK_INT(set("1.2.1.20.5=i1"), OK);
	fixture_settle();
	CHECK_UINT(fixture.core.runs, 1);
	CHECK_INT(set("1.2.1.20.5=i6"), OK);
	CHECK_STR(fixture_get("1.3.1.2.5.1"), "no instance");
	fixture_close();
}

static void
outcomes(void)
{
	static const struct {
		const char *file; /* its content; NULL: none */
		const char *request;
		const char *state, *cause, *first, *second;
	} cases[] = {
		{ "a\n", "", "i4", "i1", "no instance", "no instance" },
		{ "a\n!file\n", "", "i5", "i1", "i1", "i7" },
		{ "!exists\n!exists\n", "", "i6", "i9", "i9", "i9" },
		{ "!period\n", "", "i6", "i12", "no instance", "no instance" },
		{ NULL, "", "i6", "i6", "no instance", "no instance" },
		{ "a\n", " 1.2.1.3.7=i2", "i4", "i1", NULL, NULL },
		{ "a\n", " 1.2.1.3.7=i5", "i6", "i3", NULL, NULL },
		{ "a\n", " 1.2.1.2.7=i9", "i6", "i5", NULL, NULL },
		{ "a\n", " 1.2.1.9.7=u9", "i6", "i14", NULL, NULL },
		{ NULL, " 1.2.1.2.7=i9 1.2.1.9.7=u9 1.2.1.3.7=i5", "i6", "i5",
		    NULL, NULL },
		{ NULL, " 1.2.1.9.7=u9 1.2.1.3.7=i5", "i6", "i14", NULL, NULL },
		{ NULL, " 1.2.1.3.7=i5", "i6", "i3", NULL, NULL },
		{ NULL, " 1.2.1.15.7=i1", "i4", "i1", NULL, NULL },
	};

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		char request[256];

		check_context("case %zu", i);
		fixture_open();
		fixture_add_rows();
		if (cases[i].file != NULL)
			write_flash("x.lic", cases[i].file);
		snprintf(request, sizeof request,
		    "1.2.1.20.7=i4 1.2.1.8.7=sflash:x.lic%s%s",
		    strstr(cases[i].request, "1.2.1.15.7") != NULL
			? ""
			: " 1.2.1.15.7=i2",
		    cases[i].request);
		CHECK_INT(set(request), OK);
		fixture_settle();
		CHECK_STR(fixture_get("1.2.1.16.7"), cases[i].state);
		CHECK_STR(fixture_get("1.2.1.18.7"), cases[i].cause);
		if (cases[i].first != NULL)
			CHECK_STR(fixture_get("1.3.1.3.7.1"), cases[i].first);
		if (cases[i].second != NULL)
			CHECK_STR(fixture_get("1.3.1.3.7.2"), cases[i].second);
		fixture_close();
	}
}

static void
queue(void)
{
	fixture_open();
	fixture_add_rows();
	fixture.core.slices = 5;
	write_flash("a.lic", "a\n");
	CHECK_INT(
	    set("1.2.1.20.9=i4 1.2.1.15.9=i2 1.2.1.8.9=sflash:a.lic"), OK);
	CHECK_INT(
	    set("1.2.1.20.3=i4 1.2.1.15.3=i2 1.2.1.8.3=sflash:a.lic"), OK);
	CHECK_INT(set("1.2.1.20.6=i4 1.2.1.15.6=i3 1.2.1.10.6=u1"), OK);
	CHECK_STR(fixture_get("1.2.1.17.9"), "u1");
	CHECK_STR(fixture_get("1.2.1.17.3"), "u2");
	CHECK_STR(fixture_get("1.2.1.17.6"), "u3");
	fixture_turn();
	CHECK_STR(fixture_get("1.2.1.16.9"), "i3");
	CHECK_STR(fixture_get("1.2.1.17.9"), "u0");
	CHECK_STR(fixture_get("1.2.1.17.3"), "u1");
	/* destroying what is pending cancels it */
	CHECK_INT(set("1.2.1.20.3=i6"), OK);
	CHECK_STR(fixture_get("1.2.1.17.6"), "u1");
	fixture_settle();
	CHECK_STR(fixture_get("1.2.1.16.9"), "i4");
	CHECK_STR(fixture_get("1.2.1.16.6"), "i4");
	CHECK_UINT(fixture.core.runs, 2);
	fixture_close();
}

/* The file that comes out, and the cause if it does not. */
static void
outputs(void)
{
	static const struct {
		const char *request;
		const char *file, *content; /* what comes out, and where */
		const char *state, *cause;
	} cases[] = {
		{ "1.2.1.15.7=i6 1.2.1.13.7=sflash:b", "b", "backup", "i4",
		    "i1" },
		{ "1.2.1.15.7=i6 1.2.1.13.7=sflash:old", "old", "backup", "i4",
		    "i1" },
		{ "1.2.1.15.7=i6 1.2.1.13.7=sflash:no/b", NULL, NULL, "i6",
		    "i20" },
		{ "1.2.1.15.7=i6 1.2.1.13.7=sflash:../b", NULL, NULL, "i6",
		    "i20" },
		{ "1.2.1.15.7=i6 1.2.1.13.7=sflash:", NULL, NULL, "i6", "i20" },
		{ "1.2.1.15.7=i6 1.2.1.13.7=sb", NULL, NULL, "i6", "i20" },
		{ "1.2.1.15.7=i6 1.2.1.13.7=sflash:b 1.2.1.2.7=i9", NULL, NULL,
		    "i6", "i5" },
		{ "1.2.1.15.7=i6 1.2.1.13.7=sflash:b 1.2.1.3.7=i5", NULL, NULL,
		    "i6", "i3" },
		{ "1.2.1.15.7=i7 1.2.1.8.7=sflash:x.lic 1.2.1.22.7=sflash:e",
		    "e", "agreements", "i4", "i1" },
		{ "1.2.1.15.7=i7 1.2.1.8.7=sflash:no 1.2.1.22.7=sflash:e", NULL,
		    NULL, "i6", "i6" },
		{ "1.2.1.15.7=i7 1.2.1.8.7=sflash:x.lic 1.2.1.22.7=s/e", NULL,
		    NULL, "i6", "i22" },
		{ "1.2.1.15.7=i4 1.2.1.11.7=sflash:x.lic 1.2.1.12.7=sflash:r",
		    "r", "ticket", "i4", "i1" },
		{ "1.2.1.15.7=i4 1.2.1.11.7=sflash:no 1.2.1.12.7=sflash:r",
		    NULL, NULL, "i6", "i16" },
		{ "1.2.1.15.7=i4 1.2.1.11.7=sflash:x.lic 1.2.1.12.7=s/r", NULL,
		    NULL, "i6", "i18" },
		{ "1.2.1.15.7=i5 1.2.1.11.7=sflash:x.lic 1.2.1.12.7=sflash:r",
		    "r", "ticket", "i4", "i1" },
		{ "1.2.1.15.7=i5 1.2.1.11.7=sflash:x.lic 1.2.1.12.7=s/r", NULL,
		    NULL, "i6", "i18" },
		{ "3.2.1.9.7=i2 3.2.1.8.7=sflash:c", "c", "credentials", "i4",
		    "i1" },
		{ "3.2.1.9.7=i2 3.2.1.8.7=s/c", NULL, NULL, "i6", "i6" },
		{ "3.2.1.9.7=i1 3.2.1.8.7=sflash:c", NULL, NULL, "i6", "i2" },
		{ "3.2.1.9.7=i2 3.2.1.8.7=sflash:c 3.2.1.2.7=i9", NULL, NULL,
		    "i6", "i5" },
		{ "3.2.1.9.7=i2 3.2.1.8.7=sflash:c 3.2.1.3.7=i5", NULL, NULL,
		    "i6", "i3" },
	};

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		bool cred = cases[i].request[0] == '3';
		char request[256], text[64] = "";
		FILE *file;

		check_context("case %zu, %s", i, cases[i].request);
		fixture_open();
		fixture_add_rows();
		fixture.core.slices = 2;
		write_flash("x.lic", "a\n");
		write_flash("old", "something that is longer than a backup");
		snprintf(request, sizeof request, "%s=i4 %s",
		    cred ? "3.2.1.13.7" : "1.2.1.20.7", cases[i].request);
		CHECK_INT(set(request), OK);
		fixture_settle();
		CHECK_STR(fixture_get(cred ? "3.2.1.10.7" : "1.2.1.16.7"),
		    cases[i].state);
		CHECK_STR(fixture_get(cred ? "3.2.1.11.7" : "1.2.1.18.7"),
		    cases[i].cause);
		if (cases[i].file != NULL) {
			file = fopen(
			    check_path(fixture.flash.directory, cases[i].file),
			    "r");
			REQUIRE(file != NULL);
			CHECK(fgets(text, sizeof text, file) != NULL);
			fclose(file);
			CHECK_STR(text, cases[i].content);
		}
		fixture_close();
	}
}

/* An action that waits for the disk is asked again a little later. */
static void
rests(void)
{
	unsigned turns = 0;

	fixture_open();
	fixture_add_rows();
	fixture.core.slices = 3;
	fixture.core.rests = true;
	write_flash("x.lic", "a\n");
	CHECK_INT(set("1.2.1.20.7=i4 1.2.1.15.7=i2 1.2.1.8.7=sflash:x.lic"),
	    OK);
	while (strcmp(fixture_get("1.2.1.16.7"), "i3") == 0 ||
	       strcmp(fixture_get("1.2.1.16.7"), "i2") == 0) {
		fixture_turn();
		turns++;
	}
	CHECK_STR(fixture_get("1.2.1.16.7"), "i4");
	CHECK(turns > 3);
	fixture_close();
}

/* What revokes does not begin before the way out is sure. */
static void
ticket_waits(void)
{
	fixture_open();
	fixture_add_rows();
	fixture.core.slices = 9;
	write_flash("p", "a\n");
	CHECK_INT(set("1.2.1.20.1=i4 1.2.1.15.1=i4 1.2.1.11.1=sflash:p "
		      "1.2.1.12.1=sflash:no/r"),
	    OK);
	fixture_settle();
	CHECK_STR(fixture_get("1.2.1.18.1"), "i18");
	CHECK_UINT(fixture.core.done, 0);
	fixture_close();
}

/* A backup that was asked for while a clear was on its way fails. */
static void
backup_and_clear(void)
{
	fixture_open();
	fixture_add_rows();
	fixture.core.slices = 3;
	CHECK_INT(set("1.2.1.20.1=i4 1.2.1.15.1=i6 1.2.1.13.1=sflash:b "
		      "1.2.1.20.2=i4 1.2.1.15.2=i3 1.2.1.10.2=u1 "
		      "1.2.1.20.3=i4 1.2.1.15.3=i6 1.2.1.13.3=sflash:b"),
	    OK);
	CHECK_INT(set("1.2.1.20.4=i4 1.2.1.15.4=i6 1.2.1.13.4=sflash:b "
		      "1.2.1.2.4=i9"),
	    OK);
	fixture_settle();
	CHECK_STR(fixture_get("1.2.1.18.1"), "i1"); /* it was there first */
	CHECK_STR(fixture_get("1.2.1.18.2"), "i1");
	CHECK_STR(fixture_get("1.2.1.18.3"), "i21");
	CHECK_STR(fixture_get("1.2.1.18.4"), "i5"); /* this comes before */
	fixture_close();
}

/* ---- Phases ---- */

static enum snmp_error
test(uint32_t transaction, const char *text)
{
	struct varbind *varbinds;
	size_t n = fixture_varbinds(text, &varbinds), blame;

	return sets_test(fixture.sets, transaction, varbinds, n, &blame);
}

static enum snmp_error
commit(uint32_t transaction)
{
	size_t blame;

	return sets_commit(fixture.sets, transaction, &blame);
}

#define CREATE "1.2.1.20.5=i4 1.2.1.15.5=i2 1.2.1.8.5=sflash:a.lic"

static void
phases(void)
{
	fixture_open();
	fixture_add_rows();
	write_flash("a.lic", "a\n");
	CHECK_INT(test(1, CREATE " 4.1.0=i2"), OK);
	CHECK_STR(fixture_get("1.2.1.20.5"), "no instance");
	CHECK_STR(fixture_get("4.1.0"), "i1");
	/* the row is taken until the SET is over */
	CHECK_INT(test(2, CREATE), SNMP_RESOURCE_UNAVAILABLE);
	/* repeated phases act once */
	CHECK_INT(test(1, CREATE " 4.1.0=i2"), OK);
	CHECK_INT(commit(1), OK);
	CHECK_INT(commit(1), OK);
	CHECK_INT(test(1, CREATE " 4.1.0=i2"), OK);
	fixture_settle();
	CHECK_STR(fixture_get("1.2.1.16.5"), "i1"); /* not before cleanup */
	sets_undo(fixture.sets, 1);
	sets_undo(fixture.sets, 1);
	CHECK_STR(fixture_get("1.2.1.20.5"), "no instance");
	CHECK_STR(fixture_get("4.1.0"), "i1");
	CHECK_INT(commit(1), SNMP_COMMIT_FAILED);
	/* a SET that was refused leaves nothing to undo */
	CHECK_INT(test(3, CREATE " 4.1.0=i7"), WRONG_VALUE);
	sets_cleanup(fixture.sets, 3);
	CHECK_INT(test(4, CREATE), OK);
	sets_cleanup(fixture.sets, 4); /* freed before it was committed */
	CHECK_STR(fixture_get("1.2.1.20.5"), "no instance");
	fixture_settle();
	CHECK_UINT(fixture.core.runs, 0);
	fixture_close();
}

/* A destroyed row comes back as it was, and its job is queued again. */
static void
undo_destroy(void)
{
	fixture_open();
	fixture_add_rows();
	write_flash("a.lic", "a\n");
	CHECK_INT(set(CREATE), OK);
	CHECK_INT(test(1, "1.2.1.20.5=i6"), OK);
	CHECK_INT(commit(1), OK);
	fixture_settle();
	CHECK_UINT(fixture.core.runs, 0);
	sets_undo(fixture.sets, 1);
	fixture_settle();
	CHECK_STR(fixture_get("1.2.1.16.5"), "i4");
	CHECK_UINT(fixture.core.runs, 1);
	fixture_close();
}

static void
lost_session(void)
{
	fixture_open();
	fixture_add_rows();
	CHECK_INT(test(1, "4.1.0=i2 2.3.1.13.1.1.1=snew 1.2.1.20.5=i5"), OK);
	CHECK_INT(commit(1), OK);
	CHECK_STR(fixture_get("2.3.1.13.1.1.1"), "snew");
	CHECK_INT(test(2, "4.2.0=i2"), SNMP_RESOURCE_UNAVAILABLE);
	sets_reset(fixture.sets);
	CHECK_STR(fixture_get("2.3.1.13.1.1.1"), "s");
	CHECK_STR(fixture_get("4.1.0"), "i1");
	CHECK_STR(fixture_get("1.2.1.20.5"), "no instance");
	CHECK_INT(test(3, "4.2.0=i2"), OK);
	fixture_close();
}

/* What cannot be stored takes back what was. */
static void
failed_commit(void)
{
	size_t blame;

	fixture_open();
	fixture_add_rows();
	fixture.core.comment_good = 1;
	fixture.core.comment_err = LC_EIO;
	CHECK_INT(fixture_set("4.1.0=i2 1.2.1.20.5=i5 2.3.1.13.1.1.1=snew "
			      "2.3.1.13.1.2.3=snew",
		      &blame),
	    SNMP_COMMIT_FAILED);
	CHECK_UINT(blame, 4);
	CHECK_STR(fixture_get("4.1.0"), "i1");
	CHECK_STR(fixture_get("1.2.1.20.5"), "no instance");
	fixture.core.switch_err = LC_EIO;
	CHECK_INT(fixture_set("4.1.0=i2 4.3.0=i2", &blame), SNMP_COMMIT_FAILED);
	CHECK_STR(fixture_get("4.1.0"), "i1");
	fixture_close();
}

/* What is accepted stays so: not before all else has succeeded. */
static void
acceptance(void)
{
	static const char eula[] = ".1.3.6.1.4.1.9.9.640.1.3.0";
	size_t blame;

	fixture_open();
	fixture_add_rows();
	fixture.core.comment_good = 0;
	fixture.core.comment_err = LC_EIO;
	CHECK_INT(fixture_set(".1.3.6.1.4.1.9.9.640.1.3.0=i1 4.1.0=i2 "
			      "2.3.1.13.1.1.1=snew",
		      &blame),
	    SNMP_COMMIT_FAILED);
	CHECK_UINT(blame, 3);
	CHECK_UINT(fixture.core.accepted, 0);
	CHECK_STR(fixture_get(eula), "i2");
	CHECK_STR(fixture_get("4.1.0"), "i1");
	fixture.core.comment_good = UINT32_MAX;
	CHECK_INT(fixture_set(".1.3.6.1.4.1.9.9.640.1.3.0=i1 4.1.0=i2 "
			      "2.3.1.13.1.1.1=snew",
		      &blame),
	    OK);
	CHECK_UINT(fixture.core.accepted, 1);
	CHECK_STR(fixture_get(eula), "i1");
	fixture_close();
}

/* What could not be put back is told as what it is. */
static void
failed_undo(void)
{
	fixture_open();
	fixture_add_rows();
	/* the first comment is written, the second not, the first not back */
	fixture.core.comment_good = 1;
	fixture.core.comment_err = LC_EIO;
	CHECK_INT(test(1, "2.3.1.13.1.1.1=snew 2.3.1.13.1.2.3=snew"), OK);
	CHECK_INT(commit(1), SNMP_COMMIT_FAILED);
	CHECK_INT(sets_undo(fixture.sets, 1), SNMP_UNDO_FAILED);
	CHECK_INT(sets_undo(fixture.sets, 1), OK); /* it is over */
	/* all written, but then taken back for the sake of somebody else */
	fixture.core.comment_good = 1;
	CHECK_INT(test(2, "2.3.1.13.1.1.1=solder 4.1.0=i2"), OK);
	CHECK_INT(commit(2), OK);
	CHECK_INT(sets_undo(fixture.sets, 2), SNMP_UNDO_FAILED);
	CHECK_STR(fixture_get("4.1.0"), "i1"); /* as much as can be */
	/* and with a disk that writes again */
	fixture.core.comment_good = UINT32_MAX;
	CHECK_INT(test(3, "2.3.1.13.1.1.1=snext"), OK);
	CHECK_INT(commit(3), OK);
	CHECK_INT(sets_undo(fixture.sets, 3), OK);
	CHECK_STR(fixture_get("2.3.1.13.1.1.1"), "solder");
	fixture_close();
}

static void
limits(void)
{
	char request[64];
	size_t blame;

	fixture_open();
	for (unsigned i = 1; i < actions_limits.rows; i++) {
		snprintf(request, sizeof request, "1.2.1.20.%u=i5", i * 2);
		REQUIRE(set(request) == OK);
	}
	CHECK_INT(fixture_set("1.2.1.20.3=i5 1.2.1.20.1=i5", &blame),
	    SNMP_RESOURCE_UNAVAILABLE);
	CHECK_UINT(blame, 2);
	CHECK_INT(set("1.2.1.20.3=i5"), OK);
	CHECK_INT(set("1.2.1.20.1=i5"), SNMP_RESOURCE_UNAVAILABLE);
	CHECK_INT(set("1.2.1.20.3=i6"), OK);
	CHECK_INT(set("1.2.1.20.1=i5"), OK);
	/* credentials have rows of their own */
	for (unsigned i = 1; i <= exports_limits.rows; i++) {
		snprintf(request, sizeof request, "3.2.1.13.%u=i5", i);
		REQUIRE(set(request) == OK);
	}
	CHECK_INT(fixture_set("3.2.1.8.1=sx 3.2.1.13.1000=i5", &blame),
	    SNMP_RESOURCE_UNAVAILABLE);
	CHECK_UINT(blame, 2);
	CHECK_STR(fixture_get("3.2.1.8.1"), "s");
	CHECK_INT(
	    set("3.2.1.13.1=i6 3.2.1.13.1000=i5"), SNMP_RESOURCE_UNAVAILABLE);
	CHECK_INT(set("3.2.1.13.1=i6"), OK);
	CHECK_INT(set("3.2.1.13.1000=i5"), OK);
	fixture_close();
}

/* ---- Ages ---- */

#define KEEP_MS 200

/* As the daemon's rows, but that they go sooner. */
static void
open_hasty(void)
{
	static const struct actions_limits hasty = { .rows = 8,
		.keep_ms = KEEP_MS };

	fixture_open();
	fixture_add_rows();
	actions_free(fixture.agent.actions);
	fixture.agent.actions = actions_new(fixture.loop, fixture.jobs, &hasty);
	REQUIRE(fixture.agent.actions != NULL);
}

static bool
there(uint32_t index)
{
	return actions_find(fixture.agent.actions, index) != NULL;
}

/* Runs the loop until the row has gone; when that was seen. */
static int64_t
gone_ms(uint32_t index)
{
	int64_t end = loop_now_ms() + 60000;

	while (there(index)) {
		REQUIRE(loop_now_ms() < end);
		fixture_turn();
		usleep(1000);
	}
	return loop_now_ms();
}

/* Never sooner than the time that it is kept, from its completion on. */
static void
ageing(void)
{
	const struct action *action;
	int64_t over;

	CHECK(actions_limits.keep_ms >= 5 * 60 * 1000);
	CHECK(exports_limits.keep_ms >= 5 * 60 * 1000);
	open_hasty();
	write_flash("two.lic", "!exists\n!exists\n");
	CHECK_INT(
	    set("1.2.1.20.5=i4 1.2.1.15.5=i2 1.2.1.8.5=sflash:two.lic"), OK);
	fixture_settle();
	CHECK_STR(fixture_get("1.2.1.16.5"), "i6");
	CHECK_STR(fixture_get("1.3.1.3.5.2"), "i9");
	action = actions_find(fixture.agent.actions, 5);
	REQUIRE(action != NULL);
	over = action->touched_ms;
	CHECK(gone_ms(5) - over >= KEEP_MS);
	CHECK_STR(fixture_get("1.2.1.20.5"), "no instance");
	CHECK_STR(fixture_get("1.3.1.3.5.2"), "no instance");
	/* its index is free again, and it may come again */
	CHECK_INT(set("1.2.1.20.5=i5"), OK);
	CHECK_STR(fixture_get("1.2.1.8.5"), "s");
	fixture_close();
}

/* What is half-built is kept from when it was written last. */
static void
ageing_of_drafts(void)
{
	int64_t written;

	open_hasty();
	CHECK_INT(set("1.2.1.20.1=i5 1.2.1.15.1=i2"), OK);
	CHECK_INT(set("1.2.1.20.2=i5 1.2.1.15.2=i2"), OK);
	usleep(KEEP_MS * 1000 / 2);
	written = loop_now_ms();
	CHECK_INT(set("1.2.1.8.1=sx"), OK);
	CHECK(gone_ms(1) - written >= KEEP_MS);
	CHECK(!there(2)); /* which nobody has written since */
	fixture_close();
}

/* What waits or runs stays, however long it takes. */
static void
ageing_of_jobs(void)
{
	int64_t end;

	open_hasty();
	fixture.core.slices = UINT32_MAX;
	write_flash("a.lic", "a\n");
	CHECK_INT(set("1.2.1.20.1=i4 1.2.1.15.1=i2 1.2.1.8.1=sflash:a.lic "
		      "1.2.1.20.2=i4 1.2.1.15.2=i3 1.2.1.10.2=u1 "
		      "1.2.1.20.3=i5"),
	    OK);
	end = loop_now_ms() + 2 * KEEP_MS;
	while (loop_now_ms() < end)
		fixture_turn();
	CHECK_INT((int)gone_ms(3) >= 0, 1);
	CHECK_STR(fixture_get("1.2.1.16.1"), "i3");
	CHECK_STR(fixture_get("1.2.1.16.2"), "i2");
	CHECK_STR(fixture_get("1.2.1.17.2"), "u1");
	fixture_close();
}

/* ---- Free indexes ---- */

static void
check_next_index(void)
{
	uint32_t next = actions_next_index(fixture.agent.actions);
	char shown[16];

	snprintf(shown, sizeof shown, "u%u", next);
	CHECK(next != 0);
	CHECK(!there(next));
	CHECK_STR(fixture_get("1.1.0"), shown);
}

/* Whatever managers take and give back, one is offered that is free. */
static void
free_indexes(void)
{
	static const uint32_t picks[] = { 1, 2, 3, 4, 5, 4294967294, 4294967295,
		2147483648 };
	char request[64];

	fixture_open();
	for (unsigned i = 0; i < 2000; i++) {
		uint32_t index = check_random(3) == 0
				     ? actions_next_index(fixture.agent.actions)
				     : picks[check_random(NITEMS(picks))];
		bool was = there(index);

		check_context("round %u, index %u", i, index);
		snprintf(request, sizeof request, "1.2.1.20.%u=i%d", index,
		    was ? 6 : 5);
		if (set(request) == OK)
			CHECK(there(index) != was);
		else
			CHECK_UINT(actions_room(fixture.agent.actions), 0);
		check_next_index();
	}
	fixture_close();
}

static void
open_sets(void)
{
	char request[64];

	fixture_open();
	for (unsigned i = 1; i <= 8; i++) {
		snprintf(request, sizeof request, "1.2.1.20.%u=i5", i);
		CHECK_INT(test(i, request), OK);
	}
	CHECK_INT(test(9, "1.2.1.20.9=i5"), SNMP_RESOURCE_UNAVAILABLE);
	sets_cleanup(fixture.sets, 4);
	CHECK_INT(test(9, "1.2.1.20.9=i5"), OK);
	fixture_close();
}

static const struct check_test tests[] = {
	{ "an install", install },
	{ "outcomes", outcomes },
	{ "files that come out", outputs },
	{ "an action that rests", rests },
	{ "a ticket waits for its way out", ticket_waits },
	{ "backup and clear", backup_and_clear },
	{ "the queue", queue },
	{ "phases", phases },
	{ "a destroyed row comes back", undo_destroy },
	{ "a lost session", lost_session },
	{ "a commit that fails", failed_commit },
	{ "an acceptance is the last", acceptance },
	{ "an undo that fails", failed_undo },
	{ "a full table", limits },
	{ "ageing", ageing },
	{ "ageing of what is half-built", ageing_of_drafts },
	{ "jobs do not age", ageing_of_jobs },
	{ "free indexes", free_indexes },
	{ "too many SETs at once", open_sets },
};

int
main(int argc, char **argv)
{
	return check_main("set", tests, CHECK_COUNT(tests), argc, argv);
}
