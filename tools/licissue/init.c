/* init.c - licissue init: create an authority. */
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
    "  --valid-from DATE    devices accept licenses issued on this date\n"
    "                       or later\n"
    "  --valid-until DATE   devices accept licenses issued before this date\n"
    "  -h, --help\n";

enum {
	OPT_NAME = 256,
	OPT_ES256,
	OPT_VALID_FROM,
	OPT_VALID_UNTIL,
};

static const struct option init_options[] = {
	{ "name", required_argument, NULL, OPT_NAME },
	{ "es256", no_argument, NULL, OPT_ES256 },
	{ "valid-from", required_argument, NULL, OPT_VALID_FROM },
	{ "valid-until", required_argument, NULL, OPT_VALID_UNTIL },
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

static int
create_authority(const char *dir, const struct lc_authority_options *options)
{
	struct lc_authority *authority = NULL;
	struct lc_detail detail = { "" };
	enum lc_err err;

	if ((err = lc_authority_create(dir, options, &detail)) != LC_OK ||
	    (err = lc_authority_open(dir, &authority, &detail)) != LC_OK)
		return fail_core(err, &detail);
	printf("Created authority \"%s\".\n"
	       "Private key: %s/issuer.key\n"
	       "Public key:  %s/issuer.jwk, for the keys directory of devices\n"
	       "Key id:      %s\n",
	    lc_authority_name(authority), dir, dir,
	    lc_authority_kid(authority));
	lc_authority_close(authority);
	return EXIT_DONE;
}

int
init_command(int argc, char **argv)
{
	struct lc_authority_options options = {
		.valid_from = LC_NO_TIME,
		.valid_until = LC_NO_TIME,
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", init_options, NULL)) != -1) {
		switch (c) {
		case OPT_NAME:
			options.name = optarg;
			break;
		case OPT_ES256:
			options.es256 = true;
			break;
		case OPT_VALID_FROM:
			if (!parse_date(optarg, &options.valid_from))
				return bad_date("init", "valid-from");
			break;
		case OPT_VALID_UNTIL:
			if (!parse_date(optarg, &options.valid_until))
				return bad_date("init", "valid-until");
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
