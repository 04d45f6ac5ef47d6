/*
 * eventlog_test.c - each event's line, and its severity: on standard error, to
 * the journal, to syslog.
 */
#include "jobs/eventlog.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "check.h"
#include "log.h"

#define END 1800003600	/* 2027-01-15T09:00:00Z */
#define PLACE " UDI=PID:SN; StoreIndex=4:flash:primary"

static const struct {
	enum lc_event_kind kind;
	int severity;
	const char *line; /* behind "%LICENSE-N-" */
} lines[] = {
	{ LC_EVENT_EXPIRED, LOG_ALERT,
	    "EXPIRED: License for feature uck9 1.0 has expired. UDI=PID:SN" },
	{ LC_EVENT_EXPIRY_WARNING, LOG_CRIT,
	    "EXPIRING: License for feature uck9 1.0 is about to expire. Use "
	    "left: 28 days. UDI=PID:SN" },
	{ LC_EVENT_COUNT_EXCEEDED, LOG_CRIT,
	    "COUNT_EXCEEDED: License for feature uck9 1.0 is used up. 2 of 10 "
	    "phones are left." PLACE },
	{ LC_EVENT_COUNT_WARNING, LOG_WARNING,
	    "COUNT_WARNING: License for feature uck9 1.0 is nearly used up. 2 "
	    "of 10 phones are left." PLACE },
	{ LC_EVENT_INSTALLED, LOG_INFO,
	    "INSTALL: Feature uck9 1.0 was installed in this device." PLACE },
	{ LC_EVENT_CLEARED, LOG_INFO,
	    "REMOVE: Feature uck9 1.0 was removed from this device." PLACE },
	{ LC_EVENT_REVOKED, LOG_INFO,
	    "REVOKE: Feature uck9 1.0 was revoked from this device." PLACE },
	{ LC_EVENT_EULA_ACCEPTED, LOG_INFO,
	    "EULA_ACCEPTED: EULA for feature uck9 1.0 has been accepted."
	    PLACE },
	{ LC_EVENT_NOT_ENFORCED, LOG_CRIT,
	    "UNLICENSED: Feature uck9 1.0 is mandatory and has no license. "
	    "UDI=PID:SN" },
	{ LC_EVENT_SUBSCRIPTION_WARNING, LOG_CRIT,
	    "EXPIRING: Subscription for feature uck9 1.0 is about to end. End "
	    "date: 2027-01-15T09:00:00Z, in 1 hour. UDI=PID:SN" },
	{ LC_EVENT_EXTENSION_WARNING, LOG_CRIT,
	    "EXPIRING: Subscription for feature uck9 1.0 has ended and is in "
	    "its extension. End date: 2027-01-15T09:00:00Z. UDI=PID:SN" },
	{ LC_EVENT_SUBSCRIPTION_EXPIRED, LOG_ALERT,
	    "EXPIRED: Subscription for feature uck9 1.0 has expired. End "
	    "date: 2027-01-15T09:00:00Z. UDI=PID:SN" },
	{ LC_EVENT_RTU_WARNING, LOG_NOTICE,
	    "RTU_TRANSITION_WARNING: Evaluation license for feature uck9 1.0 "
	    "is about to become a right-to-use license. Use left: 28 days. "
	    "UDI=PID:SN" },
	{ LC_EVENT_RTU_TRANSITION, LOG_NOTICE,
	    "RTU_TRANSITION: Evaluation license for feature uck9 1.0 has "
	    "become a right-to-use license." PLACE },
};

/* ---- syslog, as the C library declares it with and without fortification */

static int syslog_severity;
static char syslog_text[1024];

static void
take(int severity, const char *format, va_list args)
{
	syslog_severity = severity;
	(void)vsnprintf(syslog_text, sizeof syslog_text, format, args);
}

void
syslog(int severity, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	take(severity, format, args);
	va_end(args);
}

void __syslog_chk(int severity, int flag, const char *format, ...);

void
__syslog_chk(int severity, int flag, const char *format, ...)
{
	va_list args;

	(void)flag;
	va_start(args, format);
	take(severity, format, args);
	va_end(args);
}

/* ---- Lines ---- */

