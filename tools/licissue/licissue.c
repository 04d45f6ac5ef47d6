/* licissue.c - the command line of a license authority; licissue(1). */
#include "licissue.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A name is one word, or a group and a word: "log verify". */
static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} commands[] = {
	{ "init", init_command, "create an authority with a signing key" },
	{ "issue", issue_command, "write a license file, or add to one" },
	{ "inspect", inspect_command,
	    "show and verify licenses, tickets, credentials" },
	{ "permission-ticket", permission_command,
	    "write a ticket: a device gives up licenses" },
	{ "rehost", rehost_command,
	    "turn its answer into licenses for another device" },
	{ "rma list", rma_list_command,
	    "devices that were replaced, and have to be returned" },
	{ "rma returned", rma_returned_command,
	    "record that such a device came back" },
	{ "rma limits", rma_limits_command,
	    "how much may be replaced without approval" },
	{ "rma", rma_command,
	    "licenses of a device that failed, for its replacement" },
	{ "resend", resend_command,
	    "all licenses of a device once more" },
	{ "license import", license_import_command,
	    "take in licenses that another authority issued" },
	{ "evaluation create", evaluation_create_command,
	    "a trial, once for a device and feature" },
	{ "extension create", extension_create_command,
	    "more of an evaluation or subscription" },
	{ "subscription create", subscription_create_command,
	    "a license with an end date" },
	{ "subscription renew", subscription_renew_command,
	    "another one from its end on" },
	{ "right-to-use create", right_to_use_create_command,
	    "a license that is used on trust" },
	{ "capacity add", capacity_add_command,
	    "more of a counted feature" },
	{ "lot create", lot_create_command,
	    "licenses that the factory installs" },
	{ "device list", device_list_command,
	    "devices, their keys and histories" },
	{ "device show", device_show_command,
	    "one device, and its licenses" },
	{ "device key", device_key_command,
	    "record keys of devices, one or from a list" },
	{ "device approve", device_approve_command,
	    "accept a new key, or a state that was put back" },
	{ "sku load", sku_load_command, "put a file of SKUs into the catalog" },
	{ "sku save", sku_save_command, "write the catalog as such a file" },
	{ "sku list", sku_list_command, "list what is sold" },
	{ "sku show", sku_show_command, "show what a unit of a SKU gives" },
	{ "pak create", pak_create_command, "make a PAK for units of SKUs" },
	{ "pak show", pak_show_command, "show what is left, and who has it" },
	{ "pak list", pak_list_command, "list PAKs" },
	{ "pak find", pak_find_command, "find the PAKs of an order" },
	{ "pak stop", pak_stop_command, "let no more of a PAK be redeemed" },
	{ "pak resume", pak_resume_command, "let it be redeemed again" },
	{ "pak redeem", pak_redeem_command,
	    "turn units of a PAK into licenses" },
	{ "contract list", contract_list_command, "list contracts" },
	{ "contract show", contract_show_command,
	    "show what a contract entitles to" },
	{ "contract stop", contract_stop_command,
	    "let nothing more be redeemed" },
	{ "contract resume", contract_resume_command,
	    "let it be redeemed again" },
	{ "contract redeem", contract_redeem_command,
	    "issue licenses without a PAK" },
	{ "request answer", request_answer_command,
	    "answer what a device wrote that cannot call home" },
	{ "token create", token_create_command,
	    "make a token for a program that uses the portal" },
	{ "token list", token_list_command, "list tokens" },
	{ "token stop", token_stop_command, "let a token do nothing more" },
	{ "log verify", log_verify_command,
	    "compare the database with the log of all that was done" },
	{ "log checkpoint", log_checkpoint_command,
	    "write the signed end of the log, to be kept elsewhere" },
	{ "report licenses", report_command, "list licenses that were issued" },
	{ "report expiring", report_command,
	    "list subscriptions that end within some days" },
	{ "report paks", report_command, "list PAKs, and what is left of them" },
	{ "report skus", report_command, "list SKUs, and what was sold of them" },
	{ "report devices", report_command,
	    "list devices that have licenses, or whose key is known" },
	{ "report history", report_command,
	    "list all that was done for a device" },
	{ "key list", key_list_command, "show the keys that sign" },
	{ "key rotate", key_rotate_command, "make a new key that signs" },
	{ "key withdraw", key_withdraw_command,
	    "declare what a stolen key signed invalid" },
	{ "key export", key_export_command,
	    "write the public keys, for devices" },
	{ "trust init", trust_init_command,
	    "create a root key, which signs trust lists" },
	{ "trust next", trust_next_command,
	    "make the next trust list: keys and withdrawals" },
	{ "upgrade", upgrade_command,
	    "bring the database up to date after an update" },
};
#define NCOMMANDS (sizeof commands / sizeof commands[0])

static void say(const char *format, va_list args)
    __attribute__((format(printf, 1, 0)));

static void
say(const char *format, va_list args)
{
	fputs("licissue: ", stderr);
	(void)vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

int
fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	return EXIT_FAILED;
}

int
hint(const char *command)
{
	fprintf(stderr, "Try \"licissue %s%s--help\".\n", command,
	    command[0] == '\0' ? "" : " ");
	return EXIT_USAGE;
}

int
misuse(const char *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	return hint(command);
}

int
fail_core(enum lc_err err, const struct lc_detail *detail)
{
	if (detail->text[0] == '\0')
		return fail("%s", lc_strerror(err));
	return fail("%s", detail->text);
}

int
fail_license(enum lc_err err, const struct lc_detail *detail)
{
	if (err == LC_ELINE || err == LC_ECOUNT || err == LC_EPERIOD)
		return fail("invalid license: %s", detail->text);
	return fail_core(err, detail);
}

