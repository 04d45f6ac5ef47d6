/* disk_calls.c - see disk_calls.h. */
#include "disk_calls.h"

#include <unistd.h>
#include <sqlite3.h>

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

static bool
is_due(void)
{
	if (left == 0 || --left > 0)
		return false;
	ended = true;
	if (how == DISK_DIES)
		_exit(DISK_DEAD);
	return true;
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
disk_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
	return is_due() ? SQLITE_IOERR_WRITE :
	    systems(file)->xWrite(file, data, len, at);
}

static int
disk_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	return is_due() ? SQLITE_IOERR_TRUNCATE :
	    systems(file)->xTruncate(file, size);
}

static int
disk_sync(sqlite3_file *file, int flags)
{
	(void)file;
	(void)flags;
	return is_due() ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int
disk_delete(sqlite3_vfs *v, const char *name, int sync_dir)
{
	(void)v;
	(void)sync_dir;
	return is_due() ? SQLITE_IOERR_DELETE :
	    system_vfs->xDelete(system_vfs, name, 0);
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
		sets[i].ours.xWrite = disk_write;
		sets[i].ours.xTruncate = disk_truncate;
		sets[i].ours.xSync = disk_sync;
	}
	return sets[i].systems == methods ? &sets[i].ours : methods;
}

static int
disk_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *file, int flags,
    int *out)
{
	int rc = system_vfs->xOpen(system_vfs, name, file, flags, out);

	(void)v;
	if (rc == SQLITE_OK && file->pMethods != NULL)
		file->pMethods = ours(file->pMethods);
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
