/* licissue_init.c - licissue init: make an authority. */
#include "licissue.h"

#include <getopt.h>

static const char init_usage[] =
    "usage: licissue init [OPTIONS] DIR\n"
    "\n"
    "Makes an authority in DIR: issuer.key, the private key that signs\n"
    "licenses (keep it secret, keep a copy safe), and issuer.jwk, the public\n"
    "key: copy that into the keys directory of the devices.\n"
    "\n"
    "  --name TEXT          who issues, as people shall read it\n"
    "  --es256              ECDSA on P-256 instead of Ed25519\n"
    "  --valid-from DATE    devices accept what is issued from then on,\n"
    "  --valid-until DATE   and before then\n"
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
	    "--%s: \"%s\" is no date between 1970 and 2106 such as "
	    "2026-12-31 or 2026-12-31T18:00:00+01:00",
	    option, optarg);
}

static int
make_authority(const char *dir, const struct lc_authority_options *options)
{
	struct lc_authority *authority = NULL;
	struct lc_detail detail = { "" };
	enum lc_err err;

	if ((err = lc_authority_create(dir, options, &detail)) != LC_OK ||
	    (err = lc_authority_open(dir, &authority, &detail)) != LC_OK)
		return fail_core(err, &detail);
	printf("Made the authority \"%s\".\n"
	       "Secret: %s/issuer.key\n"
	       "Public: %s/issuer.jwk, for the keys directory of the devices\n"
	       "Key id: %s\n",
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
		return not_one("init", "one directory", argc, argv);
	return make_authority(argv[optind], &options);
}
