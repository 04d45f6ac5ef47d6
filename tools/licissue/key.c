/* key.c - licissue key: the keys that sign, and how they follow each other. */
#include "flags.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "record/authority.h"
#include "record/record.h"

#define OVERLAP_S (30 * 86400)

/* ---- List ------------------------------------------------------------ */

static const char list_usage[] =
    "usage: licissue key list [--json] DIR\n"
    "\n"
    "Shows the keys of the authority in DIR, the oldest first: what each is\n"
    "for now, and when statements may be dated that it signs.\n"
    "\n"
    "  --json               an array of objects\n"
    "  -h, --help\n";

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

static enum lc_err
list(const struct lc_authority *authority, void *array)
{
	if (array == NULL)
		printf("%-43s  %-9s  %-5s  %-20s  %-20s  %s\n", "KEY", "STATE",
		    "ALG", "FROM", "UNTIL", "FILE");
	return lc_authority_keys(authority,
	    array != NULL ? key_json : key_print, array,
	    authority->record->detail);
}

int
key_list_command(int argc, char **argv)
{
	const char *dir;
	bool json = false;
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .name = "json", .truth = &json },
		{ 0 },
	};
	int status = take_flags("key list", list_usage, flags, argc, argv);
	json_t *array;

	if (status >= 0)
		return status;
	array = json ? json_array() : NULL;
	status = with_authority(dir, list, array);
	if (status == EXIT_DONE && json)
		return print_json(array);
	json_decref(array);
	return status;
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

static const char *
take_overlap(void *arg, const char *value)
{
	uint32_t *overlap_s = arg;

	if (parse_period(value, overlap_s))
		return NULL;
	*overlap_s = 0;
	return strcmp(value, "0") == 0 ? NULL : "seconds (3600) or days (60d)";
}

int
key_rotate_command(int argc, char **argv)
{
	const char *dir;
	struct lc_rotation rotation = {
		.key = { .secret = secret_source() },
		.from = LC_NO_TIME,
		.overlap_s = OVERLAP_S,
	};
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .name = "from", .date = &rotation.from },
		{ .name = "overlap",
		    .call = take_overlap,
		    .arg = &rotation.overlap_s },
		FLAGS_KEY(&rotation.key),
		{ 0 },
	};
	int status = take_flags("key rotate", rotate_usage, flags, argc, argv);

	return status >= 0 ? status : rotate(dir, &rotation);
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

int
key_withdraw_command(int argc, char **argv)
{
	const char *dir, *kid;
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .argument = "a key", .text = &kid, .has_dashes = true },
		{ 0 },
	};
	int status =
	    take_flags("key withdraw", withdraw_usage, flags, argc, argv);

	return status >= 0 ? status : withdraw(dir, kid);
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

struct exporting {
	const char *folder;
	size_t n;
};

static enum lc_err export(const struct lc_authority *authority, void *arg) {
	struct exporting *e = arg;

	return lc_authority_export_keys(
	    authority, e->folder, &e->n, authority->record->detail);
}

int
key_export_command(int argc, char **argv)
{
	const char *dir;
	struct exporting e = { .n = 0 };
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .argument = "a folder", .text = &e.folder },
		{ 0 },
	};
	int status = take_flags("key export", export_usage, flags, argc, argv);

	if (status >= 0)
		return status;
	if ((status = with_authority(dir, export, &e)) == EXIT_DONE)
		printf("%s: %zu key%s\n", e.folder, e.n, e.n == 1 ? "" : "s");
	return status;
}
