/* token.c - licissue token: tokens for programs that use the portal. */
#include "ops/token.h"

#include <stdlib.h>
#include <string.h>

#include "flags.h"
#include "record/authority.h"
#include "record/record.h"
#include "rows.h"

/* ---- Creating -------------------------------------------------------- */

static const char create_usage[] =
    "usage: licissue token create DIR NAME --role ROLE [--account ACCOUNT]\n"
    "           [--expires DATE]\n"
    "\n"
    "Makes a token for a program that uses the portal, and prints it.  It is\n"
    "not shown again: the database has only its digest.\n"
    "\n"
    "  --role ROLE          of an account: viewer, member, account-admin; of\n"
    "                       the staff: catalog, pak-desk, support, factory,\n"
    "                       auditor, admin\n"
    "  --account ACCOUNT    the account that it belongs to\n"
    "  --expires DATE       until when it counts (default: no end)\n"
    "  -h, --help\n";

static int
create(const char *dir, const struct lc_token *token)
{
	struct lc_authority *authority = open_authority(dir);
	char text[LC_TOKEN_LEN + 1];
	struct lc_detail detail = { "" };
	enum lc_err err;

	if (authority == NULL)
		return EXIT_FAILED;
	err = lc_token_create(authority, token, text, &detail);
	lc_authority_close(authority);
	if (err != LC_OK)
		return fail_core(err, &detail);
	printf("%s\n", text);
	return EXIT_DONE;
}

/* False: too long. */
static bool
copy(char to[LC_TOKEN_NAME_MAX + 1], const char *text)
{
	if (strlen(text) > LC_TOKEN_NAME_MAX)
		return false;
	strcpy(to, text);
	return true;
}

static const char *
take_role(void *arg, const char *value)
{
	return lc_role_from_name(value, arg) ? NULL : "a role";
}

int
token_create_command(int argc, char **argv)
{
	const char *dir, *name, *account = "";
	struct lc_token token = { .expires = LC_NO_TIME };
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .argument = "a name", .text = &name },
		{ .name = "role",
		    .call = take_role,
		    .arg = &token.role,
		    .is_needed = true },
		{ .name = "account", .text = &account, .may_be_empty = true },
		{ .name = "expires", .date = &token.expires },
		{ 0 },
	};
	int status =
	    take_flags("token create", create_usage, flags, argc, argv);

	if (status >= 0)
		return status;
	if (!copy(token.name, name) || !copy(token.account, account))
		return misuse("token create", "names have at most %d bytes",
		    LC_TOKEN_NAME_MAX);
	return create(dir, &token);
}

/* ---- Listing --------------------------------------------------------- */

static const char list_usage[] =
    "usage: licissue token list DIR [--json | --csv]\n"
    "\n"
    "Lists the tokens.\n"
    "\n"
    "  --json               as a JSON array\n"
    "  --csv                as CSV\n"
    "  -h, --help\n";

static void
row_add(void *arg, const struct lc_token *token)
{
	(void)json_array_append_new(
	    arg, json_pack("{s:s, s:s, s:o, s:o, s:b}", "name", token->name,
		     "role", lc_role_name(token->role), "account",
		     text_or_null(token->account), "expires",
		     date_or_null(token->expires), "stopped", token->stopped));
}

static enum lc_err
list_read(const struct lc_authority *authority, void *rows)
{
	return lc_tokens(authority, row_add, rows, authority->record->detail);
}

int
token_list_command(int argc, char **argv)
{
	static const struct rows_column columns[] = {
		{ "name", "Name" },
		{ "role", "Role" },
		{ "account", "Account" },
		{ "expires", "Expires" },
		{ "stopped", "Stopped" },
	};
	struct rows_list list = { NULL, false, false };
	const struct flag flags[] = { FLAG_DIR(&list.dir), FLAGS_ROWS(&list),
		{ 0 } };
	int status = take_flags("token list", list_usage, flags, argc, argv);

	return status >= 0 ? status : print_list(&list, list_read, columns, 5);
}

/* ---- Stopping -------------------------------------------------------- */

static const char stop_usage[] =
    "usage: licissue token stop DIR NAME\n"
    "\n"
    "Lets a token do nothing more.  It stays in the list.\n"
    "\n"
    "  -h, --help\n";

static enum lc_err
stop(const struct lc_authority *authority, void *arg)
{
	const char *const *name = arg;

	return lc_token_stop(authority, *name, authority->record->detail);
}

int
token_stop_command(int argc, char **argv)
{
	const char *dir, *name;
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .argument = "a name", .text = &name },
		{ 0 },
	};
	int status = take_flags("token stop", stop_usage, flags, argc, argv);

	return status >= 0 ? status : with_authority(dir, stop, &name);
}
