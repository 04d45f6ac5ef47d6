/* token.c - licissue token: tokens for programs that use the portal. */
#include "ops/token.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "flags.h"
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

int
token_create_command(int argc, char **argv)
{
	const char *role = NULL, *account = "", *expires = NULL;
	const struct flag flags[] = {
		{ .name = "role", .text = &role },
		{ .name = "account", .text = &account },
		{ .name = "expires", .text = &expires },
	};
	struct lc_token token = { .expires = LC_NO_TIME };
	int status = take_flags("token create", create_usage, flags, 3, 2, 2,
	    "the authority's directory and a name", argc, argv);

	if (status >= 0)
		return status;
	if (role == NULL)
		return misuse("token create", "--role is missing");
	if (!lc_role_from_name(role, &token.role))
		return misuse("token create", "unknown role \"%s\"", role);
	if (expires != NULL && !parse_date(expires, &token.expires))
		return misuse(
		    "token create", "--expires: \"%s\" is not a date", expires);
	if (!copy(token.name, argv[optind + 1]) ||
	    !copy(token.account, account))
		return misuse("token create", "names have at most %d bytes",
		    LC_TOKEN_NAME_MAX);
	return create(argv[optind], &token);
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
	(void)json_array_append_new(arg,
	    json_pack("{s:s, s:s, s:o, s:o, s:b}", "name", token->name, "role",
		lc_role_name(token->role), "account",
		text_or_null(token->account), "expires",
		date_or_null(token->expires), "stopped", token->stopped));
}

static int
list(const char *dir, bool json, bool csv)
{
	static const struct rows_column columns[] = {
		{ "name", "Name" },
		{ "role", "Role" },
		{ "account", "Account" },
		{ "expires", "Expires" },
		{ "stopped", "Stopped" },
	};
	struct lc_authority *authority = open_authority(dir);
	struct lc_detail detail = { "" };
	json_t *rows = json_array();
	enum lc_err err;

	if (authority == NULL) {
		json_decref(rows);
		return EXIT_FAILED;
	}
	err = lc_tokens(authority, row_add, rows, &detail);
	lc_authority_close(authority);
	if (err == LC_OK)
		return print_rows(rows, columns, 5, json, csv);
	json_decref(rows);
	return fail_core(err, &detail);
}

int
token_list_command(int argc, char **argv)
{
	bool json = false, csv = false;
	const struct flag flags[] = {
		{ .name = "json", .truth = &json },
		{ .name = "csv", .truth = &csv },
	};
	int status = take_flags("token list", list_usage, flags, 2, 1, 1,
	    "the authority's directory", argc, argv);

	return status >= 0 ? status : list(argv[optind], json, csv);
}

/* ---- Stopping -------------------------------------------------------- */

static const char stop_usage[] =
    "usage: licissue token stop DIR NAME\n"
    "\n"
    "Lets a token do nothing more.  It stays in the list.\n"
    "\n"
    "  -h, --help\n";

static int
stop(const char *dir, const char *name)
{
	struct lc_authority *authority = open_authority(dir);
	struct lc_detail detail = { "" };
	enum lc_err err;

	if (authority == NULL)
		return EXIT_FAILED;
	err = lc_token_stop(authority, name, &detail);
	lc_authority_close(authority);
	return err == LC_OK ? EXIT_DONE : fail_core(err, &detail);
}

int
token_stop_command(int argc, char **argv)
{
	int status = take_flags("token stop", stop_usage, NULL, 0, 2, 2,
	    "the authority's directory and a name", argc, argv);

	return status >= 0 ? status
			   : stop(argv[optind], argv[optind + 1]);
}
