/*
 * files.c - local files, named as on the device.
 *
 * Opened O_NONBLOCK: a FIFO without a writer does not hold us up before we see
 * that it is none of ours.
 */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "log.h"

#define TEMPORARY ".licagent-"
#define LOOK_MAX 100000 /* entries that a start looks at */
#define PIECE (size_t)(256 * 1024)

static const char too_large[] = "larger than 16 MiB";

/* What follows the prefix, which is found too; NULL: none begins the name. */
static const char *
find_file(const struct files *files, const char *name,
    const struct files_prefix **prefix)
{
	for (size_t i = 0; i < files->n; i++) {
		size_t len = strlen(files->prefixes[i].prefix);

		if (strncmp(name, files->prefixes[i].prefix, len) != 0)
			continue;
		*prefix = &files->prefixes[i];
		/* "flash:/name" is usual, too */
		return name + len + (name[len] == '/');
	}
	return NULL;
}

/* Names the prefixes that there are. */
static void
explain_prefixes(const struct files *files, char *why, size_t why_size)
{
	size_t used = (size_t)snprintf(
	    why, why_size, "unknown prefix; file names begin with");

	for (size_t i = 0; i < files->n && used < why_size; i++)
		used += (size_t)snprintf(why + used, why_size - used, "%s %s",
		    i != 0 ? "," : "", files->prefixes[i].prefix);
	if (files->n == 0)
		snprintf(why, why_size, "no file prefix is configured");
}

