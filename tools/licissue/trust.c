/* trust.c - licissue trust: root keys, and the trust lists that they sign. */
#include "licissue.h"

#include <getopt.h>
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

static const struct option init_options[] = {
	{ "name", required_argument, NULL, 'n' },
	KEY_OPTIONS,
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

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
	struct lc_key_options options = { .secret = secret_source() };
	const char *name = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "h", init_options, NULL)) != -1) {
		if (take_key_option(c, &options))
			continue;
		if (c == 'h') {
			fputs(init_usage, stdout);
			return EXIT_DONE;
		}
		if (c != 'n')
			return hint("trust init");
		name = optarg;
	}
	if (optind != argc - 1)
		return not_one("trust init", "a directory", argc, argv);
	return init(argv[optind], name, &options);
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

static const struct option next_options[] = {
	{ "days", required_argument, NULL, 'd' },
	{ "withdraw", required_argument, NULL, 'w' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

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

/* The options; withdraw has room for all of them. */
static int
next_parse(int argc, char **argv, struct lc_root_update *update,
    const char **withdraw, uint32_t *days)
{
	int c;

	update->withdraw = withdraw;
	while ((c = getopt_long(argc, argv, "h", next_options, NULL)) != -1) {
		if (c == 'w') {
			withdraw[update->nwithdraw++] = optarg;
			continue;
		}
		if (c != 'd')
			return c == 'h' ? EXIT_DONE : hint("trust next");
		if (!parse_number(optarg, 1, DAYS_MAX, days))
			return misuse("trust next",
			    "--days: \"%s\" is not a number from 1 to %d",
			    optarg, DAYS_MAX);
	}
	if (optind == argc)
		return misuse(
		    "trust next", "missing argument: the root key's directory");
	return -1;
}

int
trust_next_command(int argc, char **argv)
{
	const char **withdraw = calloc((size_t)argc, sizeof *withdraw);
	struct lc_root_update update = { .nkeys = 0 };
	uint32_t days = DAYS;
	int status;

	if (withdraw == NULL)
		return fail("%s", lc_strerror(LC_ENOMEM));
	status = next_parse(argc, argv, &update, withdraw, &days);
	if (status == EXIT_DONE)
		fputs(next_usage, stdout);
	if (status < 0) {
		update.keys = (const char *const *)argv + optind + 1;
		update.nkeys = (size_t)(argc - optind - 1);
		status = next(argv[optind], &update, days);
	}
	free(withdraw);
	return status;
}
