/*
 * user.c - see user.h.
 *
 * The checks are made after the change, by the user himself: they ask the
 * kernel what it will answer later.
 */
#include "user.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "become.h"
#include "log.h"

#define USE_FOLDER (R_OK | W_OK | X_OK)

/* Of the control socket; false: there is none. */
static bool
control_folder(const struct conf *conf, char folder[PATH_MAX])
{
	char *end;

	snprintf(folder, PATH_MAX, "%s",
	    conf->control != NULL ? conf->control : CONTROL_DEFAULT);
	end = strrchr(folder, '/');
	if (end == NULL || end == folder)
		return false;
	*end = '\0';
	return true;
}

/* ---- The change ---- */

/* A folder that is only missing because /run is empty after a boot is made
 * while root can; control.c says why it is not there. */
static void
make_control_folder(const struct conf *conf)
{
	char folder[PATH_MAX];

	if (control_folder(conf, folder) && mkdir(folder, 0755) == 0 &&
	    (chmod(folder, 0755) != 0 ||
		chown(folder, conf->uid, conf->gid) != 0))
		log_warn("main", "%s: %s", folder, strerror(errno));
}

/* ---- What must be within reach ---- */

static bool
reaches(const struct conf *conf, const char *path, int mode)
{
	const struct passwd *who;
	int error;

	if (access(path, mode) == 0)
		return true;
	error = errno;
	who = conf->user == NULL ? getpwuid(geteuid()) : NULL;
	log_error("main", "user %s cannot %s %s: %s",
	    conf->user != NULL ? conf->user
	    : who != NULL      ? who->pw_name
			       : "without a name",
	    mode & W_OK ? "use" : "read", path, strerror(error));
	return false;
}

/* A file that may be missing. */
static bool
reaches_if_there(const struct conf *conf, const char *path, int mode)
{
	return (access(path, F_OK) != 0 && errno == ENOENT) ||
	       reaches(conf, path, mode);
}

/* Root may have run here before, and have left files of its own. */
static bool
reaches_state(const struct conf *conf)
{
	const char *state = conf->options.state_dir;
	const struct dirent *entry;
	char path[PATH_MAX];
	bool good = reaches(conf, state, USE_FOLDER);
	DIR *dir = good ? opendir(state) : NULL;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_type == DT_DIR || entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", state, entry->d_name);
		good = reaches_if_there(conf, path, R_OK | W_OK) && good;
	}
	if (dir != NULL)
		closedir(dir);
	return good;
}

static bool
reaches_stores(const struct conf *conf)
{
	bool good = true;

	for (size_t i = 0; i < conf->options.nstores; i++) {
		const struct lc_store_options *store = &conf->options.stores[i];

		if (store->path != NULL)
			good = reaches_if_there(conf, store->path,
				   store->kind == LC_STORE_BUILT_IN
				       ? R_OK
				       : R_OK | W_OK) &&
			       good;
	}
	return good;
}

static bool
is_socket_or_none(const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0 || S_ISSOCK(st.st_mode))
		return true;
	log_error("main",
	    "%s: not a socket; remove it, or configure another path", path);
	return false;
}

static bool
reaches_control(const struct conf *conf)
{
	char folder[PATH_MAX], lock[PATH_MAX];

	/* The daemon starts without a socket that nobody has asked for. */
	if (conf->control == NULL || !control_folder(conf, folder))
		return true;
	/* It is made if only that is missing. */
	if (access(folder, F_OK) != 0 && errno == ENOENT) {
		*strrchr(folder, '/') = '\0';
		return folder[0] == '\0' || reaches(conf, folder, F_OK);
	}
	snprintf(lock, sizeof lock, "%s.lock", conf->control);
	return reaches(conf, folder, USE_FOLDER) &&
	       reaches_if_there(conf, lock, R_OK | W_OK) &&
	       is_socket_or_none(conf->control);
}

/* All of it, so that one look at the log is enough. */
static bool
reaches_all(const struct conf *conf, const char *path)
{
	bool good = reaches(conf, path, R_OK);

	good = reaches_state(conf) && good;
	good = reaches(conf, conf->options.key_dir, R_OK | X_OK) && good;
	good = reaches_stores(conf) && good;
	for (size_t i = 0; i < conf->files.n; i++)
		good = reaches_if_there(conf, conf->files.prefixes[i].directory,
			   USE_FOLDER) &&
		       good;
	good = reaches_if_there(conf, conf->transfer.known_hosts, R_OK) && good;
	if (conf->role == ROLE_MASTER)
		good = reaches(conf, conf->snmp_conf, R_OK) && good;
	return reaches_control(conf) && good;
}

/* ---- For others ---- */

bool
user_is_current(const struct conf *conf)
{
	return conf->user == NULL || conf->uid == geteuid();
}

/* Managers ask at port 161: the daemon has yet to listen. */
static bool
change(const struct conf *conf)
{
	return conf->role == ROLE_MASTER
		   ? become_with_ports(conf->user, conf->uid, conf->gid)
		   : become(conf->user, conf->uid, conf->gid);
}

/* It is, or can become, the configured user. */
static bool
may_become(const struct conf *conf)
{
	if (user_is_current(conf) || geteuid() == 0)
		return true;
	log_error("main", "only root can change to user %s", conf->user);
	return false;
}

bool
user_try(const struct conf *conf, const char *path)
{
	return may_become(conf) &&
	       (user_is_current(conf) ||
		   become(conf->user, conf->uid, conf->gid)) &&
	       reaches_all(conf, path);
}

bool
user_change(const struct conf *conf, const char *path)
{
	if (conf->user == NULL && geteuid() == 0)
		log_warn("main",
		    "running as root; \"user\" in the configuration names a "
		    "user with fewer rights");
	if (user_is_current(conf))
		return true;
	if (!may_become(conf))
		return false;
	make_control_folder(conf);
	return change(conf) && reaches_all(conf, path);
}
