/*
 * conf.c - the daemon's configuration file.
 *
 * What a file may hold is a table of keys for each kind of group, by which
 * conf_read.c reads it.  Rules between keys are checked afterwards.  The first
 * thing that is wrong ends it.
 */
#include "conf.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libconfig.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "array.h"
#include "callhome/address.h"

/* ---- What a file may hold ---- */

struct store_conf {
	struct where where;
	uint32_t index;
	char *name;
	int kind;
	char *path;
	uint32_t size;
	bool is_default;
};

struct device_conf {
	struct where where;
	uint32_t index;
	char *pid, *sn, *name;
	struct list stores;
};

struct feature_conf {
	struct where where;
	uint32_t index;
	char *name, *version, *counted;
	bool mandatory, always, advise;
	uint32_t quota; /* 0: none */
};

struct level_conf {
	struct where where;
	char *feature;
};

struct module_conf {
	struct where where;
	char *name, *version;
	struct list levels;
};

struct files_conf {
	struct where where;
	char *prefix, *directory;
};

struct transfer_group {
	struct where where;
	struct transfer_conf transfer;
	char *known_hosts;
};

struct call_home_group {
	struct where where;
	char *url, *proxy, *ca_file, *token, *token_file;
	int report;
};

struct file_conf {
	struct where where;
	int role;
	char *snmp_conf;
	char *master, *state, *keys;
	bool own_keys;
	uint32_t master_ping, flush;
	char *user, *control, *admin_group, *feature_group;
	int others;
	struct transfer_group transfer;
	struct call_home_group call_home;
	struct list files, devices, features, modules;
};

static bool
is_absolute(const char *text)
{
	return text[0] == '/';
}

/* net-snmp takes a list. */
static bool
is_snmp_conf(const char *text)
{
	return is_absolute(text) && strchr(text, ',') == NULL;
}

static bool
is_udi_part(const char *text)
{
	for (; *text != '\0'; text++)
		if (!isgraph((unsigned char)*text) || *text == ':')
			return false;
	return true;
}

static bool
is_prefix(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	return len > 0 && strcmp(text + len, ":") == 0;
}

static bool
is_socket(const char *text)
{
	return text[0] == '\0' || is_absolute(text);
}

#define SOCKET_MAX (sizeof((struct sockaddr_un *)0)->sun_path - 1)
#define PATH_KEY                                     \
	.min = 1, .max = 4095, .check = is_absolute, \
	.allowed = "an absolute path"
#define UDI_KEY                                                \
	.min = 1, .max = LC_UDI_MAX - 2, .check = is_udi_part, \
	.allowed = "printable ASCII without spaces and ':'"
#define INDEX_KEY .min = 1, .max = UINT32_MAX

static const struct choice store_kinds[] = {
	{ "primary", LC_STORE_PRIMARY },
	{ "built-in", LC_STORE_BUILT_IN },
	{ "removable", LC_STORE_REMOVABLE },
	{ NULL, 0 },
};

#define OF(field) .at = offsetof(struct store_conf, field)
static const struct key store_keys[] = {
	{ "index", KEY_NUMBER, OF(index), .required = true, INDEX_KEY },
	{ "name", KEY_TEXT, OF(name), .required = true, .min = 1, .max = 255 },
	{ "kind", KEY_CHOICE, OF(kind), .required = true,
	    .choices = store_kinds },
	{ "path", KEY_TEXT, OF(path), PATH_KEY },
	{ "size", KEY_NUMBER, OF(size), .min = 4096, .max = UINT32_MAX,
	    .fallback = 1024 * 1024 },
	{ "default", KEY_TRUTH, OF(is_default) },
};
#undef OF

#define SECTION(list, type)                        \
	{                                          \
		(list), NITEMS(list), sizeof(type) \
	}
static const struct section store_section =
    SECTION(store_keys, struct store_conf);

#define OF(field) .at = offsetof(struct device_conf, field)
static const struct key device_keys[] = {
	/* PhysicalIndex is an Integer32. */
	{ "index", KEY_NUMBER, OF(index), .required = true, .min = 1,
	    .max = INT32_MAX },
	{ "pid", KEY_TEXT, OF(pid), .required = true, UDI_KEY },
	{ "sn", KEY_TEXT, OF(sn), .required = true, UDI_KEY },
	{ "name", KEY_TEXT, OF(name), .min = 1, .max = 255 },
	{ "stores", KEY_LIST, OF(stores), .required = true,
	    .of = &store_section },
};
#undef OF
static const struct section device_section =
    SECTION(device_keys, struct device_conf);

