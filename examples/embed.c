/*
 * embed.c - licensing inside a program: installs a license file if one is
 * given, checks out a feature, lists the licenses.  No SNMP, no daemon.
 *	embed STATE-DIR KEYS-DIR FEATURE [LICENSE-FILE]
 *	cc embed.c $(pkg-config --cflags --libs liblicensecore)
 */
#include <licensecore.h>
#include <stdio.h>

static void
install(struct lc *lc, const char *path)
{
	static char data[1 << 20];
	struct lc_request request = { .kind = LC_INSTALL, .data = data,
		.accept_eula = true, .by = "embed" };
	struct lc_action *action;
	FILE *file = fopen(path, "r");

	if (file != NULL) {
		request.len = fread(data, 1, sizeof data, file);
		fclose(file);
	}
	if (lc_action_new(lc, &request, &action) != LC_OK)
		return;
	lc_action_run(action);
	printf("%s: %s\n", path, lc_action_state(action) == LC_SUCCESSFUL ?
	    "installed" : lc_action_detail(action));
	lc_action_free(action);
}

int
main(int argc, char **argv)
{
	struct lc_device_options device = { .index = 1, .pid = "EMBED-1",
		.sn = "0001" };
	struct lc_store_options store = { .device = 1, .index = 1,
		.name = "store", .size = 65536, .is_default = true };
	struct lc_options options = { .devices = &device, .ndevices = 1,
		.stores = &store, .nstores = 1,
		.own_keys = true /* not in a product: see licensecore.h */ };
	struct lc_lease_request wanted = { .version = "1.0" };
	const struct lc_license *const *licenses;
	struct lc_detail why = { "" };
	struct lc_lease *lease;
	struct lc *lc;
	size_t n;

	if (argc < 4)
		return 2;
	options.state_dir = argv[1];
	options.key_dir = argv[2];
	wanted.feature = argv[3];
	if (lc_open(&options, &lc, &why) != LC_OK)
		return fprintf(stderr, "%s\n", why.text) > 0;
	if (argc > 4)
		install(lc, argv[4]);
	printf("%s\n", lc_checkout(lc, &wanted, &lease, &why) == LC_OK ?
	    "licensed" : why.text);
	licenses = lc_licenses(lc, &n);
	for (size_t i = 0; i < n; i++)
		printf("%u: %s, %s\n", licenses[i]->index,
		    licenses[i]->terms.feature,
		    lc_type_name(licenses[i]->terms.type));
	lc_close(lc);
	return 0;
}
