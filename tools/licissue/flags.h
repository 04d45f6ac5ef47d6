/* flags.h - what a command takes, its options and arguments, as a table. */
#ifndef LICISSUE_FLAGS_H
#define LICISSUE_FLAGS_H

#include "licissue.h"

/*
 * An option, or an argument.  Its value goes to one of the pointers.  A table
 * ends with { 0 }.
 */
struct flag {
	const char *name; /* without the dashes; NULL: an argument */
	char letter;      /* -o for --output; 0: there is none */

	const char *argument; /* what it is, "a PAK" */
	bool is_optional;     /* the argument */
	bool has_dashes;      /* it may begin with -; options stand before */

	bool *truth;       /* the option has no value */
	const char **text; /* not "", */
	bool may_be_empty; /* unless that is so */
	const char **list; /* of at most so many texts, and how many: for an
			      option each time that it is given, for an
			      argument all that are left */
	size_t *n;
	uint32_t *number; /* from least to most */
	uint32_t least, most;
	uint32_t *period_s;
	int64_t *date;
	enum lc_type *type;
	/* NULL: it was taken; else what the value is not: "a role". */
	const char *(*call)(void *arg, const char *value);
	void *arg;

	/* Of those of a group, at most one is given; at least one of a group,
	   or this one without a group, if it is needed. */
	char group;
	bool is_needed;
};

#define FLAG_DIR(to)                                                  \
	{                                                             \
		.argument = "the authority's directory", .text = (to) \
	}
#define FLAG_OUTPUT(to)                                        \
	{                                                      \
		.name = "output", .letter = 'o', .text = (to), \
		.is_needed = true                              \
	}
#define FLAG_FORCE(to)                         \
	{                                      \
		.name = "force", .truth = (to) \
	}
#define FLAG_REASON(to)                                             \
	{                                                           \
		.name = "reason", .call = take_reason, .arg = (to), \
		.is_needed = true                                   \
	}
/* -j: for the commands that have it. */
#define FLAG_JSON(to)                                        \
	{                                                    \
		.name = "json", .letter = 'j', .truth = (to) \
	}
/* The device that it is about. */
#define FLAG_UDI(to)                                           \
	{                                                      \
		.name = "udi", .text = (to), .is_needed = true \
	}
/* Who approved something, and why. */
#define FLAGS_APPROVAL(who, why)                                     \
	{ .name = "approved-by", .text = (who), .is_needed = true }, \
	{                                                            \
		.name = "reason", .text = (why), .is_needed = true   \
	}
/* How a private key is made and kept: a struct lc_key_options. */
#define FLAGS_KEY(key)                                             \
	{ .name = "es256", .truth = &(key)->es256 },               \
	    { .name = "passphrase", .truth = &(key)->passphrase }, \
	{                                                          \
		.name = "pkcs11", .text = &(key)->token            \
	}

#define FLAGS_HELP (-2)

/*
 * Reads options and arguments; -h and --help print the usage.  -1: go on; else
 * an exit status, with a message unless it is EXIT_DONE.  usage NULL: for help
 * FLAGS_HELP is returned instead.
 */
int take_flags(const char *command, const char *usage, const struct flag *,
    int argc, char **argv);

/* A call for .arg, a const char **: a text of 1 to 255 bytes that says why. */
const char *take_reason(void *arg, const char *value);
/* "a number from 1 to 10", until the next call. */
const char *number_words(uint32_t least, uint32_t most);

#endif
