/*
 * files.h - local files, named as on the device: "flash:dir/name.lic".
 *
 * A configured prefix stands for a directory.  Nothing outside it can be
 * reached: not by "..", not by a link, not by an absolute name.
 */
#ifndef AGENT_FILES_H
#define AGENT_FILES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILES_MAX_SIZE (16 * 1024 * 1024) /* bytes */

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
	FILES_MORE,       /* there may be more of it */
	FILES_UNREADABLE, /* no such file, not one of ours, or no file */
	FILES_TOO_LARGE,
};

/* A file that is being read. */
struct file_source {
	bool open;
	int fd;
	uint8_t *data;
	size_t size, len; /* len of it were read */
};

/*
 * Opens a regular file of at most FILES_MAX_SIZE bytes, without ever waiting
 * for one that is no file: FILES_MORE.  Else `why` is one sentence.
 */
enum files_result file_open(struct file_source *, const struct files *,
    const char *name, char *why, size_t why_size);
/*
 * Reads the next piece, a quarter of a megabyte at most.  After FILES_READ the
 * data are the caller's to take, and to free; after everything but FILES_MORE
 * the file is closed.
 */
enum files_result file_read_on(
    struct file_source *, char *why, size_t why_size);
/* Gives up what was read of it.  One that is not open is fine. */
void file_close(struct file_source *);

/*
 * All of it at once.  The caller frees *data.  Unless it was read, `why` is one
 * sentence.
 */
enum files_result files_read(const struct files *, const char *name,
    uint8_t **data, size_t *len, char *why, size_t why_size);

bool file_exists(const struct files *, const char *name);

/*
 * What a name that begins like this could become: prefixes, or below one files
 * and, with a '/' behind, folders; in no order.  Of a folder at most
 * FILES_LIST_MAX entries are looked at.  `each` returns false to end it.
 */
#define FILES_LIST_MAX 10000
void files_list(const struct files *, const char *begin,
    bool (*each)(void *arg, const char *name), void *arg);

/* A file that is being written: as yet beside the one it is to be. */
struct file_target {
	bool open;
	int directory;
	int fd;
	char name[NAME_MAX + 1];
	char temporary[NAME_MAX + 1];
};

/*
 * Makes sure that the file can be written, with `reserve` bytes; what is there
 * under its name stays.  False: `why` is one sentence.
 */
bool file_create(struct file_target *, const struct files *, const char *name,
    size_t reserve, char *why, size_t why_size);
/*
 * Gives it its content and its name, at once and durably: a crash leaves what
 * was there or all of this.  The target is closed, also on failure.
 */
bool file_finish(struct file_target *, const void *data, size_t len, char *why,
    size_t why_size);
/* Nothing stays of it.  One that is not open is fine. */
void file_abandon(struct file_target *);

/*
 * Removes what daemons that were killed have left of files they were writing,
 * anywhere below the directories.
 */
void files_clean(const struct files *);

#endif
