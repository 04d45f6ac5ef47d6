/* trust.c - licissue trust: root keys, and the trust lists that they sign. */
#include "flags.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAYS 365
#define DAYS_MAX 36500

/* ---- Init ------------------------------------------------------------ */

static const char init_usage[] =
    "usage: licissue trust init [OPTIONS] ROOT\n"
    "\n"
    "Creates a root key in the directory ROOT: root.key, which signs trust\n"
    "lists (keep it apart from the authority, offline), and root.jwk, for the\n"
    "keys directory of devices.\n"
    "\n"
    "  --name TEXT          its name, for people\n"
    "  --es256              ECDSA on P-256 instead of Ed25519\n"
    "  --passphrase         encrypt its file with a passphrase\n"
    "  --pkcs11 URI         the key of a token instead of a new one\n"
    "  -h, --help\n";

static int
init(const char *dir, const char *name, const struct lc_key_options *options)
{
	struct lc_detail detail = { "" };
	enum lc_err err = lc_root_create(dir, name, options, &detail);

	if (err != LC_OK)
		return fail_core(err, &detail);
	printf("Root key:    %s/root.key\n"
	       "Public half: %s/root.jwk, for the keys directory of devices\n",
	    dir, dir);
	return EXIT_DONE;
}

int
trust_init_command(int argc, char **argv)
{
	const char *dir, *name = NULL;
	struct lc_key_options options = { .secret = secret_source() };
	const struct flag flags[] = {
		{ .argument = "a directory", .text = &dir },
		{ .name = "name", .text = &name },
		FLAGS_KEY(&options),
		{ 0 },
	};
	int status = take_flags("trust init", init_usage, flags, argc, argv);

	return status >= 0 ? status : init(dir, name, &options);
}

/* ---- Next ------------------------------------------------------------ */

static const char next_usage[] =
    "usage: licissue trust next [OPTIONS] ROOT [FILE | FOLDER]...\n"
    "\n"
    "Makes the next version of the trust list, ROOT/list.trust, for the keys\n"
    "directory of devices.  It has the keys of the last version; those of\n"
    "each FILE (a JWK) and FOLDER (*.jwk) are added, or take the place of "
    "what\n"
    "the list says of them.  A key that is withdrawn stays withdrawn.\n"
    "\n"
    "  --days N             it is out of date after so many days (365); it\n"
    "                       counts all the same, with a warning\n"
    "  --withdraw KEY       withdraw a key of the list: its id, or at least 8\n"
    "                       characters of it; may be repeated\n"
    "  -h, --help\n";

static int
next(const char *dir, struct lc_root_update *update, uint32_t days)
{
	struct lc_detail detail = { "" };
	char date[DATE_SIZE];
	uint32_t version = 0;
	size_t nkeys = 0;
	enum lc_err err;

	update->secret = secret_source();
	update->issued = time(NULL);
	update->expires = update->issued + (int64_t)days * 86400;
	err = lc_root_next(dir, update, &version, &nkeys, &detail);
	if (err != LC_OK)
		return fail_core(err, &detail);
	printf("%s/list.trust: version %" PRIu32 ", %zu key%s, until %s\n", dir,
	    version, nkeys, nkeys == 1 ? "" : "s",
	    date_text(update->expires, date));
	return EXIT_DONE;
}

int
trust_next_command(int argc, char **argv)
{
	uint32_t room = (uint32_t)argc, days = DAYS;
	const char **lists = calloc(2 * (size_t)room, sizeof *lists);
	struct lc_root_update update = { .keys = lists,
		.withdraw = lists + room };
	const char *dir;
	const struct flag flags[] = {
		{ .argument = "the root key's directory", .text = &dir },
		{ .argument = "keys",
		    .list = lists,
		    .n = &update.nkeys,
		    .most = room },
		{ .name = "days",
		    .number = &days,
		    .least = 1,
		    .most = DAYS_MAX },
		{ .name = "withdraw",
		    .list = lists + room,
		    .n = &update.nwithdraw,
		    .most = room },
		{ 0 },
	};
	int status;

	if (lists == NULL)
		return fail("%s", lc_strerror(LC_ENOMEM));
	status = take_flags("trust next", next_usage, flags, argc, argv);
	if (status < 0)
		status = next(dir, &update, days);
	free(lists);
	return status;
}
