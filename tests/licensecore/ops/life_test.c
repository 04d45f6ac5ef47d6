/*
 * life_test.c - a license's whole life, with the real licissue: issued, moved
 * from one device to another, and not twice.
 *
 * Runs bin/licissue of the build directory it is started in.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "ticket.h"

#define OLD "TEST-1:SN1"
#define NEW "TEST-1:SN2"

struct life {
	const char *dir, *authority;
	struct device *old, *new;
	char id[64];			/* of the license */
	char *said;			/* by the last command */
};

static const char *
in(const struct life *l, const char *name)
{
	return check_path(l->dir, name);
}

/* Runs licissue, its words in l->said; the arguments end in NULL. */
static int
licissue(struct life *l, const char *const *args)
{
	const char *argv[32] = { "bin/licissue" };
	const char *words = in(l, "words");
	pid_t child;
	int status = 0;

	for (size_t i = 0; args[i] != NULL && i < 30; i++)
		argv[i + 1] = args[i];
	fflush(NULL);
	if ((child = fork()) == 0) {
		int fd = open(words, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		(void)dup2(fd, 1);
		(void)dup2(fd, 2);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	REQUIRE(child > 0 && waitpid(child, &status, 0) == child);
	REQUIRE(WIFEXITED(status));
	free(l->said);
	l->said = check_read(words, NULL);
	return WEXITSTATUS(status);
}
#define RUN(l, expected, ...) do {					\
	int found_ = licissue(l, (const char *const[]){ __VA_ARGS__, NULL }); \
	CHECK_INT(found_, expected);					\
	if (found_ != (expected))					\
		printf("%s", (l)->said);				\
} while (0)

static struct device *
device_for(const struct life *l, const char *sn)
{
	struct device *d = device_new();

	d->devices[0].sn = sn;
	d->features[0].name = "ipbasek9";
	d->options.key_dir = l->authority;
	device_open(d);
	return d;
}

/* What an action gives back, as a file. */
static const char *
export(const struct life *l, struct lc_action *a, const char *name)
{
	const char *path = in(l, name);
	const char *output;
	size_t len;

	CHECK_STR(lc_action_detail(a), "");
	output = lc_action_output(a, &len);
	REQUIRE(output != NULL);
	check_write(path, output, len);
	lc_action_free(a);
	return path;
}

static struct lc_action *
import(struct device *d, enum lc_action_kind kind, const char *path)
{
	char *data = check_read(path, NULL);
	struct lc_action *a = ticket_run(d, kind, data,
	    (struct lc_request){ .accept_eula = true });

	free(data);
	return a;
}

static void
check_import(struct device *d, enum lc_action_kind kind, const char *path,
    enum lc_err expected)
{
	struct lc_action *a = import(d, kind, path);

	check_context("%s", path);
	CHECK_ERR(lc_action_error(a), expected, NULL);
	lc_action_free(a);
	check_context(NULL);
}

/* An authority, and a license of it in the old device. */
static struct life
begin(const char *const *more)
{
	struct life l = { .dir = check_dir() };
	const char *args[32] = { "issue", NULL, "--udi", OLD, "--feature",
	    "ipbasek9", "-o", NULL, "--id", "license-1" };
	size_t n = 10;

	l.authority = in(&l, "authority");
	args[1] = l.authority;
	args[7] = in(&l, "old.lic");
	while (*more != NULL)
		args[n++] = *more++;
	RUN(&l, 0, "init", l.authority);
	CHECK_INT(licissue(&l, args), 0);
	strcpy(l.id, "license-1");
	l.old = device_for(&l, "SN1");
	l.new = device_for(&l, "SN2");
	check_import(l.old, LC_INSTALL, in(&l, "old.lic"), LC_OK);
	return l;
}

static void
end(struct life *l)
{
	free(l->said);
	device_free(l->old);
	device_free(l->new);
}

static const struct lc_license *
first_license(const struct device *d)
{
	const struct lc_license *const *list;
	size_t n;

	list = lc_licenses(d->lc, &n);
	return n > 0 ? list[0] : NULL;
}

static void
a_license_moves(void)
{
	struct life l = begin((const char *const[]){ "--type", "permanent",
	    NULL });
	const char *credentials, *rehost, *ticket = in(&l, "ticket");
	const struct lc_license *moved;
	char *once, *again;

	credentials = export(&l, ticket_run(l.old, LC_EXPORT_CREDENTIALS, NULL,
	    (struct lc_request){ .nonce = "n1" }), "credentials");
	RUN(&l, 0, "inspect", credentials);
	CHECK_HAS(l.said, "device credentials");
	CHECK_HAS(l.said, "good, device key");
	CHECK_HAS(l.said, "license-1");

	RUN(&l, 0, "permission-ticket", l.authority, "--udi", OLD, "--remove",
	    l.id, "--credentials", credentials, "-o", ticket);
	RUN(&l, 0, "inspect", "--keys", l.authority, ticket);
	CHECK_HAS(l.said, "permission ticket");
	CHECK_HAS(l.said, "gracePeriod");
	CHECK_HAS(l.said, "60 days of use");
	CHECK_HAS(l.said, "text included");

	/* The new device has nothing to give; the old one has, once. */
	check_import(l.new, LC_PROCESS_TICKET, ticket, LC_EUDI);
	rehost = export(&l, import(l.old, LC_PROCESS_TICKET, ticket), "rehost");
	moved = first_license(l.old);
	REQUIRE(moved != NULL);
	CHECK_INT(moved->terms.type, LC_GRACE_PERIOD);
	CHECK(moved->eula_accepted);
	RUN(&l, 0, "inspect", rehost);
	CHECK_HAS(l.said, "rehost ticket");

	RUN(&l, 0, "rehost", l.authority, "--ticket", rehost, "--udi", NEW,
	    "-o", in(&l, "new.lic"));
	CHECK_HAS(l.said, "1 license for " NEW);
	check_import(l.new, LC_INSTALL, in(&l, "new.lic"), LC_OK);
	moved = first_license(l.new);
	REQUIRE(moved != NULL);
	CHECK_INT(moved->terms.type, LC_PERMANENT);
	CHECK_STR(moved->terms.feature, "ipbasek9");
	CHECK(strcmp(moved->terms.id, l.id) != 0);
	CHECK_INT(lc_license_status(l.new->lc, moved), LC_NOT_IN_USE);

	/* The same file again, for the same device, and for no other. */
	RUN(&l, 0, "rehost", l.authority, "--ticket", rehost, "--udi", NEW,
	    "-o", in(&l, "again.lic"));
	once = check_read(in(&l, "new.lic"), NULL);
	again = check_read(in(&l, "again.lic"), NULL);
	CHECK_STR(again, once);
	free(once);
	free(again);
	RUN(&l, 1, "rehost", l.authority, "--ticket", rehost, "--udi",
	    "TEST-1:SN3", "-o", in(&l, "third.lic"));
	CHECK_HAS(l.said, "was already redeemed for " NEW);

	/* Nothing brings it back, and no second ticket moves it. */
	check_import(l.old, LC_INSTALL, in(&l, "old.lic"), LC_EREVOKED);
	RUN(&l, 1, "permission-ticket", l.authority, "--udi", OLD, "--remove",
	    l.id, "-o", in(&l, "second"));
	CHECK_HAS(l.said, "was already moved from");

	/* And back, as what it is now. */
	RUN(&l, 0, "permission-ticket", l.authority, "--udi", NEW, "--remove",
	    moved->terms.id, "--no-grace", "-o", in(&l, "back"));
	rehost = export(&l, import(l.new, LC_PROCESS_TICKET, in(&l, "back")),
	    "rehost-back");
	CHECK(first_license(l.new) == NULL);
	RUN(&l, 1, "rehost", l.authority, "--ticket", rehost, "--udi", OLD,
	    "-o", in(&l, "back.lic"));
	CHECK_HAS(l.said, "the key of " NEW " is not known");
	RUN(&l, 0, "rehost", l.authority, "--ticket", rehost, "--udi", OLD,
	    "--first-sight", "-o", in(&l, "back.lic"));
	CHECK_HAS(l.said, "The device's key was unknown");
	check_import(l.old, LC_INSTALL, in(&l, "back.lic"), LC_OK);
	end(&l);
}

/* What was used of a license does not come back by moving it. */
static void
use_moves_along(void)
{
	struct life l = begin((const char *const[]){ "--type", "extension",
	    "--period", "1000", NULL });
	const struct lc_license *moved;
	struct lc_lease *lease;
	const char *rehost;

	REQUIRE(lc_checkout(l.old->lc, &(struct lc_lease_request){
	    .feature = "ipbasek9", .count = 1 }, &lease, NULL) == LC_OK);
	device_pass(l.old, 400);
	RUN(&l, 0, "permission-ticket", l.authority, "--udi", OLD, "--remove",
	    l.id, "-o", in(&l, "ticket"));
	rehost = export(&l, import(l.old, LC_PROCESS_TICKET, in(&l, "ticket")),
	    "rehost");
	CHECK(first_license(l.old) == NULL);	/* no grace after an extension */
	RUN(&l, 0, "rehost", l.authority, "--ticket", rehost, "--udi", NEW,
	    "--first-sight", "-o", in(&l, "new.lic"));
	check_import(l.new, LC_INSTALL, in(&l, "new.lic"), LC_OK);
	moved = first_license(l.new);
	REQUIRE(moved != NULL);
	CHECK_UINT(moved->terms.period_s, 600);
	end(&l);
}

/* A rehost ticket that another key signed moves nothing. */
static void
forged_tickets(void)
{
	struct life l = begin((const char *const[]){ "--type", "permanent",
	    NULL });
	struct device *impostor = device_for(&l, "SN1");
	const char *credentials, *rehost;

	credentials = export(&l, ticket_run(l.old, LC_EXPORT_CREDENTIALS, NULL,
	    (struct lc_request){ .nonce = NULL }), "credentials");
	check_import(impostor, LC_INSTALL, in(&l, "old.lic"), LC_OK);

	/* The ticket comes before the credentials: any key may answer it. */
	RUN(&l, 0, "permission-ticket", l.authority, "--udi", OLD, "--remove",
	    l.id, "-o", in(&l, "open"));
	RUN(&l, 0, "permission-ticket", l.authority, "--udi", OLD, "--remove",
	    l.id, "--credentials", credentials, "-o", in(&l, "bound"));
	check_import(impostor, LC_PROCESS_TICKET, in(&l, "bound"), LC_EUDI);
	rehost = export(&l, import(impostor, LC_PROCESS_TICKET,
	    in(&l, "open")), "forged");
	RUN(&l, 1, "rehost", l.authority, "--ticket", rehost, "--udi", NEW,
	    "-o", in(&l, "new.lic"));
	CHECK_HAS(l.said, "is signed with key");

	/* Its credentials are refused too, unless the device was repaired. */
	credentials = export(&l, ticket_run(impostor, LC_EXPORT_CREDENTIALS,
	    NULL, (struct lc_request){ .nonce = NULL }), "impostor");
	RUN(&l, 1, "rehost", l.authority, "--ticket", rehost, "--udi", NEW,
	    "--credentials", credentials, "-o", in(&l, "new.lic"));
	CHECK_HAS(l.said, "\"licissue device approve\" accepts its new key");
	CHECK(access(in(&l, "new.lic"), F_OK) != 0);
	RUN(&l, 0, "device", "approve", l.authority, "--udi", OLD,
	    "--credentials", credentials, "--approved-by", "me", "--reason",
	    "repaired");
	RUN(&l, 0, "rehost", l.authority, "--ticket", rehost, "--udi", NEW,
	    "-o", in(&l, "new.lic"));
	device_free(impostor);
	end(&l);
}

/* Each says what was wrong, and writes nothing. */
static void
what_licissue_refuses(void)
{
	struct life l = begin((const char *const[]){ "--type", "permanent",
	    NULL });
	const char *out = in(&l, "out"), *other = in(&l, "other");
	const char *rehost;

	RUN(&l, 0, "init", other);
	RUN(&l, 2, "permission-ticket", l.authority, "--remove", l.id, "-o",
	    out);
	RUN(&l, 2, "permission-ticket", l.authority, "--udi", OLD, "-o", out);
	RUN(&l, 2, "rehost", l.authority, "--udi", NEW, "-o", out);
	RUN(&l, 1, "permission-ticket", l.authority, "--udi", OLD, "--remove",
	    "nothing", "-o", out);
	CHECK_HAS(l.said, "license nothing is not in the database");
	RUN(&l, 1, "permission-ticket", l.authority, "--udi", NEW, "--remove",
	    l.id, "-o", out);
	CHECK_HAS(l.said, "is not for " NEW);
	RUN(&l, 1, "permission-ticket", l.authority, "--udi", "rubbish",
	    "--remove", l.id, "-o", out);
	RUN(&l, 1, "permission-ticket", l.authority, "--udi", OLD, "--remove",
	    l.id, "--remove", l.id, "-o", out);
	RUN(&l, 1, "permission-ticket", l.authority, "--udi", OLD, "--remove",
	    l.id, "--credentials", in(&l, "old.lic"), "-o", out);
	RUN(&l, 1, "permission-ticket", l.authority, "--udi", OLD, "--remove",
	    l.id, "-o", in(&l, "old.lic"));
	CHECK_HAS(l.said, "exists");
	RUN(&l, 1, "rehost", l.authority, "--ticket", in(&l, "old.lic"),
	    "--udi", NEW, "-o", out);
	CHECK_HAS(l.said, "not a rehost ticket");

	RUN(&l, 0, "permission-ticket", l.authority, "--udi", OLD, "--remove",
	    l.id, "-o", in(&l, "ticket"));
	rehost = export(&l, import(l.old, LC_PROCESS_TICKET, in(&l, "ticket")),
	    "rehost");
	RUN(&l, 1, "rehost", other, "--ticket", rehost, "--udi", NEW, "-o",
	    out);
	CHECK_HAS(l.said, "the database has no license");
	CHECK(access(out, F_OK) != 0);
	end(&l);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "a license moves", a_license_moves },
		{ "use moves along", use_moves_along },
		{ "forged tickets", forged_tickets },
		{ "what licissue refuses", what_licissue_refuses },
	};

	return check_main("life", tests, CHECK_COUNT(tests), argc, argv);
}