static struct lc_event
event_of(enum lc_event_kind kind)
{
	return (struct lc_event){ .kind = kind,
		.at = kind == LC_EVENT_SUBSCRIPTION_WARNING ? END - 3600 : END,
		.device = 1,
		.store = 1,
		.license = 5,
		.store_index = 4,
		.feature = 4,
		.type = LC_DEMO,
		.feature_name = "uck9",
		.feature_version = "1.0",
		.comment = "",
		.udi = "PID:SN",
		.store_name = "flash:primary",
		.by = "",
		.left_s = 28 * 86400,
		.end = END,
		.count = 10,
		.count_left = 2,
		.what_is_counted = "phones" };
}

/* What the event writes to standard error; the caller frees. */
static char *
written(enum lc_event_kind kind, bool journal)
{
	const char *path = check_path(check_dir(), "log");
	struct lc_event event = event_of(kind);
	int before = dup(STDERR_FILENO);
	char stream[64] = "1:2"; /* another file */
	struct stat st;
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	REQUIRE(before >= 0 && fd >= 0 && fstat(fd, &st) == 0);
	if (journal)
		snprintf(stream, sizeof stream, "%llu:%llu",
		    (unsigned long long)st.st_dev,
		    (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	REQUIRE(dup2(fd, STDERR_FILENO) >= 0);
	eventlog(&event);
	REQUIRE(dup2(before, STDERR_FILENO) >= 0);
	close(before);
	close(fd);
	return check_read(path, NULL);
}

static void
check_stderr(bool journal)
{
	for (size_t i = 0; i < CHECK_COUNT(lines); i++) {
		char want[1024], begin[32] = "licagentd: ";
		char *got = written(lines[i].kind, journal);

		if (journal)
			snprintf(begin, sizeof begin, "<%d>",
			    lines[i].severity);
		snprintf(want, sizeof want, "%s%%LICENSE-%d-%s\n", begin,
		    lines[i].severity, lines[i].line);
		CHECK_STR(got, want);
		free(got);
	}
}

static void
standard_error(void)
{
	check_stderr(false);
}

/* systemd(1): a line's severity stands before it. */
static void
the_journal(void)
{
	check_stderr(true);
}

static void
all_fourteen(void)
{
	for (int kind = LC_EVENT_EXPIRED; kind <= LC_EVENT_RTU_TRANSITION;
	     kind++) {
		check_context("kind %d", kind);
		CHECK_INT(lines[kind - 1].kind, kind);
	}
	CHECK_UINT(CHECK_COUNT(lines), LC_EVENT_RTU_TRANSITION);
}

/* There is no way back from it: only syslog from here on. */
static void
to_syslog(void)
{
	log_to_syslog();
	for (size_t i = 0; i < CHECK_COUNT(lines); i++) {
		struct lc_event event = event_of(lines[i].kind);
		char want[1024];

		eventlog(&event);
		snprintf(want, sizeof want, "%%LICENSE-%d-%s",
		    lines[i].severity, lines[i].line);
		CHECK_STR(syslog_text, want);
		CHECK_INT(syslog_severity, lines[i].severity);
	}
	log_warn("link", "it is away");
	CHECK_STR(syslog_text, "link: it is away");
	CHECK_INT(syslog_severity, LOG_WARNING);
}

/* What the core has no event for. */
static void
decisions(void)
{
	static const struct eventlog_lease lease = { .feature = "uck9",
		.version = "1.0",
		.count = 3,
		.holder = "process 7, user 8" };

	eventlog_lease_ended(&lease, "root", "for the fair");
	CHECK_STR(syslog_text,
	    "%LICENSE-5-LEASE_ENDED: Lease of feature uck9 1.0 was ended by "
	    "root. Count=3 Holder=process 7, user 8 Reason=for the fair");
	CHECK_INT(syslog_severity, LOG_NOTICE);
	eventlog_lease_ended(&lease, "uid 9", "");
	CHECK_STR(syslog_text,
	    "%LICENSE-5-LEASE_ENDED: Lease of feature uck9 1.0 was ended by "
	    "uid 9. Count=3 Holder=process 7, user 8");
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "all fourteen", all_fourteen },
		{ "standard error", standard_error },
		{ "the journal", the_journal },
		{ "syslog", to_syslog },
		{ "decisions", decisions },
	};

	log_program("licagentd");
	return check_main("eventlog", tests, CHECK_COUNT(tests), argc, argv);
}
