/*
 * conf_fuzz.c - configuration files.  One that is refused is refused with its
 * line; one that is accepted has what it promises.
 */
#include "fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "conf.h"

size_t fuzz_changed_max = 100;

/* libconfig forgets texts of a file that is not one. */
__attribute__((visibility("default"))) const char *
__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

/* The whole input as a file that has a name; its descriptor. */
static int
make_file(const uint8_t *data, size_t len, char path[64])
{
	int fd = memfd_create("conf", MFD_CLOEXEC);

	require(fd >= 0);
	require(write(fd, data, len) == (ssize_t)len);
	(void)snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

static void
check_options(const struct lc_options *options)
{
	require(options->state_dir[0] == '/' && options->key_dir[0] == '/');
	require(options->ndevices > 0 && options->nstores > 0);
	for (size_t i = 0; i < options->ndevices; i++) {
		require(options->devices[i].index > 0);
		require(options->devices[i].pid[0] != '\0');
		require(options->devices[i].sn[0] != '\0');
	}
	for (size_t i = 0; i < options->nstores; i++) {
		require(options->stores[i].index > 0);
		require(options->stores[i].name[0] != '\0');
	}
	for (size_t i = 0; i < options->nfeatures; i++) {
		require(options->features[i].name[0] != '\0');
		require(options->features[i].version[0] != '\0');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char path[64], error[CONF_ERROR_MAX] = "";
	struct conf *conf;
	int fd;

	/* What it includes is the administrator's business. */
	if (memmem(data, len, "@include", 8) != NULL)
		return 0;
	fd = make_file(data, len, path);
	if ((conf = conf_load(path, error)) == NULL)
		require(strncmp(error, path, strlen(path)) == 0);
	else {
		require(conf->master.name != NULL &&
			conf->master.endpoint.host[0] != '\0');
		check_options(&conf->options);
		for (size_t i = 0; i < conf->files.n; i++)
			require(conf->files.prefixes[i].directory[0] == '/');
	}
	conf_free(conf);
	close(fd);
	return 0;
}