static bool
read_all(FILE *file, char *data, size_t max, size_t *len)
{
	if (file == NULL || data == NULL)
		return false;
	*len = fread(data, 1, max + 1, file);
	return !ferror(file);
}

char *
read_file(const char *path, size_t max, size_t *len)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	char *data = malloc(max + 1);
	bool ok = read_all(file, data, max, len);

	if (!ok)
		(void)fail("%s: cannot read: %m", path);
	else if (*len > max)
		(void)fail("%s: more than %zu bytes", path, max);
	if (file != NULL && file != stdin)
		(void)fclose(file); /* it was only read */
	if (ok && *len <= max)
		return data;
	free(data);
	return NULL;
}

static void
usage(FILE *out)
{
	fputs("usage: licissue [--passphrase-fd N] COMMAND ...\n\n"
	      "Issues software licenses that licagent devices install.\n\n",
	    out);
	for (size_t i = 0; i < NCOMMANDS; i++)
		fprintf(out, "  %-22s%s\n", commands[i].name, commands[i].what);
	fputs("\n"
	      "  licissue COMMAND --help   the command's options\n"
	      "  licissue --passphrase-fd N COMMAND ...\n"
	      "  licissue --version\n\n"
	      "The manual is licissue(1).\n",
	    out);
}

/*
 * The command that the arguments begin with, and how many of them it takes.
 * "pak" alone is a group, no command.
 */
static const struct command *
command_find(int argc, char **argv, int *words)
{
	for (size_t i = 0; i < NCOMMANDS; i++) {
		const char *name = commands[i].name;
		size_t len = strlen(argv[0]);

		*words = name[strcspn(name, " ")] == '\0' ? 1 : 2;
		if (*words == 1 && strcmp(name, argv[0]) == 0)
			return &commands[i];
		if (*words == 2 && argc > 1 &&
		    strncmp(name, argv[0], len) == 0 && name[len] == ' ' &&
		    strcmp(name + len + 1, argv[1]) == 0)
			return &commands[i];
	}
	return NULL;
}

/* The commands of a group; false if there is no such group. */
static bool
group_usage(FILE *out, const char *group)
{
	size_t len = strlen(group);
	bool found = false;

	for (size_t i = 0; i < NCOMMANDS; i++) {
		const char *name = commands[i].name;

		if (strncmp(name, group, len) != 0 || name[len] != ' ')
			continue;
		if (!found)
			fprintf(
			    out, "usage: licissue %s COMMAND ...\n\n", group);
		found = true;
		fprintf(out, "  %-22s%s\n", name, commands[i].what);
	}
	if (found)
		fprintf(out, "\n  licissue %s COMMAND --help\n", group);
	return found;
}

static bool
is_help(const char *word)
{
	return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 ||
	       strcmp(word, "-h") == 0;
}

static int
unknown(int argc, char **argv)
{
	char text[256];

	if (argc == 1 && group_usage(stderr, argv[0]))
		return EXIT_USAGE;
	if (argc > 1 && is_help(argv[1]) && group_usage(stdout, argv[0]))
		return EXIT_DONE;
	for (size_t i = 0; argc > 1 && i < NCOMMANDS; i++) {
		size_t len = strlen(argv[0]);

		if (strncmp(commands[i].name, argv[0], len) != 0 ||
		    commands[i].name[len] != ' ')
			continue;
		(void)snprintf(text, sizeof text, "%s %s", argv[0], argv[1]);
		return misuse("", "unknown command \"%s\"", text);
	}
	return misuse("", "unknown command \"%s\"", argv[0]);
}

const char *
command_name(size_t i)
{
	return i < NCOMMANDS ? commands[i].name : NULL;
}

int
command_words(int argc, char **argv)
{
	int words;

	return command_find(argc, argv, &words) != NULL ? words : 0;
}

int
command_run(int argc, char **argv)
{
	static char program[] = "licissue"; /* as getopt names it */
	const struct command *command;
	int words;

	if ((command = command_find(argc, argv, &words)) == NULL)
		return unknown(argc, argv);
	argc -= words - 1;
	argv += words - 1;
	if (command->run == report_command)
		return report_command(argc, argv);
	argv[0] = program;
	return command->run(argc, argv);
}

/* "licissue help" and "licissue help COMMAND". */
static int
help(int argc, char **argv)
{
	static char option[] = "--help";
	char *args[] = { NULL, NULL, NULL, NULL };

	if (argc == 0) {
		usage(stdout);
		return EXIT_DONE;
	}
	args[0] = argv[0];
	args[argc > 1 ? 2 : 1] = option;
	if (argc > 1)
		args[1] = argv[1];
	return command_run(argc > 1 ? 3 : 2, args);
}

/* Takes the options before the command; false: with a message. */
static bool
take_options(int *argc, char ***argv)
{
	while (*argc > 2 && strcmp((*argv)[1], "--passphrase-fd") == 0) {
		if (!secret_from((*argv)[2])) {
			(void)misuse("",
			    "--passphrase-fd: \"%s\" is not the number of an "
			    "open descriptor",
			    (*argv)[2]);
			return false;
		}
		*argc -= 2;
		*argv += 2;
	}
	return true;
}

int
main(int argc, char **argv)
{
	if (!take_options(&argc, &argv))
		return EXIT_USAGE;
	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (is_help(argv[1]))
		return help(argc - 2, argv + 2);
	if (strcmp(argv[1], "--complete") == 0)
		return complete_words(argc - 2, argv + 2);
	if (strcmp(argv[1], "--version") == 0) {
		printf("licissue %s\n", lc_version());
		return EXIT_DONE;
	}
	return command_run(argc - 1, argv + 1);
}
