/* disk_calls.c - see disk_calls.h. */
#include "disk_calls.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sqlite3.h>

#include "check.h"

static unsigned left;	/* calls until the end; 0: never */
static enum disk_end how;
static bool ended;

/* SQLite's own calls, and ours in front of them. */
static sqlite3_vfs *system_vfs;
static sqlite3_vfs vfs;

/* Databases have one set of methods, journals another. */
static struct set {
	sqlite3_io_methods ours;
	const sqlite3_io_methods *systems;
} sets[4];
#define NSETS (sizeof sets / sizeof sets[0])

/* ---- What is lost with the power ------------------------------------- */

/* A file as it was before a change that is not synced; newest first. */
struct change {
	struct change *next;
	char *path;
	bool made;		/* it did not exist */
	bool deleted;		/* and it may be there again */
	off_t size;
	off_t at;
	size_t len;		/* of what stood there */
	char old[];
};
static struct change *changes;

/* Files that are open: which is which. */
#define MAX_OPEN 32
static struct {
	const sqlite3_file *file;
	char path[512];
} opened[MAX_OPEN];

static const char *
path_of(const sqlite3_file *file)
{
	for (size_t i = 0; i < MAX_OPEN; i++) {
		if (opened[i].file == file)
			return opened[i].path;
	}
	return NULL;
}

static struct change *
remember(const char *path, size_t room)
{
	struct change *c = calloc(1, sizeof *c + room);

	REQUIRE(c != NULL && (c->path = strdup(path)) != NULL);
	c->next = changes;
	changes = c;
	return c;
}

/* Before the bytes from `at` on are changed. */
static void
remember_path(const char *path, off_t at, size_t len)
{
	struct change *c;
	int fd;

	if (how != DISK_FORGETS || path == NULL)
		return;
	fd = open(path, O_RDONLY);
	REQUIRE(fd >= 0);
	c = remember(path, len);
	c->size = lseek(fd, 0, SEEK_END);
	c->at = at;
	if (c->size > at)
		c->len = (size_t)(c->size - at) < len ?
		    (size_t)(c->size - at) : len;
	REQUIRE(pread(fd, c->old, c->len, at) == (ssize_t)c->len);
	(void)close(fd);
}

static void
remember_bytes(const sqlite3_file *file, off_t at, size_t len)
{
	remember_path(path_of(file), at, len);
}

/* A file goes, and its folder is not synced. */
static void
remember_file(const char *path)
{
	struct change *c;
	size_t len;
	char *data;

	if (how != DISK_FORGETS)
		return;
	data = check_read(path, &len);
	c = remember(path, len);
	c->deleted = true;
	c->size = (off_t)len;
	c->len = len;
	memcpy(c->old, data, len);
	free(data);
}

/* What was done to the file, and what becomes of it, lasts. */
static void
forget(const char *path)
{
	struct change **link = &changes;

	while (path != NULL && *link != NULL) {
		struct change *c = *link;

		if (strcmp(c->path, path) != 0) {
			link = &c->next;
			continue;
		}
		*link = c->next;
		free(c->path);
		free(c);
	}
}

/* The path behind a descriptor. */
static const char *
path_of_fd(int fd)
{
	static char path[512];
	char link[40];
	ssize_t len;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof path - 1);
	REQUIRE(len > 0);
	path[len] = '\0';
	return path;
}

void
disk_remember(int fd, off_t at, size_t len)
{
	if (how == DISK_FORGETS)
		remember_path(path_of_fd(fd), at, len);
}

void
disk_synced(int fd)
{
	forget(path_of_fd(fd));
}

static void
undo(const struct change *c)
{
	int fd;

	if (c->made) {
		(void)unlink(c->path);
		return;
	}
	fd = open(c->path, O_WRONLY | (c->deleted ? O_CREAT : 0), 0600);
	if (fd < 0)
		return;		/* it was deleted, and its folder synced */
	if (pwrite(fd, c->old, c->len, c->at) != (ssize_t)c->len ||
	    ftruncate(fd, c->size) != 0)
		_exit(1);
	(void)close(fd);
}

void
disk_power_off(int status)
{
	for (const struct change *c = changes; c != NULL; c = c->next)
		undo(c);
	_exit(status);
}

/* ---- Calls ----------------------------------------------------------- */

