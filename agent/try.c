/*
 * try.c - see try.h.
 *
 * What a start makes of a damaged state is the core's affair, and repairs are
 * part of it.  So the core itself is asked, with a copy.  The device's key is
 * not copied but linked to.  A copy is made anew when a file changed meanwhile:
 * one of files that did not change is what a crash at that instant leaves,
 * which a start copes with.
 */
#include "try.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "snmp/master.h"

#define KEY "device.key"
#define KEY_TWIN "device-twin.key"
#define CHUNK (1 << 30) /* bytes that one call copies */
#define ATTEMPTS 20
#define PAUSE_US 100000
#define TEXT_MAX 4096

struct trial {
	const struct conf *conf;
	char top[PATH_MAX];   /* a folder of our own */
	char state[PATH_MAX]; /* the copy, in it */
	struct lc_store_options *stores;
	char (*paths)[PATH_MAX]; /* of the stores */
	uint64_t sum;            /* of what was copied */
};

/* ---- What is said ---- */

/* In the text, the name of what was copied for that of its copy. */
static void
rename_in(char text[TEXT_MAX], const char *copy, const char *original)
{
	char before[TEXT_MAX];
	const char *rest = before, *at;
	int len = 0;

	memcpy(before, text, TEXT_MAX);
	for (; (at = strstr(rest, copy)) != NULL; rest = at + strlen(copy)) {
		len += snprintf(text + len, (size_t)(TEXT_MAX - len), "%.*s%s",
		    (int)(at - rest), rest, original);
		if (len >= TEXT_MAX)
			return;
	}
	snprintf(text + len, (size_t)(TEXT_MAX - len), "%s", rest);
}

static const char *
in_place(const struct trial *t, const char *text, char out[TEXT_MAX])
{
	const struct lc_options *options = &t->conf->options;

	snprintf(out, TEXT_MAX, "%s", text);
	rename_in(out, t->state, options->state_dir);
	for (size_t i = 0; i < options->nstores; i++)
		if (t->paths[i][0] != '\0')
			rename_in(out, t->paths[i], options->stores[i].path);
	return out;
}

static void
on_notice(void *arg, enum lc_err err, const char *text)
{
	char out[TEXT_MAX];

	log_warn("core", "a start would log: %s",
	    in_place(arg, text[0] != '\0' ? text : lc_strerror(err), out));
}

static bool
fail(const char *path)
{
	log_error("main", "%s: %s", path, strerror(errno));
	return false;
}

static bool
join(char path[PATH_MAX], const char *folder, const char *name)
{
	if (snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX)
		return true;
	errno = ENAMETOOLONG;
	return fail(folder);
}

/* ---- The copy ---- */

/* What is no plain file is left out. */
static bool
copy_file(const char *from, const char *to)
{
	int in = open(
	    from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL, 0600);
	ssize_t n = -1;

	if (out >= 0)
		while ((n = sendfile(out, in, NULL, CHUNK)) > 0)
			;
	if (out >= 0)
		close(out);
	if (in >= 0)
		close(in);
	return n == 0;
}

static void
sum_add(struct trial *t, const struct stat *st)
{
	const uint64_t values[] = { st->st_ino, (uint64_t)st->st_size,
		(uint64_t)st->st_mtim.tv_sec, (uint64_t)st->st_mtim.tv_nsec };

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		t->sum = t->sum * 1099511628211U + values[i];
}

/* The lock is another's, and the keys have their links. */
static bool
is_copied(const char *name, const char *prefix)
{
	return name[0] != '.' && strcmp(name, "lock") != 0 &&
	       strcmp(name, KEY) != 0 && strcmp(name, KEY_TWIN) != 0 &&
	       strncmp(name, prefix, strlen(prefix)) == 0;
}

/* One file, or only its sum (to is NULL).  One that goes is none. */
static bool
take_file(struct trial *t, const char *from, const char *to)
{
	struct stat st;

	if (lstat(from, &st) < 0)
		return errno == ENOENT;
	if (!S_ISREG(st.st_mode))
		return true;
	sum_add(t, &st);
	return to == NULL || copy_file(from, to) || errno == ENOENT;
}

/* The files of a folder whose names begin so; to is a folder, or NULL. */
static bool
take_files(
    struct trial *t, const char *folder, const char *prefix, const char *to)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	char from[PATH_MAX], target[PATH_MAX];
	bool good = dir != NULL;

	while (good && (entry = readdir(dir)) != NULL)
		if (is_copied(entry->d_name, prefix))
			good =
			    join(from, folder, entry->d_name) &&
			    (to == NULL || join(target, to, entry->d_name)) &&
			    (take_file(t, from, to != NULL ? target : NULL) ||
				fail(from));
	if (dir != NULL)
		closedir(dir);
	return good || (dir == NULL && fail(folder));
}

/* A store with a path of its own, into a folder of its own.  One whose folder
 * is missing is away, and stays so. */
