/*
 * device.c - a device for the tests of the authority: one call of the core for
 * each run, on a state directory that stays.
 *
 *	device STATE PID:SN KEYS install FILE
 *	device STATE PID:SN KEYS revoke TICKET ANSWER
 *	device STATE PID:SN KEYS credentials FILE [NONCE]
 *	device STATE PID:SN KEYS use FEATURE SECONDS
 *	device STATE PID:SN KEYS licenses
 *
 * The exit status is 0, or 1 with what was wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "licensecore.h"

#define FILE_SIZE (16 << 20)

static int64_t passed; /* seconds of use */

static int64_t
wall(void *arg)
{
	(void)arg;
	return (int64_t)time(NULL) + passed;
}

static int64_t
boot_ms(void *arg)
{
	(void)arg;
	return (1000 + passed) * 1000;
}

static void
notice(void *arg, enum lc_err err, const char *text)
{
	(void)arg;
	if (err != LC_OK)
		fprintf(stderr, "notice: %s\n", text);
}

static void
event(void *arg, const struct lc_event *e)
{
	(void)arg;
	(void)e;
}

static void
lease(void *arg, struct lc_lease *l)
{
	(void)arg;
	(void)l;
}

static struct lc *
device_open(const char *state, char *udi, const char *keys)
{
	static const struct lc_feature_options features[] = {
		{ .index = 1, .name = "ipbasek9", .version = "1.0" },
		{ .index = 2, .name = "securityk9", .version = "1.0" },
		{ .index = 3, .name = "datak9", .version = "1.0" },
		{ .index = 4, .name = "uck9", .version = "1.0" },
		{ .index = 5, .name = "cme-srst", .version = "1.0",
		    .what_is_counted = "phones" },
	};
	const struct lc_store_options store = {
		.device = 1, .index = 1, .kind = LC_STORE_PRIMARY,
		.name = "flash:primary", .size = 64 << 20, .is_default = true,
	};
	char *sn = strchr(udi, ':');
	struct lc_device_options device = { .index = 1, .pid = udi };
	struct lc_detail detail = { "" };
	struct lc *lc = NULL;

	*sn++ = '\0';
	device.sn = sn;
	if (lc_open(&(struct lc_options){ .state_dir = state, .key_dir = keys,
		.own_keys = true, .devices = &device, .ndevices = 1,
		.stores = &store, .nstores = 1, .features = features,
		.nfeatures = sizeof features / sizeof features[0],
		.clock = { wall, boot_ms, NULL }, .notice = notice,
		.event = event, .lease = lease }, &lc, &detail) == LC_OK)
		return lc;
	fprintf(stderr, "%s\n", detail.text);
	exit(1);
}

static char *
file_read(const char *path, size_t *len)
{
	FILE *file = fopen(path, "r");
	char *data = malloc(FILE_SIZE);

	if (file == NULL || data == NULL) {
		perror(path);
		exit(1);
	}
	*len = fread(data, 1, FILE_SIZE, file);
	(void)fclose(file);
	return data;
}

static int
file_write(const char *path, const char *data, size_t len)
{
	FILE *file = fopen(path, "w");

	return file == NULL || fwrite(data, 1, len, file) != len ||
	    fclose(file) != 0;
}

static int
action(struct lc *lc, enum lc_action_kind kind, const char *in, const char *out,
    const char *nonce)
{
	struct lc_request r = { .kind = kind, .accept_eula = true,
		.nonce = nonce };
	struct lc_action *a = NULL;
	const char *output;
	size_t len = 0;
	char *data = in != NULL ? file_read(in, &r.len) : NULL;
	int status;

	r.data = data;
	if (lc_action_new(lc, &r, &a) != LC_OK)
		return 1;
	lc_action_run(a);
	status = lc_action_state(a) != LC_SUCCESSFUL;
	if (status != 0)
		fprintf(stderr, "%s: %s\n", lc_strerror(lc_action_error(a)),
		    lc_action_detail(a));
	output = lc_action_output(a, &len);
	if (status == 0 && out != NULL)
		status = output == NULL || file_write(out, output, len) != 0;
	lc_action_free(a);
	free(data);
	return status;
}

static int
use(struct lc *lc, const char *feature, const char *seconds)
{
	struct lc_lease *held = NULL;
	int64_t wait;

	if (lc_checkout(lc, &(struct lc_lease_request){ .feature = feature,
		.count = 1 }, &held, NULL) != LC_OK)
		return 1;
	passed = atoll(seconds);
	return lc_tick(lc, &wait) != LC_OK;
}

static int
licenses(const struct lc *lc)
{
	const struct lc_license *const *list;
	size_t n;

	list = lc_licenses(lc, &n);
	for (size_t i = 0; i < n; i++)
		printf("%s %s %u %u\n", list[i]->terms.feature,
		    lc_type_name(list[i]->terms.type), list[i]->terms.count,
		    list[i]->terms.period_s);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *command = argc > 4 ? argv[4] : "";
	struct lc *lc;
	int status = 2;

	if (argc < 5 || strchr(argv[2], ':') == NULL)
		return 2;
	lc = device_open(argv[1], argv[2], argv[3]);
	if (strcmp(command, "install") == 0 && argc == 6)
		status = action(lc, LC_INSTALL, argv[5], NULL, NULL);
	else if (strcmp(command, "revoke") == 0 && argc == 7)
		status = action(lc, LC_PROCESS_TICKET, argv[5], argv[6],
		    NULL);
	else if (strcmp(command, "credentials") == 0 && argc <= 7 && argc >= 6)
		status = action(lc, LC_EXPORT_CREDENTIALS, NULL, argv[5],
		    argv[6]);
	else if (strcmp(command, "use") == 0 && argc == 7)
		status = use(lc, argv[5], argv[6]);
	else if (strcmp(command, "licenses") == 0)
		status = licenses(lc);
	lc_close(lc);
	return status;
}
