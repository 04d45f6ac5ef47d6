/*
 * files.h - local files, named as on the device: "flash:dir/name.lic".
 *
 * A configured prefix stands for a directory.  Nothing outside it can be
 * reached: not by "..", not by a link, not by an absolute name.
 */
#ifndef AGENT_FILES_H
#define AGENT_FILES_H

#include <stddef.h>
#include <stdint.h>

#define FILES_MAX_SIZE (8 * 1024 * 1024) /* bytes */

struct files_prefix {
	const char *prefix;    /* "flash:" */
	const char *directory; /* absolute */
};

struct files {
	const struct files_prefix *prefixes;
	size_t n;
};

enum files_result {
	FILES_READ,
	FILES_UNREADABLE, /* no such file, not one of ours, or no file */
	FILES_TOO_LARGE,
};

/*
 * Reads a regular file of at most FILES_MAX_SIZE bytes, without ever waiting
 * for one that is no file.  The caller frees *data.  Unless it was read, `why`
 * is one sentence.
 */
enum files_result files_read(const struct files *, const char *name,
    uint8_t **data, size_t *len, char *why, size_t why_size);

#endif
