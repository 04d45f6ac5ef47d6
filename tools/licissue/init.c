/* init.c - licissue init and upgrade: create an authority, or update it. */
#include "flags.h"

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
	const char *dir;
	struct lc_authority_options options = {
		.key = { .secret = secret_source() },
		.valid_from = LC_NO_TIME,
		.valid_until = LC_NO_TIME,
	};
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .name = "name", .text = &options.name },
		FLAGS_KEY(&options.key),
		{ .name = "valid-from", .date = &options.valid_from },
		{ .name = "valid-until", .date = &options.valid_until },
		{ .name = "database", .text = &options.database },
		{ 0 },
	};
	int status = take_flags("init", init_usage, flags, argc, argv);

	return status >= 0 ? status : create_authority(dir, &options);
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
	const char *dir;
	const struct flag flags[] = { FLAG_DIR(&dir), { 0 } };
	int status = take_flags("upgrade", upgrade_usage, flags, argc, argv);

	return status >= 0 ? status : upgrade(dir);
}
