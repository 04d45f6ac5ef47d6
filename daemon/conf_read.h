/*
 * conf_read.h - groups of a configuration file, read by tables of their keys.
 */
#ifndef DAEMON_CONF_READ_H
#define DAEMON_CONF_READ_H

#include <libconfig.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONF_ERROR_MAX 512

enum key_kind {
	KEY_TEXT,
	KEY_NUMBER,
	KEY_TRUTH,
	KEY_CHOICE,
	KEY_LIST,
	KEY_GROUP
};

struct choice {
	const char *name;
	int value;
};

struct section;

struct key {
	const char *name;
	enum key_kind kind;
	size_t at; /* in the section's struct */
	bool required;
	uint32_t min, max; /* of a number; of a text's length in bytes */
	uint32_t fallback; /* of a number that is not there */
	bool (*check)(const char *);  /* of a text */
	const char *allowed;          /* by check, in words */
	const struct choice *choices; /* up to a NULL name */
	const struct section *of; /* what a group, or those of a list, hold */
};

struct section {
	const struct key *keys;
	size_t nkeys;
	size_t size; /* of its struct, which begins with a struct where */
};

/* Where a group stands, for errors that are found later. */
struct where {
	const char *file;
	unsigned line;
};

struct list {
	void *items;
	size_t n;
};

struct reader {
	const char *path;
	char *error; /* CONF_ERROR_MAX bytes for what is wrong in it */
	/* May a text of the file hold these bytes? */
	bool (*is_text)(const char *text, size_t len);
};

/* Both say where and what is wrong, and return false. */
bool conf_wrong_at(const struct reader *, const struct where *,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
bool conf_wrong(const struct reader *, const config_setting_t *,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Parses the whole file, into a config that config_init has made. */
bool conf_read_file(const struct reader *, config_t *);
/* Into an item of zeros.  False: what was read is to be freed all the same. */
bool conf_read_group(const struct reader *, const config_setting_t *,
    const struct section *, void *item);
void conf_free_group(const struct section *, void *item);

#endif
