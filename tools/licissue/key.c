/* key.c - licissue key: the keys that sign, and how they follow each other. */
#include "licissue.h"

#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OVERLAP_S (30 * 86400)

/* One argument or two are left. */
static int
wrong_arguments(
    const char *command, int n, const char *needs, int argc, char **argv)
{
	if (argc - optind < n)
		return misuse(command, "missing argument: %s", needs);
	return misuse(command, "unexpected argument \"%s\"", argv[argc - 1]);
}

static const struct option only_help[] = {
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* ---- List ------------------------------------------------------------ */

static const char list_usage[] =
    "usage: licissue key list [--json] DIR\n"
    "\n"
    "Shows the keys of the authority in DIR, the oldest first: what each is\n"
    "for now, and when statements may be dated that it signs.\n"
    "\n"
    "  --json               an array of objects\n"
    "  -h, --help\n";

static const struct option list_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* What it is for now. */
static const char *
state_of(const struct lc_signing_key *key)
{
	int64_t now = time(NULL);

	if (key->withdrawn)
		return "withdrawn";
	if (key->signs)
		return "signs";
	if (key->valid_from != LC_NO_TIME && now < key->valid_from)
		return "later";
	return key->valid_until != LC_NO_TIME && now >= key->valid_until
		   ? "over"
		   : "valid";
}

static json_t *
date_json(int64_t date)
{
	char text[DATE_SIZE];

	return date == LC_NO_TIME ? json_null()
				  : json_string(date_text(date, text));
}

static void
key_json(void *arg, const struct lc_signing_key *key)
{
	(void)json_array_append_new(
	    arg, json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "key",
		     key->kid, "state", state_of(key), "algorithm",
		     key->es256 ? "ES256" : "EdDSA", "name", key->name, "file",
		     key->place, "made", date_json(key->made), "validFrom",
		     date_json(key->valid_from), "validUntil",
		     date_json(key->valid_until)));
}

static void
key_print(void *arg, const struct lc_signing_key *key)
{
	char from[DATE_SIZE] = "-", until[DATE_SIZE] = "-";

	(void)arg;
	if (key->valid_from != LC_NO_TIME)
		(void)date_text(key->valid_from, from);
	if (key->valid_until != LC_NO_TIME)
		(void)date_text(key->valid_until, until);
	printf("%s  %-9s  %-5s  %-20s  %-20s  %s\n", key->kid, state_of(key),
	    key->es256 ? "ES256" : "EdDSA", from, until, key->place);
}

