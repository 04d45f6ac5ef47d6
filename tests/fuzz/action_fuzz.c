/*
 * action_fuzz.c - files handed to a whole core: installed, processed as a
 * ticket, asked for their agreements, inspected.  Whatever was in them, the
 * core comes back, says what was wrong, and keeps its promises.
 */
#include "fuzz.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "licenseauthority.h"

/* The key of FORMAT's example: anybody's, so that seeds can be signed. */
static const char jwk[] =
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";

static char dirs[2][64];	/* of state, of keys */
static struct lc *lc;

static void
empty(const char *dir)
{
	DIR *d = opendir(dir);
	const struct dirent *entry;
	char path[512];

	while (d != NULL && (entry = readdir(d)) != NULL) {
		(void)snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		(void)unlink(path);	/* . and .. stay */
	}
	if (d != NULL)
		(void)closedir(d);
	(void)rmdir(dir);
}

static void
clean_up(void)
{
	lc_close(lc);
	empty(dirs[0]);
	empty(dirs[1]);
}

static int64_t
wall(void *arg)
{
	(void)arg;
	return 1800000000;
}

static void
set_up(void)
{
	static const struct lc_device_options device = {
		.index = 1, .pid = "LIC1921/K9", .sn = "LAB00000001",
	};
	static const struct lc_store_options store = {
		.device = 1, .index = 1, .kind = LC_STORE_PRIMARY,
		.name = "flash", .size = 65536, .is_default = true,
	};
	struct lc_options o = {
		.state_dir = dirs[0], .key_dir = dirs[1], .own_keys = true,
		.devices = &device, .ndevices = 1,
		.stores = &store, .nstores = 1, .clock.wall = wall,
	};
	char path[128];
	FILE *file;

	if (lc != NULL)
		return;
	for (int i = 0; i < 2; i++) {
		const char *base = getenv("TMPDIR");

		(void)snprintf(dirs[i], sizeof dirs[i],
		    "%.32s/licagent-fuzz-XXXXXX", base != NULL ? base :
		    "/tmp");
		require(mkdtemp(dirs[i]) != NULL);
	}
	(void)snprintf(path, sizeof path, "%s/key.jwk", dirs[1]);
	require((file = fopen(path, "w")) != NULL);
	require(fwrite(jwk, 1, strlen(jwk), file) == strlen(jwk));
	require(fclose(file) == 0);
	require(lc_open(&o, &lc, NULL) == LC_OK);
	(void)atexit(clean_up);
}

static void
run(enum lc_action_kind kind, const uint8_t *data, size_t len)
{
	struct lc_request r = {
		.kind = kind, .data = data, .len = len, .accept_eula = true,
		.by = "fuzz",
	};
	const struct lc_result *results;
	struct lc_action *a = NULL;
	size_t n;

	require(lc_action_new(lc, &r, &a) == LC_OK);
	lc_action_run(a);
	require(lc_action_state(a) >= LC_SUCCESSFUL);
	require((lc_action_state(a) == LC_FAILED) ==
	    (lc_action_error(a) != LC_OK));
	results = lc_action_results(a, &n);
	for (size_t i = 0; i < n; i++)
		require((results[i].state == LC_FAILED) ==
		    (results[i].err != LC_OK));
	lc_action_free(a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct lc_inspection *inspection = NULL;

	set_up();
	run(LC_INSTALL, data, len);
	run(LC_GENERATE_EULA, data, len);
	run(LC_PROCESS_TICKET, data, len);
	run(LC_REGENERATE_TICKET, data, len);
	if (lc_inspect(data, len, dirs[1], &inspection, NULL) == LC_OK)
		lc_inspection_free(inspection);
	return 0;
}