/* NULL: it can be read; else what is wrong. */
static const char *
open_regular(struct file_source *source)
{
	struct stat st;

	if (fstat(source->fd, &st) < 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "not a regular file";
	if (st.st_size > FILES_MAX_SIZE)
		return too_large;
	/* One byte too many: then it has grown. */
	source->size = (size_t)st.st_size + 1;
	if ((source->data = malloc(source->size)) == NULL)
		return strerror(errno);
	return NULL;
}

static const char *
open_error(int error)
{
	if (error == EXDEV)
		return "outside the directory of the prefix";
	if (error == ENOTSUP)
		return "a link or \"..\" in a file name needs Linux 5.6";
	return strerror(error);
}

void
file_close(struct file_source *source)
{
	if (!source->open)
		return;
	close(source->fd);
	free(source->data);
	*source = (struct file_source){ .open = false };
}

enum files_result
file_open(struct file_source *source, const struct files *files,
    const char *name, char *why, size_t why_size)
{
	const struct files_prefix *prefix;
	const char *wrong, *rest;

	if ((rest = find_file(files, name, &prefix)) == NULL) {
		explain_prefixes(files, why, why_size);
		return FILES_UNREADABLE;
	}
	*source = (struct file_source){ .open = true };
	source->fd = beneath_open(
	    prefix->directory, rest, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (source->fd < 0) {
		source->open = false;
		snprintf(why, why_size, "%s", open_error(errno));
		return FILES_UNREADABLE;
	}
	if ((wrong = open_regular(source)) == NULL)
		return FILES_MORE;
	file_close(source);
	snprintf(why, why_size, "%s", wrong);
	return wrong == too_large ? FILES_TOO_LARGE : FILES_UNREADABLE;
}

enum files_result
file_read_on(struct file_source *source, char *why, size_t why_size)
{
	size_t left = source->size - source->len;
	ssize_t n = read(source->fd, source->data + source->len,
	    left < PIECE ? left : PIECE);

	if (n < 0 && errno == EINTR)
		return FILES_MORE;
	if (n > 0 && (source->len += (size_t)n) < source->size)
		return FILES_MORE;
	if (n != 0) {
		snprintf(why, why_size, "%s",
		    n < 0 ? strerror(errno) : "file is being written");
		file_close(source);
		return FILES_UNREADABLE;
	}
	close(source->fd);
	source->open = false;
	return FILES_READ;
}

enum files_result
files_read(const struct files *files, const char *name, uint8_t **data,
    size_t *len, char *why, size_t why_size)
{
	struct file_source source;
	enum files_result result =
	    file_open(&source, files, name, why, why_size);

	while (result == FILES_MORE)
		result = file_read_on(&source, why, why_size);
	if (result != FILES_READ)
		return result;
	*data = source.data;
	*len = source.len;
	return result;
}

/* ---- Writing ---- */

/* Splits "dir/name"; false: there is no name. */
static bool
split(const char *path, char folder[PATH_MAX], char name[NAME_MAX + 1])
{
	const char *slash = strrchr(path, '/');
	const char *last = slash != NULL ? slash + 1 : path;
	int len = slash != NULL ? (int)(slash - path) : 1;

	snprintf(folder, PATH_MAX, "%.*s", len, slash != NULL ? path : ".");
	return last[0] != '\0' && strcmp(last, ".") != 0 &&
	       strcmp(last, "..") != 0 &&
	       snprintf(name, NAME_MAX + 1, "%s", last) <= NAME_MAX;
}

/*
 * Room for the name, so that it fits whatever the file is called.  It is
 * locked for as long as somebody writes it, which files_clean respects.
 */
static bool
open_temporary(struct file_target *target)
{
	uint64_t number;

	if (getrandom(&number, sizeof number, 0) != sizeof number)
		return false;
	snprintf(target->temporary, sizeof target->temporary,
	    TEMPORARY "%016llx", (unsigned long long)number);
	target->fd = openat(target->directory, target->temporary,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (target->fd < 0)
		return false;
	(void)flock(target->fd, LOCK_EX | LOCK_NB); /* ours alone */
	return true;
}

/* What has the name already may be replaced if it is a file. */
static bool
replaceable(const struct file_target *target)
{
	struct stat st;

	return fstatat(target->directory, target->name, &st,
		   AT_SYMLINK_NOFOLLOW) < 0 ||
	       S_ISREG(st.st_mode);
}

/* NULL: it can be written; else what is wrong. */
static const char *
create(struct file_target *target, const char *directory, const char *path,
    size_t reserve)
{
	char folder[PATH_MAX];
	int error;

	if (!split(path, folder, target->name))
		return "invalid file name";
	target->directory =
	    beneath_open(directory, folder, O_RDONLY | O_DIRECTORY);
	if (target->directory < 0)
		return open_error(errno);
	target->open = true;
	if (!replaceable(target))
		return "not a regular file";
	if (!open_temporary(target))
		return strerror(errno);
	/* A full disk is found before anything depends on it. */
	error =
	    reserve > 0 ? posix_fallocate(target->fd, 0, (off_t)reserve) : 0;
	return error != 0 ? strerror(error) : NULL;
}

bool
file_exists(const struct files *files, const char *name)
{
	const struct files_prefix *prefix;
	const char *path = find_file(files, name, &prefix);
	int fd = -1;

	if (path != NULL)
		fd = beneath_open(prefix->directory, path, O_PATH | O_NOFOLLOW);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

bool
file_create(struct file_target *target, const struct files *files,
    const char *name, size_t reserve, char *why, size_t why_size)
{
	const struct files_prefix *prefix;
	const char *path = find_file(files, name, &prefix), *wrong;

	*target = (struct file_target){ .directory = -1, .fd = -1 };
	if (path == NULL) {
		explain_prefixes(files, why, why_size);
		return false;
	}
	wrong = create(target, prefix->directory, path, reserve);
	if (wrong == NULL)
		return true;
	snprintf(why, why_size, "%s", wrong);
	file_abandon(target);
	return false;
}

static bool
write_all(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

bool
file_finish(struct file_target *target, const void *data, size_t len, char *why,
    size_t why_size)
{
	bool good = write_all(target->fd, data, len) &&
		    ftruncate(target->fd, (off_t)len) == 0 &&
		    /* Whoever may read the folder may read what is exported
		     * to it. */
		    fchmod(target->fd, 0644) == 0 && fsync(target->fd) == 0 &&
		    renameat(target->directory, target->temporary,
			target->directory, target->name) == 0;

	/* Without this the name may be lost with the power. */
	if (good) {
		target->temporary[0] = '\0';
		good = fsync(target->directory) == 0;
	}
	if (!good)
		snprintf(why, why_size, "%s", strerror(errno));
	file_abandon(target);
	return good;
}

void
file_abandon(struct file_target *target)
{
	if (!target->open)
		return;
	if (target->fd >= 0) {
		close(target->fd);
		if (target->temporary[0] != '\0')
			(void)unlinkat(target->directory, target->temporary,
			    0); /* it is not in anybody's way */
	}
	close(target->directory);
	target->open = false;
}

/* ---- Listing ---- */

/* A file, a folder or a link of this folder, with its name as it is typed. */
static bool
entry_name(int folder, const char *entry, const char *head, int len,
    char name[PATH_MAX])
{
	struct stat st;
	int n;

	if (fstatat(folder, entry, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode) &&
		!S_ISLNK(st.st_mode)))
		return false;
	n = snprintf(name, PATH_MAX, "%.*s%s%s", len, head, entry,
	    S_ISDIR(st.st_mode) ? "/" : "");
	return n < PATH_MAX;
}

/* `last` begins the last part of what was typed. */
static void
list_folder(DIR *folder, const char *begin, const char *last,
    bool (*each)(void *arg, const char *name), void *arg)
{
	char name[PATH_MAX];
	const struct dirent *entry;

	for (int n = 0; n < FILES_LIST_MAX && (entry = readdir(folder)) != NULL;
	     n++) {
		/* Hidden ones, our temporary files too, have to be asked for.
		 */
		if (strncmp(entry->d_name, last, strlen(last)) != 0 ||
		    (entry->d_name[0] == '.' && last[0] == '\0') ||
		    strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (entry_name(dirfd(folder), entry->d_name, begin,
			(int)(last - begin), name) &&
		    !each(arg, name))
			break;
	}
}

static void
list_prefixes(const struct files *files, const char *begin,
    bool (*each)(void *arg, const char *name), void *arg)
{
	for (size_t i = 0; i < files->n; i++)
		if (strncmp(files->prefixes[i].prefix, begin, strlen(begin)) ==
			0 &&
		    !each(arg, files->prefixes[i].prefix))
			break;
}

void
files_list(const struct files *files, const char *begin,
    bool (*each)(void *arg, const char *name), void *arg)
{
	const struct files_prefix *prefix;
	const char *rest = find_file(files, begin, &prefix), *slash;
	char path[PATH_MAX];
	DIR *folder;
	int fd;

	if (rest == NULL) {
		list_prefixes(files, begin, each, arg);
		return;
	}
	slash = strrchr(rest, '/');
	snprintf(path, sizeof path, "%.*s",
	    slash != NULL ? (int)(slash - rest) : 1,
	    slash != NULL ? rest : ".");
	fd = beneath_open(prefix->directory, path, O_RDONLY | O_DIRECTORY);
	folder = fd >= 0 ? fdopendir(fd) : NULL;
	if (folder != NULL) {
		list_folder(
		    folder, begin, slash != NULL ? slash + 1 : rest, each, arg);
		closedir(folder);
	} else if (fd >= 0)
		close(fd);
}

/* ---- What was left ---- */

static bool
is_temporary(const char *name)
{
	size_t len = sizeof TEMPORARY - 1;

	return strncmp(name, TEMPORARY, len) == 0 &&
	       strspn(name + len, "0123456789abcdef") == 16 &&
	       name[len + 16] == '\0';
}

/* Not one that another daemon is writing. */
static void
remove_left(const char *path)
{
	int fd = open(
	    path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) {
		if (unlink(path) == 0)
			log_info("job",
			    "%s: left by a daemon that was killed; "
			    "removed",
			    path);
	}
	close(fd);
}

static void
clean_below(const char *directory)
{
	char *root = strdup(directory), *roots[] = { root, NULL };
	FTS *fts =
	    root == NULL
		? NULL
		: fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	const FTSENT *entry;

	for (long n = 0;
	     fts != NULL && n < LOOK_MAX && (entry = fts_read(fts)) != NULL;
	     n++)
		if (entry->fts_info == FTS_F && is_temporary(entry->fts_name))
			remove_left(entry->fts_path);
	if (fts != NULL)
		fts_close(fts);
	free(root);
}

void
files_clean(const struct files *files)
{
	for (size_t i = 0; i < files->n; i++)
		clean_below(files->prefixes[i].directory);
}