static bool
take_store(struct trial *t, size_t i, bool copy)
{
	const struct lc_store_options *store = &t->conf->options.stores[i];
	char folder[PATH_MAX], number[24], to[PATH_MAX];
	const char *name = strrchr(store->path, '/') + 1;

	snprintf(folder, sizeof folder, "%.*s", (int)(name - store->path),
	    store->path);
	snprintf(number, sizeof number, "%zu", i);
	if (!join(to, t->top, number) || !join(t->paths[i], to, name))
		return false;
	t->stores[i].path = t->paths[i];
	if (access(folder, F_OK) != 0)
		return true;
	if (copy && mkdir(to, 0700) != 0)
		return fail(to);
	return take_files(t, folder, name, copy ? to : NULL);
}

/* Everything, or only its sum.  License files are read where they are. */
static bool
take_all(struct trial *t, bool copy)
{
	const struct lc_options *options = &t->conf->options;
	bool good =
	    take_files(t, options->state_dir, "", copy ? t->state : NULL);

	for (size_t i = 0; i < options->nstores && good; i++)
		if (options->stores[i].path != NULL &&
		    options->stores[i].kind != LC_STORE_BUILT_IN)
			good = take_store(t, i, copy);
	return good;
}

static bool
link_key(const struct trial *t, const char *name)
{
	char from[PATH_MAX], to[PATH_MAX];

	if (!join(from, t->conf->options.state_dir, name) ||
	    !join(to, t->state, name))
		return false;
	/* A new device has none, and makes one. */
	return access(from, F_OK) != 0 || symlink(from, to) == 0 || fail(to);
}

static void
remove_tree(char *top)
{
	char *const tops[] = { top, NULL };
	FTS *fts = fts_open(tops, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	const FTSENT *entry;

	while (fts != NULL && (entry = fts_read(fts)) != NULL)
		if (entry->fts_info == FTS_DP)
			(void)rmdir(entry->fts_path);
		else if (entry->fts_info != FTS_D)
			(void)unlink(entry->fts_path);
	if (fts != NULL)
		fts_close(fts);
}

/* *settled: nothing has changed meanwhile. */
static bool
copy_once(struct trial *t, bool *settled)
{
	uint64_t copied;

	if (mkdir(t->top, 0700) != 0 || mkdir(t->state, 0700) != 0)
		return fail(t->top);
	t->sum = 0;
	if (!take_all(t, true) || !link_key(t, KEY) || !link_key(t, KEY_TWIN))
		return false;
	copied = t->sum;
	t->sum = 0;
	if (!take_all(t, false))
		return false;
	*settled = t->sum == copied;
	return true;
}

static bool
copy_all(struct trial *t)
{
	bool settled = false;

	for (int i = 0; i < ATTEMPTS && !settled; i++) {
		if (i > 0)
			(void)usleep(PAUSE_US);
		remove_tree(t->top);
		if (!copy_once(t, &settled))
			return false;
	}
	if (!settled)
		log_error("main",
		    "%s: it is written to all the time; try again later",
		    t->conf->options.state_dir);
	return settled;
}

/* ---- The trial ---- */

static bool
open_copy(struct trial *t)
{
	struct lc_options options = t->conf->options;
	struct lc_detail detail = { "" };
	char out[TEXT_MAX];
	struct lc *core;
	enum lc_err err;

	options.state_dir = t->state;
	options.stores = t->stores;
	options.notice = on_notice;
	options.arg = t;
	if ((err = lc_open(&options, &core, &detail)) == LC_OK) {
		lc_close(core);
		return true;
	}
	log_error("core", "the state cannot be opened: %s",
	    in_place(t, detail.text[0] != '\0' ? detail.text : lc_strerror(err),
		out));
	return false;
}

/* A folder below one that nobody else can reach. */
static bool
make_top(struct trial *t, char base[PATH_MAX])
{
	const char *tmp = getenv("TMPDIR");

	if (!join(base, tmp != NULL ? tmp : "/tmp", "licagentd-XXXXXX"))
		return false;
	if (mkdtemp(base) == NULL)
		return fail(base);
	return join(t->top, base, "try") && join(t->state, t->top, "state");
}

bool
try_state(const struct conf *conf)
{
	struct trial t = { .conf = conf };
	size_t n = conf->options.nstores;
	char base[PATH_MAX];
	sigset_t all, before;
	bool good = false;

	t.stores = calloc(n + 1, sizeof *t.stores);
	t.paths = calloc(n + 1, sizeof *t.paths);
	/* The copy is not to stay. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	if (t.stores == NULL || t.paths == NULL)
		(void)fail("-t");
	else if (make_top(&t, base)) {
		memcpy(t.stores, conf->options.stores, n * sizeof *t.stores);
		good = copy_all(&t) && open_copy(&t);
		remove_tree(base);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	free(t.paths);
	free(t.stores);
	return good;
}

bool
try_snmp(const struct conf *conf)
{
	char why[MASTER_ERROR_MAX];

	if (conf->role != ROLE_MASTER || master_try(conf->snmp_conf, why))
		return true;
	log_error("config", "%s", why);
	return false;
}