static int
list(const char *dir, bool json)
{
	struct lc_authority *authority = open_authority(dir);
	struct lc_detail detail = { "" };
	json_t *array = json ? json_array() : NULL;
	enum lc_err err;

	if (authority == NULL)
		return EXIT_FAILED;
	if (!json)
		printf("%-43s  %-9s  %-5s  %-20s  %-20s  %s\n", "KEY", "STATE",
		    "ALG", "FROM", "UNTIL", "FILE");
	err = lc_authority_keys(
	    authority, json ? key_json : key_print, array, &detail);
	if (json && err == LC_OK) {
		(void)json_dumpf(array, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	json_decref(array);
	lc_authority_close(authority);
	return err == LC_OK ? EXIT_DONE : fail_core(err, &detail);
}

int
key_list_command(int argc, char **argv)
{
	bool json = false;
	int c;

	while ((c = getopt_long(argc, argv, "h", list_options, NULL)) != -1) {
		if (c == 'h') {
			fputs(list_usage, stdout);
			return EXIT_DONE;
		}
		if (c != 'j')
			return hint("key list");
		json = true;
	}
	if (optind != argc - 1)
		return not_one(
		    "key list", "the authority's directory", argc, argv);
	return list(argv[optind], json);
}

/* ---- Rotate ---------------------------------------------------------- */

static const char rotate_usage[] =
    "usage: licissue key rotate [OPTIONS] DIR\n"
    "\n"
    "Makes a new key for the authority in DIR, which signs from now on.  For\n"
    "a while, devices take statements of the other keys that are dated then,\n"
    "too; what these signed before stays valid.  Give devices the new key\n"
    "first: licissue key export, or licissue trust next.\n"
    "\n"
    "  --from DATE          the new key signs from then on\n"
    "  --overlap N[d]       how long the others are valid after that, in\n"
    "                       seconds or days (30d)\n"
    "  --es256              ECDSA on P-256 instead of Ed25519\n"
    "  --passphrase         encrypt its file with a passphrase\n"
    "  --pkcs11 URI         the key of a token instead of a new one\n"
    "  -h, --help\n";

enum {
	OPT_FROM = 256,
	OPT_OVERLAP,
};

static const struct option rotate_options[] = {
	{ "from", required_argument, NULL, OPT_FROM },
	{ "overlap", required_argument, NULL, OPT_OVERLAP },
	KEY_OPTIONS,
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int
rotate(const char *dir, const struct lc_rotation *rotation)
{
	struct lc_authority *authority = open_authority(dir);
	char kid[LC_DIGEST_LEN + 1], date[DATE_SIZE], end[DATE_SIZE];
	struct lc_detail detail = { "" };
	int64_t from;
	enum lc_err err;

	if (authority == NULL)
		return EXIT_FAILED;
	from =
	    rotation->from == LC_NO_TIME ? (int64_t)time(NULL) : rotation->from;
	err = lc_authority_rotate(authority, rotation, kid, &detail);
	lc_authority_close(authority);
	if (err != LC_OK)
		return fail_core(err, &detail);
	printf("New key:      %s\n"
	       "Signs from:   %s\n"
	       "Others until: %s\n",
	    kid, date_text(from, date),
	    date_text(from + rotation->overlap_s, end));
	return EXIT_DONE;
}

int
key_rotate_command(int argc, char **argv)
{
	struct lc_rotation rotation = {
		.key = { .secret = secret_source() },
		.from = LC_NO_TIME,
		.overlap_s = OVERLAP_S,
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", rotate_options, NULL)) != -1) {
		if (take_key_option(c, &rotation.key))
			continue;
		switch (c) {
		case OPT_FROM:
			if (!parse_date(optarg, &rotation.from))
				return misuse("key rotate",
				    "--from: \"%s\" is not a date", optarg);
			break;
		case OPT_OVERLAP:
			rotation.overlap_s = 0;
			if (strcmp(optarg, "0") != 0 &&
			    !parse_period(optarg, &rotation.overlap_s))
				return misuse("key rotate",
				    "--overlap: \"%s\" is not a number of "
				    "seconds, or of days as 30d",
				    optarg);
			break;
		case 'h':
			fputs(rotate_usage, stdout);
			return EXIT_DONE;
		default:
			return hint("key rotate");
		}
	}
	if (optind != argc - 1)
		return not_one(
		    "key rotate", "the authority's directory", argc, argv);
	return rotate(argv[optind], &rotation);
}

/* ---- Withdraw -------------------------------------------------------- */

static const char withdraw_usage[] =
    "usage: licissue key withdraw DIR KEY\n"
    "\n"
    "Withdraws a key that was stolen: nothing that it signed is valid any\n"
    "more on devices that learn of it, from its file (licissue key export) or\n"
    "a trust list (licissue trust next).  KEY is its id, or the beginning of\n"
    "it, at least 8 characters.  Another key has to be valid: make one first\n"
    "(licissue key rotate).\n"
    "\n"
    "  -h, --help\n";

static int
withdraw(const char *dir, const char *kid)
{
	struct lc_authority *authority = open_authority(dir);
	struct lc_detail detail = { "" };
	enum lc_err err;

	if (authority == NULL)
		return EXIT_FAILED;
	err = lc_authority_withdraw(authority, kid, &detail);
	if (err == LC_OK)
		printf(
		    "Withdrawn. Signs now: %s\n", lc_authority_kid(authority));
	lc_authority_close(authority);
	return err == LC_OK ? EXIT_DONE : fail_core(err, &detail);
}

/* A key id may begin with a hyphen: it is behind the first argument. */
int
key_withdraw_command(int argc, char **argv)
{
	int c = getopt_long(argc, argv, "+h", only_help, NULL);

	if (c == 'h') {
		fputs(withdraw_usage, stdout);
		return EXIT_DONE;
	}
	if (c != -1)
		return hint("key withdraw");
	if (argc - optind != 2)
		return wrong_arguments("key withdraw", 2,
		    "the authority's directory, and a key", argc, argv);
	return withdraw(argv[optind], argv[optind + 1]);
}

/* ---- Export ---------------------------------------------------------- */

static const char export_usage[] =
    "usage: licissue key export DIR FOLDER\n"
    "\n"
    "Writes the public half of each key of the authority in DIR to FOLDER,\n"
    "KEY.jwk, with its dates and withdrawal: for the keys directory of\n"
    "devices, or for licissue trust next.\n"
    "\n"
    "  -h, --help\n";

static int export(const char *dir, const char *folder)
{
	struct lc_authority *authority = open_authority(dir);
	struct lc_detail detail = { "" };
	size_t n = 0;
	enum lc_err err;

	if (authority == NULL)
		return EXIT_FAILED;
	err = lc_authority_export_keys(authority, folder, &n, &detail);
	lc_authority_close(authority);
	if (err != LC_OK)
		return fail_core(err, &detail);
	printf("%s: %zu key%s\n", folder, n, n == 1 ? "" : "s");
	return EXIT_DONE;
}

int
key_export_command(int argc, char **argv)
{
	int c = getopt_long(argc, argv, "h", only_help, NULL);

	if (c == 'h') {
		fputs(export_usage, stdout);
		return EXIT_DONE;
	}
	if (c != -1)
		return hint("key export");
	if (argc - optind != 2)
		return wrong_arguments("key export", 2,
		    "the authority's directory, and a folder", argc, argv);
	return export(argv[optind], argv[optind + 1]);
}
