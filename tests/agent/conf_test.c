/*
 * conf_test.c - configurations and what is said of them.
 *
 * In conf/, NAME.conf is refused with what NAME.err says behind the file's
 * name; without such a file it is good.
 */
#include "conf.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "check.h"

static const char *
data_dir(void)
{
	const char *source = getenv("srcdir");

	return check_path(source != NULL ? source : ".", "tests/agent/conf");
}

static int
is_conf(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 5 && strcmp(entry->d_name + len - 5, ".conf") == 0;
}

static void
check_pair(const char *dir, const char *name)
{
	const char *path = check_path(dir, name);
	char expected[CONF_ERROR_MAX] = "", error[CONF_ERROR_MAX] = "";
	char error_path[512];
	struct conf *conf = conf_load(path, error);
	FILE *file;

	check_context("%s", name);
	snprintf(error_path, sizeof error_path, "%.*s.err",
	    (int)(strlen(path) - 5), path);
	if ((file = fopen(error_path, "r")) != NULL) {
		int used = snprintf(expected, sizeof expected, "%s:", path);

		REQUIRE(fgets(expected + used, sizeof expected - (size_t)used,
			    file) != NULL);
		expected[strcspn(expected, "\n")] = '\0';
		fclose(file);
	}
	CHECK_STR(error, expected);
	CHECK((conf != NULL) == (expected[0] == '\0'));
	conf_free(conf);
}

