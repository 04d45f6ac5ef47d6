/* init.c - licissue init and upgrade: create an authority, or update it. */
#include "licissue.h"

#include <getopt.h>

static const char init_usage[] =
    "usage: licissue init [OPTIONS] DIR\n"
    "\n"
    "Creates an authority in DIR: issuer.key, the private key that signs\n"
    "licenses (keep it secret, and keep a backup), and issuer.jwk, the public\n"
    "key for the keys directory of the devices.\n"
    "\n"
    "  --name TEXT          the issuer's name, for people\n"
    "  --es256              ECDSA on P-256 instead of Ed25519\n"
    "  --passphrase         encrypt the private key with a passphrase\n"
    "  --pkcs11 URI         the key of a token instead of a new one\n"
    "  --valid-from DATE    devices accept licenses issued on this date\n"
    "                       or later\n"
    "  --valid-until DATE   devices accept licenses issued before this date\n"
    "  --database ADDRESS   keep what is issued in this PostgreSQL database\n"
    "                       (postgresql://...) instead of a file in DIR\n"
    "  -h, --help\n";

enum {
	OPT_NAME = 256,
	OPT_VALID_FROM,
	OPT_VALID_UNTIL,
	OPT_DATABASE,
};

static const struct option init_options[] = {
	{ "name", required_argument, NULL, OPT_NAME },
	KEY_OPTIONS,
	{ "valid-from", required_argument, NULL, OPT_VALID_FROM },
	{ "valid-until", required_argument, NULL, OPT_VALID_UNTIL },
	{ "database", required_argument, NULL, OPT_DATABASE },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int
bad_date(const char *command, const char *option)
{
	return misuse(command,
	    "--%s: \"%s\" is not a date between 1970 and 2106 such as "
	    "2026-12-31 or 2026-12-31T18:00:00+01:00",
	    option, optarg);
}

/* Its key may need a passphrase: it is not asked for once more. */
static int
create_authority(const char *dir, const struct lc_authority_options *options)
{
	struct lc_detail detail = { "" };
	char kid[LC_DIGEST_LEN + 1], name[LC_AUTHORITY_NAME_MAX + 1];
	enum lc_err err;

	if ((err = lc_authority_create(dir, options, &detail)) != LC_OK ||
	    (err = lc_authority_look(dir, name, kid, &detail)) != LC_OK)
		return fail_core(err, &detail);
	printf("Created authority \"%s\".\n"
	       "Private key: %s/issuer.key\n"
	       "Public key:  %s/issuer.jwk, for the keys directory of devices\n"
	       "Key id:      %s\n",
	    name, dir, dir, kid);
	return EXIT_DONE;
}

int
init_command(int argc, char **argv)
{
	struct lc_authority_options options = {
		.key = { .secret = secret_source() },
		.valid_from = LC_NO_TIME,
		.valid_until = LC_NO_TIME,
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", init_options, NULL)) != -1) {
		if (take_key_option(c, &options.key))
			continue;
		switch (c) {
		case OPT_NAME:
			options.name = optarg;
			break;
		case OPT_VALID_FROM:
			if (!parse_date(optarg, &options.valid_from))
				return bad_date("init", "valid-from");
			break;
		case OPT_VALID_UNTIL:
			if (!parse_date(optarg, &options.valid_until))
				return bad_date("init", "valid-until");
			break;
		case OPT_DATABASE:
			options.database = optarg;
			break;
		case 'h':
			fputs(init_usage, stdout);
			return EXIT_DONE;
		default:
			return hint("init");
		}
	}
	if (optind != argc - 1)
		return not_one("init", "the authority's directory", argc, argv);
	return create_authority(argv[optind], &options);
}

/* ---- Upgrading ------------------------------------------------------- */

static const char upgrade_usage[] =
    "usage: licissue upgrade DIR\n"
    "\n"
    "Brings the database of the authority in DIR up to date after an update\n"
    "of the software, and takes over the ledger.db of version 0.1.  Nothing "
    "is\n"
    "changed if it is up to date.  Make a backup before, and end all other\n"
    "programs that use the authority.\n"
    "\n"
    "  -h, --help\n";

static const struct option upgrade_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int
upgrade(const char *dir)
{
	struct lc_detail detail = { "" };
	size_t taken = 0;
	enum lc_err err =
	    lc_authority_upgrade(dir, secret_source(), &taken, &detail);

	if (err != LC_OK)
		return fail_core(err, &detail);
	if (taken > 0)
		printf("%s: took over %zu license%s from ledger.db, which is "
		       "now ledger.db.old\n",
		    dir, taken, taken == 1 ? "" : "s");
	else
		printf("%s: the database is up to date\n", dir);
	return EXIT_DONE;
}

int
upgrade_command(int argc, char **argv)
{
	int c = getopt_long(argc, argv, "h", upgrade_options, NULL);

	if (c == 'h') {
		fputs(upgrade_usage, stdout);
		return EXIT_DONE;
	}
	if (c != -1)
		return hint("upgrade");
	if (optind != argc - 1)
		return not_one(
		    "upgrade", "the authority's directory", argc, argv);
	return upgrade(argv[optind]);
}