static bool
is_due(bool reads)
{
	if (left == 0 || reads != (how == DISK_UNREADABLE) || --left > 0)
		return false;
	ended = true;
	if (how == DISK_DIES || how == DISK_FORGETS)
		disk_power_off(DISK_DEAD);
	return true;
}

bool
disk_call_fails(void)
{
	return is_due(false);
}

static const sqlite3_io_methods *
systems(const sqlite3_file *file)
{
	size_t i = 0;

	while (i < NSETS - 1 && file->pMethods != &sets[i].ours)
		i++;
	return sets[i].systems;
}

static int
disk_read(sqlite3_file *file, void *data, int len, sqlite3_int64 at)
{
	return is_due(true) ? SQLITE_IOERR_READ :
	    systems(file)->xRead(file, data, len, at);
}

static int
disk_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
	if (is_due(false))
		return SQLITE_IOERR_WRITE;
	remember_bytes(file, (off_t)at, (size_t)len);
	return systems(file)->xWrite(file, data, len, at);
}

static int
disk_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	sqlite3_int64 was = 0;

	if (is_due(false))
		return SQLITE_IOERR_TRUNCATE;
	if (systems(file)->xFileSize(file, &was) == SQLITE_OK && was > size)
		remember_bytes(file, (off_t)size, (size_t)(was - size));
	return systems(file)->xTruncate(file, size);
}

static int
disk_sync(sqlite3_file *file, int flags)
{
	(void)flags;
	if (is_due(false))
		return SQLITE_IOERR_FSYNC;
	forget(path_of(file));
	return SQLITE_OK;
}

static int
disk_delete(sqlite3_vfs *v, const char *name, int sync_dir)
{
	(void)v;
	if (is_due(false))
		return SQLITE_IOERR_DELETE;
	forget(name);
	if (sync_dir == 0 && access(name, F_OK) == 0)
		remember_file(name);
	return system_vfs->xDelete(system_vfs, name, 0);
}

static int
disk_close(sqlite3_file *file)
{
	const sqlite3_io_methods *methods = systems(file);

	for (size_t i = 0; i < MAX_OPEN; i++) {
		if (opened[i].file == file)
			opened[i].file = NULL;
	}
	return methods->xClose(file);
}

/* The set that stands before these methods. */
static const sqlite3_io_methods *
ours(const sqlite3_io_methods *methods)
{
	size_t i = 0;

	while (i < NSETS - 1 && sets[i].systems != NULL &&
	    sets[i].systems != methods)
		i++;
	if (sets[i].systems == NULL) {
		sets[i].systems = methods;
		sets[i].ours = *methods;
		sets[i].ours.xRead = disk_read;
		sets[i].ours.xWrite = disk_write;
		sets[i].ours.xTruncate = disk_truncate;
		sets[i].ours.xSync = disk_sync;
		sets[i].ours.xClose = disk_close;
	}
	return sets[i].systems == methods ? &sets[i].ours : methods;
}

static void
watch(const sqlite3_file *file, const char *name, bool made)
{
	size_t i = 0;

	while (i < MAX_OPEN && opened[i].file != NULL)
		i++;
	REQUIRE(i < MAX_OPEN && strlen(name) < sizeof opened[i].path);
	opened[i].file = file;
	strcpy(opened[i].path, name);
	if (how == DISK_FORGETS && made)
		remember(name, 0)->made = true;
}

static int
disk_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *file, int flags,
    int *out)
{
	bool made = name != NULL && access(name, F_OK) != 0;
	int rc;

	(void)v;
	file->pMethods = NULL;
	if (is_due(true))
		return SQLITE_CANTOPEN;
	rc = system_vfs->xOpen(system_vfs, name, file, flags, out);
	if (rc != SQLITE_OK || file->pMethods == NULL)
		return rc;
	file->pMethods = ours(file->pMethods);
	if (name != NULL)
		watch(file, name, made);
	return rc;
}

static void
install(void)
{
	if (system_vfs != NULL)
		return;
	system_vfs = sqlite3_vfs_find(NULL);
	vfs = *system_vfs;
	vfs.zName = "disk_test";
	vfs.xOpen = disk_open;
	vfs.xDelete = disk_delete;
	(void)sqlite3_vfs_register(&vfs, 1);
}

void
disk_end_at(unsigned n, enum disk_end end)
{
	install();
	left = n;
	how = end;
	ended = n == 0 ? ended : false;
}

bool
disk_ended(void)
{
	return ended;
}