#define OF(field) .at = offsetof(struct feature_conf, field)
static const struct key feature_keys[] = {
	{ "name", KEY_TEXT, OF(name), .required = true, .min = 1,
	    .max = LC_FEATURE_MAX },
	{ "version", KEY_TEXT, OF(version), .required = true, .min = 1,
	    .max = LC_VERSION_MAX },
	{ "counted", KEY_TEXT, OF(counted), .min = 1, .max = 128 },
	{ "index", KEY_NUMBER, OF(index), INDEX_KEY },
	{ "mandatory", KEY_TRUTH, OF(mandatory) },
	{ "always", KEY_TRUTH, OF(always) },
	{ "advise", KEY_TRUTH, OF(advise) },
	{ "user-quota", KEY_NUMBER, OF(quota), INDEX_KEY },
};
#undef OF
static const struct section feature_section =
    SECTION(feature_keys, struct feature_conf);

#define OF(field) .at = offsetof(struct level_conf, field)
static const struct key level_keys[] = {
	{ "feature", KEY_TEXT, OF(feature), .required = true, .min = 1,
	    .max = LC_FEATURE_MAX },
};
#undef OF
static const struct section level_section =
    SECTION(level_keys, struct level_conf);

#define OF(field) .at = offsetof(struct module_conf, field)
static const struct key module_keys[] = {
	{ "name", KEY_TEXT, OF(name), .required = true, .min = 1,
	    .max = LC_MODULE_MAX },
	{ "version", KEY_TEXT, OF(version), .required = true, .min = 1,
	    .max = LC_VERSION_MAX },
	{ "levels", KEY_LIST, OF(levels), .required = true,
	    .of = &level_section },
};
#undef OF
static const struct section module_section =
    SECTION(module_keys, struct module_conf);

#define OF(field) .at = offsetof(struct files_conf, field)
static const struct key files_keys[] = {
	{ "prefix", KEY_TEXT, OF(prefix), .required = true, .min = 2, .max = 64,
	    .check = is_prefix,
	    .allowed = "letters, digits, '-' and '_', then ':'" },
	{ "directory", KEY_TEXT, OF(directory), .required = true, PATH_KEY },
};
#undef OF
static const struct section files_section =
    SECTION(files_keys, struct files_conf);

static const struct choice roles[] = {
	{ "agentx", ROLE_AGENTX },
	{ "master", ROLE_MASTER },
	{ NULL, 0 },
};

static const struct choice others[] = {
	{ "read", true },
	{ "none", false },
	{ NULL, 0 },
};

