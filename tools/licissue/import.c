/* import.c - licissue license import: licenses of another authority. */
#include "flags.h"

#include <stdlib.h>

#include "ops/import.h"
#include "record/authority.h"

static const char usage[] =
    "usage: licissue license import DIR --keys KEYS FILE\n"
    "\n"
    "Takes in the licenses of a license file or backup that another authority\n"
    "issued, so that they can be moved: all of them, or none.  The tickets "
    "that\n"
    "move them are signed by the authority in DIR, which their devices have "
    "to\n"
    "trust.\n"
    "\n"
    "  --keys KEYS          the directory with the other authority's public "
    "keys\n"
    "                       (*.jwk)\n"
    "  -h, --help\n";

struct importing {
	const char *data, *keys;
	size_t len;
	struct lc_imported result;
};

static enum lc_err
import_run(const struct lc_authority *authority, void *arg)
{
	struct importing *i = arg;

	return lc_import(authority, i->data, i->len, i->keys, &i->result);
}

static int
import(const struct lc_authority *authority, const char *keys, const char *path)
{
	struct importing i = { .keys = keys };
	struct lc_detail detail = { "" };
	char *data = read_file(path, FILE_MAX, &i.len);
	enum lc_err err;

	if (data == NULL)
		return EXIT_FAILED;
	i.data = data;
	err = lc_authority_run(authority, import_run, &i, &detail);
	free(data);
	if (err != LC_OK)
		return fail("%s: %s; nothing is taken in", path,
		    detail.text[0] != '\0' ? detail.text : lc_strerror(err));
	printf("%s: took in %zu license%s", path, i.result.taken,
	    i.result.taken == 1 ? "" : "s");
	if (i.result.known > 0)
		printf("; %zu %s here already", i.result.known,
		    i.result.known == 1 ? "was" : "were");
	putchar('\n');
	return EXIT_DONE;
}

int
license_import_command(int argc, char **argv)
{
	const char *dir, *keys, *path;
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .argument = "the license file", .text = &path },
		{ .name = "keys", .text = &keys, .is_needed = true },
		{ 0 },
	};
	int status = take_flags("license import", usage, flags, argc, argv);
	struct lc_authority *authority;

	if (status >= 0)
		return status;
	if ((authority = open_authority(dir)) == NULL)
		return EXIT_FAILED;
	status = import(authority, keys, path);
	lc_authority_close(authority);
	return status;
}