static void
pairs(void)
{
	const char *dir = data_dir();
	struct dirent **entries;
	int n = scandir(dir, &entries, is_conf, alphasort);

	REQUIRE(n > 30);
	for (int i = 0; i < n; i++) {
		check_pair(dir, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

static void
roles(void)
{
	char error[CONF_ERROR_MAX] = "";
	struct conf *conf =
	    conf_load(check_path(data_dir(), "good-master.conf"), error);

	CHECK_STR(error, "");
	REQUIRE(conf != NULL);
	CHECK_INT(conf->role, ROLE_MASTER);
	CHECK_STR(conf->snmp_conf, "/tmp/snmpd.conf");
	CHECK_STR(conf->snmp_state, "/tmp/state/snmp");
	conf_free(conf);
}

static void
values(void)
{
	char error[CONF_ERROR_MAX] = "";
	struct conf *conf =
	    conf_load(check_path(data_dir(), "good-all.conf"), error);
	const struct lc_options *options;

	CHECK_STR(error, "");
	REQUIRE(conf != NULL);
	options = &conf->options;
	CHECK_INT(conf->role, ROLE_AGENTX);
	CHECK_STR(conf->master.name, "tcp:127.0.0.1:705");
	CHECK(conf->master.endpoint.is_tcp);
	CHECK_STR(conf->master.endpoint.host, "127.0.0.1");
	CHECK_STR(conf->master.endpoint.port, "705");
	CHECK_UINT(conf->master.ping_s, 3600);
	CHECK_STR(options->state_dir, "/tmp/state");
	CHECK_STR(options->key_dir, "/tmp/keys");
	CHECK(options->own_keys);
	CHECK_UINT(options->flush_s, 86400);
	CHECK_STR(conf->user, "root");
	CHECK_UINT(conf->uid, 0);
	CHECK_STR(conf->control, "/tmp/control");
	CHECK_UINT(conf->access.admin_group, 0);
	CHECK_UINT(conf->access.feature_group, 0);
	CHECK(conf->access.others_read);
	CHECK_UINT(conf->access.nquotas, 1);
	CHECK_STR(conf->access.quotas[0].feature, "cme-srst");
	CHECK_STR(conf->access.quotas[0].version, "1.0");
	CHECK_UINT(conf->access.quotas[0].count, 4294967295);
	CHECK_UINT(conf->files.n, 2);
	CHECK_STR(conf->files.prefixes[1].prefix, "usb-0_a:");
	CHECK_STR(conf->files.prefixes[1].directory, "/media/usb");
	CHECK_UINT(conf->transfer.ports[PORT_TFTP], 6069);
	CHECK_UINT(conf->transfer.ports[PORT_FTP], 6021);
	CHECK_UINT(conf->transfer.ports[PORT_HTTP], 65535);
	CHECK_UINT(conf->transfer.ports[PORT_SSH], 1);
	CHECK_UINT(conf->transfer.timeout_s, 86400);
	CHECK_UINT(conf->transfer.stall_s, 1);
	CHECK_UINT(conf->transfer.max_size, 1024);
	CHECK_STR(conf->transfer.known_hosts, "/tmp/known_hosts");
	CHECK_STR(conf->call_home.url,
	    "https://licenses.example.com:8443/portal/");
	CHECK_STR(conf->call_home.proxy, "http://proxy.example.com:3128");
	CHECK_STR(conf->call_home.ca_file, "/tmp/ca.pem");
	CHECK_STR(conf->call_home.token, "a.b-c_d=");
	CHECK(conf->call_home.report);
	CHECK_UINT(options->ndevices, 2);
	CHECK_STR(options->devices[0].name, "chassis");
	CHECK(options->devices[1].name == NULL);
	CHECK_UINT(options->devices[1].index, 2147483647);
	CHECK_UINT(options->nstores, 4);
	CHECK_UINT(options->stores[0].size, 4294967295);
	CHECK(options->stores[0].is_default);
	CHECK_INT(options->stores[1].kind, LC_STORE_BUILT_IN);
	CHECK_STR(options->stores[1].path, "/tmp/builtin.lic");
	CHECK_UINT(options->stores[2].index, 4294967295);
	CHECK_UINT(options->stores[3].device, 2147483647);
	CHECK_UINT(options->stores[3].size, 1048576); /* the default */
	CHECK(options->stores[3].path == NULL);
	CHECK_UINT(options->nfeatures, 3);
	CHECK_UINT(options->features[0].index, 1);
	CHECK_UINT(options->features[1].index, 2);
	CHECK(options->features[1].mandatory);
	CHECK_UINT(options->features[2].index, 9);
	CHECK_STR(options->features[2].what_is_counted, "phones");
	CHECK(options->features[2].always && options->features[2].advise);
	CHECK(!options->features[1].always && !options->features[1].advise);
	CHECK(options->features[0].what_is_counted == NULL);
	CHECK_UINT(options->nmodules, 2);
	CHECK_STR(options->modules[0].name, "image");
	CHECK_UINT(options->modules[0].nlevels, 2);
	CHECK_STR(options->modules[0].levels[1], "ipservicesk9");
	CHECK_STR(options->modules[1].version, "2.0");
	CHECK_STR(options->modules[1].levels[0], "b");
	conf_free(conf);
}

static void
defaults(void)
{
	char error[CONF_ERROR_MAX] = "";
	struct conf *conf =
	    conf_load(check_path(data_dir(), "good.conf"), error);

	CHECK_STR(error, "");
	REQUIRE(conf != NULL);
	CHECK_STR(conf->master.name, "unix:/var/agentx/master");
	CHECK(!conf->master.endpoint.is_tcp);
	CHECK_STR(conf->master.endpoint.host, "/var/agentx/master");
	CHECK_UINT(conf->master.ping_s, 15);
	CHECK(!conf->options.own_keys);
	CHECK_UINT(conf->options.flush_s, 60);
	CHECK_UINT(conf->transfer.ports[PORT_TFTP], 69);
	CHECK_UINT(conf->transfer.ports[PORT_FTP], 21);
	CHECK_UINT(conf->transfer.ports[PORT_HTTP], 80);
	CHECK_UINT(conf->transfer.ports[PORT_SSH], 22);
	CHECK_UINT(conf->transfer.timeout_s, 60);
	CHECK_UINT(conf->transfer.stall_s, 10);
	CHECK_UINT(conf->transfer.max_size, FILES_MAX_SIZE);
	CHECK_HAS(conf->transfer.known_hosts, "/licagent/known_hosts");
	conf_free(conf);
}

static void
unreadable(void)
{
	char error[CONF_ERROR_MAX], text[64];
	const char *dir = check_dir();

	CHECK(conf_load("/nonexistent/a.conf", error) == NULL);
	CHECK_STR(error, "/nonexistent/a.conf: cannot read file: No such file or "
	    "directory");
	CHECK(conf_load(dir, error) == NULL);
	CHECK_HAS(error, dir);
	/* an error in an included file names that one */
	snprintf(text, sizeof text, "@include \"%s/b.conf\"\n", dir);
	check_write(check_path(dir, "a.conf"), text, strlen(text));
	check_write(check_path(dir, "b.conf"), "\nwhat = 1;\n", 11);
	CHECK(conf_load(check_path(dir, "a.conf"), error) == NULL);
	CHECK_HAS(error, "b.conf:2: what: unknown key");
	conf_free(NULL);
}

static const struct check_test tests[] = {
	{ "good and bad ones", pairs },
	{ "values", values },
	{ "the role of an agent", roles },
	{ "defaults", defaults },
	{ "what cannot be read", unreadable },
};

int
main(int argc, char **argv)
{
	return check_main("conf", tests, CHECK_COUNT(tests), argc, argv);
}