#define OF(field) .at = offsetof(struct transfer_group, field)
#define PORT_KEY(id, name, number)                                       \
	{                                                                \
		name "-port", KEY_NUMBER, OF(transfer.ports[PORT_##id]), \
		    .min = 1, .max = 65535, .fallback = (number)         \
	}
#define SECONDS_KEY(field) \
	KEY_NUMBER, OF(transfer.field), .min = 1, .max = 86400
static const struct key transfer_keys[] = {
	PROTOCOL_PORTS(PORT_KEY),
	{ "timeout", SECONDS_KEY(timeout_s), .fallback = 60 },
	{ "stall", SECONDS_KEY(stall_s), .fallback = 10 },
	{ "max-size", KEY_NUMBER, OF(transfer.max_size), .min = 1024,
	    .max = FILES_MAX_SIZE, .fallback = FILES_MAX_SIZE },
	{ "known-hosts", KEY_TEXT, OF(known_hosts), PATH_KEY },
};
#undef OF
static const struct section transfer_section =
    SECTION(transfer_keys, struct transfer_group);

/* It becomes a part of a header. */
static bool
is_token(const char *text)
{
	for (; *text != '\0'; text++)
		if (!isgraph((unsigned char)*text))
			return false;
	return true;
}

static const struct choice reports[] = {
	{ "off", false },
	{ "daily", true },
	{ NULL, 0 },
};

#define OF(field) .at = offsetof(struct call_home_group, field)
static const struct key call_home_keys[] = {
	{ "url", KEY_TEXT, OF(url), .min = 1, .max = ADDRESS_URL_MAX,
	    .check = is_portal, .allowed = "https://HOST[:PORT][/PATH]" },
	{ "proxy", KEY_TEXT, OF(proxy), .min = 1, .max = 280, .check = is_proxy,
	    .allowed = "http://HOST:PORT" },
	{ "ca_file", KEY_TEXT, OF(ca_file), PATH_KEY },
	/* Checked later: no complaint may have it in it. */
	{ "token", KEY_TEXT, OF(token), .min = 1, .max = CALLHOME_TOKEN_MAX },
	{ "token_file", KEY_TEXT, OF(token_file), PATH_KEY },
	{ "report", KEY_CHOICE, OF(report), .choices = reports },
};
#undef OF
static const struct section call_home_section =
    SECTION(call_home_keys, struct call_home_group);

#define OF(field) .at = offsetof(struct file_conf, field)
static const struct key file_keys[] = {
	{ "role", KEY_CHOICE, OF(role), .choices = roles },
	{ "snmp_conf", KEY_TEXT, OF(snmp_conf), .min = 1, .max = 4095,
	    .check = is_snmp_conf,
	    .allowed = "an absolute path without commas" },
	{ "master", KEY_TEXT, OF(master), .min = 1, .max = 255 },
	{ "master-ping", KEY_NUMBER, OF(master_ping), .min = 1, .max = 3600,
	    .fallback = 15 },
	{ "state", KEY_TEXT, OF(state), .required = true, PATH_KEY },
	{ "keys", KEY_TEXT, OF(keys), .required = true, PATH_KEY },
	{ "own-keys", KEY_TRUTH, OF(own_keys) },
	{ "user", KEY_TEXT, OF(user), .min = 1, .max = 255 },
	{ "flush", KEY_NUMBER, OF(flush), .min = 1, .max = 86400,
	    .fallback = LC_FLUSH_S },
	{ "control", KEY_TEXT, OF(control), .max = SOCKET_MAX,
	    .check = is_socket,
	    .allowed = "an absolute path, or \"\" for none" },
	{ "admin-group", KEY_TEXT, OF(admin_group), .min = 1, .max = 255 },
	{ "feature-group", KEY_TEXT, OF(feature_group), .min = 1, .max = 255 },
	{ "others", KEY_CHOICE, OF(others), .choices = others },
	{ "files", KEY_LIST, OF(files), .of = &files_section },
	{ "transfer", KEY_GROUP, OF(transfer), .of = &transfer_section },
	{ "call_home", KEY_GROUP, OF(call_home), .of = &call_home_section },
	{ "devices", KEY_LIST, OF(devices), .required = true,
	    .of = &device_section },
	{ "features", KEY_LIST, OF(features), .of = &feature_section },
	{ "modules", KEY_LIST, OF(modules), .of = &module_section },
};
#undef OF
static const struct section file_section = SECTION(file_keys, struct file_conf);

/* ---- Rules between keys ---- */

static bool
check_files(const struct reader *r, const struct file_conf *file)
{
	const struct files_conf *files = file->files.items;

	for (size_t i = 0; i < file->files.n; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(files[j].prefix, files[i].prefix) == 0)
				return conf_wrong_at(r, &files[i].where,
				    "duplicate prefix %s; the first is in line "
				    "%u",
				    files[i].prefix, files[j].where.line);
	return true;
}

/* ---- What the daemon takes ---- */

/* conf first: it is what others see of it. */
struct loaded {
	struct conf conf;
	config_t config; /* owns the file names */
	struct file_conf file;
	struct files_prefix *prefixes;
	struct lc_device_options *devices;
	struct lc_store_options *stores;
	struct lc_feature_options *features;
	struct control_quota *quotas;
	struct lc_module_options *modules;
	const char **levels;                /* of all modules */
	char token[CALLHOME_TOKEN_MAX + 2]; /* from its file */
	char *snmp_state;
};

#define MASTER_DEFAULT "unix:/var/agentx/master"

static bool
take_master(const struct reader *r, struct loaded *l)
{
	config_setting_t *setting = config_lookup(&l->config, "master");
	const char *why;

	l->conf.master.name =
	    l->file.master != NULL ? l->file.master : MASTER_DEFAULT;
	l->conf.master.ping_s = l->file.master_ping;
	if (endpoint_parse(l->conf.master.name, &l->conf.master.endpoint, &why))
		return true;
	return conf_wrong(r, setting, "\"%s\": %s", l->conf.master.name, why);
}

/* A key that would be read in vain is a mistake. */
static bool
check_role(const struct reader *r, const struct loaded *l)
{
	static const struct {
		const char *key;
		int role;
		const char *name;
	} keys[] = {
		{ "master", ROLE_AGENTX, "agentx" },
		{ "master-ping", ROLE_AGENTX, "agentx" },
		{ "snmp_conf", ROLE_MASTER, "master" },
	};

	for (size_t i = 0; i < NITEMS(keys); i++) {
		const config_setting_t *setting =
		    config_lookup(&l->config, keys[i].key);

		if (setting != NULL && keys[i].role != l->file.role)
			return conf_wrong(
			    r, setting, "only for role = \"%s\"", keys[i].name);
	}
	return true;
}

static bool
take_role(const struct reader *r, struct loaded *l)
{
	size_t len = strlen(l->file.state) + sizeof "/snmp";

	if (!check_role(r, l))
		return false;
	if ((l->snmp_state = malloc(len)) == NULL)
		return conf_wrong_at(r, &l->file.where, "out of memory");
	snprintf(l->snmp_state, len, "%s/snmp", l->file.state);
	l->conf.role = (enum role)l->file.role;
	l->conf.snmp_conf =
	    l->file.snmp_conf != NULL ? l->file.snmp_conf : SNMP_CONF_DEFAULT;
	l->conf.snmp_state = l->snmp_state;
	return true;
}

static bool
take_group(const struct reader *r, const struct loaded *l, const char *key,
    const char *name, gid_t *group)
{
	const struct group *found;

	*group = CONTROL_NOBODY;
	if (name == NULL)
		return true;
	if ((found = getgrnam(name)) == NULL)
		return conf_wrong(r, config_lookup(&l->config, key),
		    "unknown group %s", name);
	*group = found->gr_gid;
	return true;
}

static bool
take_user(const struct reader *r, struct loaded *l)
{
	const struct passwd *found;

	if (l->file.user == NULL)
		return true;
	if ((found = getpwnam(l->file.user)) == NULL)
		return conf_wrong(r, config_lookup(&l->config, "user"),
		    "unknown user %s", l->file.user);
	l->conf.user = l->file.user;
	l->conf.uid = found->pw_uid;
	l->conf.gid = found->pw_gid;
	return true;
}

static bool
take_control(const struct reader *r, struct loaded *l)
{
	l->conf.control = l->file.control;
	l->conf.access.others_read = l->file.others;
	return take_group(r, l, "admin-group", l->file.admin_group,
		   &l->conf.access.admin_group) &&
	       take_group(r, l, "feature-group", l->file.feature_group,
		   &l->conf.access.feature_group);
}

/* False: errno, or 0 if what is in it is no token. */
static bool
read_token(const char *path, char *token, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd >= 0 ? read(fd, token, size - 1) : -1;
	int error = errno;

	if (fd >= 0)
		close(fd);
	token[n > 0 ? n : 0] = '\0';
	token[strcspn(token, "\r\n")] = '\0';
	errno = n < 0 ? error : 0;
	return n > 0 && token[0] != '\0' && is_token(token) &&
	       strlen(token) <= CALLHOME_TOKEN_MAX;
}

static bool
is_private(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 ||
	       (S_ISREG(st.st_mode) && (st.st_mode & 077) == 0);
}

static bool
take_token(const struct reader *r, struct loaded *l)
{
	const struct call_home_group *group = &l->file.call_home;
	const config_setting_t *setting =
	    config_lookup(&l->config, "call_home.token_file");
	const char *path = group->token_file;

	l->conf.call_home.token = group->token;
	if (group->token != NULL && !is_token(group->token))
		return conf_wrong(r,
		    config_lookup(&l->config, "call_home.token"),
		    "expected printable ASCII without spaces");
	if (path == NULL)
		return true;
	if (group->token != NULL)
		return conf_wrong(r, setting, "there is a token already");
	if (!is_private(path))
		return conf_wrong(r, setting,
		    "%s: expected a file that only its owner may read (mode "
		    "0600)",
		    path);
	if (!read_token(path, l->token, sizeof l->token))
		return conf_wrong(r, setting, "%s: %s", path,
		    errno != 0 ? strerror(errno) : "no token in it");
	l->conf.call_home.token = l->token;
	return true;
}

static bool
take_call_home(const struct reader *r, struct loaded *l)
{
	const struct call_home_group *group = &l->file.call_home;

	l->conf.call_home.url = group->url;
	l->conf.call_home.proxy = group->proxy;
	l->conf.call_home.ca_file = group->ca_file;
	l->conf.call_home.report = group->report;
	return take_token(r, l);
}

static void
take_store(struct loaded *l, const struct device_conf *device,
    const struct store_conf *store)
{
	l->stores[l->conf.options.nstores++] = (struct lc_store_options){
		.device = device->index,
		.index = store->index,
		.kind = (enum lc_store_kind)store->kind,
		.name = store->name,
		.path = store->path,
		.size = store->size,
		.is_default = store->is_default,
	};
}

static void
take_devices(struct loaded *l)
{
	const struct device_conf *devices = l->file.devices.items;

	for (size_t i = 0; i < l->file.devices.n; i++) {
		const struct store_conf *stores = devices[i].stores.items;

		l->devices[i] = (struct lc_device_options){
			.index = devices[i].index,
			.pid = devices[i].pid,
			.sn = devices[i].sn,
			.name = devices[i].name,
		};
		for (size_t j = 0; j < devices[i].stores.n; j++)
			take_store(l, &devices[i], &stores[j]);
	}
}

/* A feature without an index has its place in the list. */
static void
take_features(struct loaded *l)
{
	const struct feature_conf *features = l->file.features.items;

	for (size_t i = 0; i < l->file.features.n; i++)
		l->features[i] = (struct lc_feature_options){
			.index = features[i].index != 0 ? features[i].index
							: (uint32_t)i + 1,
			.name = features[i].name,
			.version = features[i].version,
			.what_is_counted = features[i].counted,
			.mandatory = features[i].mandatory,
			.always = features[i].always,
			.advise = features[i].advise,
		};
}

static void
take_quotas(struct loaded *l)
{
	const struct feature_conf *features = l->file.features.items;
	size_t n = 0;

	for (size_t i = 0; i < l->file.features.n; i++)
		if (features[i].quota != 0)
			l->quotas[n++] =
			    (struct control_quota){ features[i].name,
				    features[i].version, features[i].quota };
	l->conf.access.quotas = l->quotas;
	l->conf.access.nquotas = n;
}

static void
take_modules(struct loaded *l)
{
	const struct module_conf *modules = l->file.modules.items;
	const char **level = l->levels;

	for (size_t i = 0; i < l->file.modules.n; i++) {
		const struct level_conf *levels = modules[i].levels.items;

		l->modules[i] = (struct lc_module_options){
			.name = modules[i].name,
			.version = modules[i].version,
			.levels = level,
			.nlevels = modules[i].levels.n,
		};
		for (size_t j = 0; j < modules[i].levels.n; j++)
			*level++ = levels[j].feature;
	}
}

static void
take_files(struct loaded *l)
{
	const struct files_conf *files = l->file.files.items;

	for (size_t i = 0; i < l->file.files.n; i++)
		l->prefixes[i] = (struct files_prefix){ files[i].prefix,
			files[i].directory };
	l->conf.files = (struct files){ l->prefixes, l->file.files.n };
}

static void
take_transfer(struct loaded *l)
{
	const struct transfer_group *group = &l->file.transfer;

	l->conf.transfer = group->transfer;
	l->conf.transfer.known_hosts = group->known_hosts != NULL
					   ? group->known_hosts
					   : KNOWN_HOSTS_DEFAULT;
}

static size_t
count_levels(const struct file_conf *file)
{
	const struct module_conf *modules = file->modules.items;
	size_t n = 0;

	for (size_t i = 0; i < file->modules.n; i++)
		n += modules[i].levels.n;
	return n;
}

static size_t
count_stores(const struct file_conf *file)
{
	const struct device_conf *devices = file->devices.items;
	size_t n = 0;

	for (size_t i = 0; i < file->devices.n; i++)
		n += devices[i].stores.n;
	return n;
}

/* One more than needed: none is no error. */
static bool
take_options(const struct reader *r, struct loaded *l)
{
	struct lc_options *options = &l->conf.options;

	l->devices = calloc(l->file.devices.n + 1, sizeof *l->devices);
	l->stores = calloc(count_stores(&l->file) + 1, sizeof *l->stores);
	l->features = calloc(l->file.features.n + 1, sizeof *l->features);
	l->quotas = calloc(l->file.features.n + 1, sizeof *l->quotas);
	l->modules = calloc(l->file.modules.n + 1, sizeof *l->modules);
	l->levels = calloc(count_levels(&l->file) + 1, sizeof *l->levels);
	l->prefixes = calloc(l->file.files.n + 1, sizeof *l->prefixes);
	if (l->devices == NULL || l->stores == NULL || l->features == NULL ||
	    l->quotas == NULL || l->modules == NULL || l->levels == NULL ||
	    l->prefixes == NULL)
		return conf_wrong_at(r, &l->file.where, "out of memory");
	*options = (struct lc_options){ .state_dir = l->file.state,
		.key_dir = l->file.keys,
		.own_keys = l->file.own_keys,
		.flush_s = l->file.flush,
		.devices = l->devices,
		.ndevices = l->file.devices.n,
		.stores = l->stores,
		.features = l->features,
		.nfeatures = l->file.features.n,
		.modules = l->modules,
		.nmodules = l->file.modules.n };
	take_devices(l);
	take_features(l);
	take_quotas(l);
	take_modules(l);
	take_files(l);
	take_transfer(l);
	return true;
}

/* ---- Rules of the core ---- */

static const struct where *
store_where(const struct file_conf *file, size_t at)
{
	const struct device_conf *device = file->devices.items;

	while (at >= device->stores.n)
		at -= device++->stores.n;
	return &((const struct store_conf *)device->stores.items)[at].where;
}

/* Where in the file an item of the core's options is. */
static const struct where *
option_where(const struct file_conf *file, const struct lc_option_fault *fault,
    size_t at)
{
	const struct device_conf *devices = file->devices.items;
	const struct feature_conf *features = file->features.items;
	const struct module_conf *modules = file->modules.items;
	const struct level_conf *levels;

	if (at == LC_OPTION_NONE)
		return &file->where;
	switch (fault->kind) {
	case LC_OPTION_DEVICE:
		return &devices[at].where;
	case LC_OPTION_STORE:
		return store_where(file, at);
	case LC_OPTION_FEATURE:
		return &features[at].where;
	case LC_OPTION_MODULE:
		return &modules[at].where;
	case LC_OPTION_LEVEL:
		levels = modules[fault->module].levels.items;
		return &levels[at].where;
	}
	return &file->where;
}

static bool
check_options(const struct reader *r, const struct loaded *l)
{
	struct lc_option_fault fault;
	const struct where *where;

	if (lc_options_check(&l->conf.options, &fault) == LC_OK)
		return true;
	where = option_where(&l->file, &fault, fault.at);
	if (fault.first == LC_OPTION_NONE)
		return conf_wrong_at(r, where, "%s", fault.detail.text);
	return conf_wrong_at(r, where, "%s; the first is in line %u",
	    fault.detail.text,
	    option_where(&l->file, &fault, fault.first)->line);
}

struct conf *
conf_load(const char *path, char error[CONF_ERROR_MAX])
{
	struct loaded *l = calloc(1, sizeof *l);
	struct reader r = { path, error, lc_text_is_utf8 };

	if (l == NULL) {
		snprintf(error, CONF_ERROR_MAX, "%s: out of memory", path);
		return NULL;
	}
	config_init(&l->config);
	if (conf_read_file(&r, &l->config) &&
	    conf_read_group(
		&r, config_root_setting(&l->config), &file_section, &l->file) &&
	    take_options(&r, l) && check_options(&r, l) &&
	    check_files(&r, &l->file) && take_role(&r, l) &&
	    take_master(&r, l) && take_user(&r, l) && take_control(&r, l) &&
	    take_call_home(&r, l))
		return &l->conf;
	conf_free(&l->conf);
	return NULL;
}

void
conf_free(struct conf *conf)
{
	struct loaded *l = (struct loaded *)conf;

	if (l == NULL)
		return;
	conf_free_group(&file_section, &l->file);
	free(l->prefixes);
	free(l->devices);
	free(l->stores);
	free(l->features);
	free(l->quotas);
	free(l->modules);
	free(l->levels);
	free(l->snmp_state);
	config_destroy(&l->config);
	explicit_bzero(l->token, sizeof l->token);
	free(l);
}
