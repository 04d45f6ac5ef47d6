/* device.c - a device for tests. */
#include "device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "format/file.h"

static int64_t
wall(void *arg)
{
	return ((struct device *)arg)->wall;
}

static int64_t
boot_ms(void *arg)
{
	return ((struct device *)arg)->boot_ms;
}

static void
notice(void *arg, enum lc_err err, const char *text)
{
	struct device *d = arg;

	if (d->nnotices < DEVICE_EVENTS)
		d->notices[d->nnotices++] = err;
	snprintf(d->notice, sizeof d->notice, "%s", text);
	snprintf(d->told + strlen(d->told), sizeof d->told - strlen(d->told),
	    "%s\n", text);
}

static void
event(void *arg, const struct lc_event *e)
{
	struct device *d = arg;
	struct device_selected *s = &d->selected[d->nselected];

	if (e->kind > LC_EVENT_BOOT_LEVEL && d->nselected < DEVICE_EVENTS) {
		*s = (struct device_selected){ e->kind, e->license, e->count,
			"" };
		snprintf(s->feature, sizeof s->feature, "%s",
		    e->feature_name);
		d->nselected++;
	} else if (d->nevents < DEVICE_EVENTS) {
		d->events[d->nevents++] = e->kind;
	}
}

static void
lease(void *arg, struct lc_lease *l)
{
	(void)l;
	((struct device *)arg)->nleases++;
}

struct device *
device_new(void)
{
	struct device *d = calloc(1, sizeof *d);

	REQUIRE(d != NULL);
	d->issuer = issuer_new(LC_ED25519);
	d->dir = check_dir();
	d->wall = 1800000000;
	d->boot_ms = 1000000;
	d->devices[0] = (struct lc_device_options){
		.index = 1, .pid = "TEST-1", .sn = "SN1",
	};
	d->stores[0] = (struct lc_store_options){
		.device = 1, .index = 1, .kind = LC_STORE_PRIMARY,
		.name = "flash:primary", .size = 65536, .is_default = true,
	};
	d->features[0] = (struct lc_feature_options){
		.index = 1, .name = "one", .version = "1.0",
	};
	d->features[1] = (struct lc_feature_options){
		.index = 2, .name = "phones", .version = "1.0",
		.what_is_counted = "phones",
	};
	d->options = (struct lc_options){
		.state_dir = d->dir, .key_dir = d->issuer->dir,
		.own_keys = true,
		.devices = d->devices, .ndevices = 1,
		.stores = d->stores, .nstores = 1,
		.features = d->features, .nfeatures = 2,
		.clock = { wall, boot_ms, d },
		.notice = notice, .event = event, .lease = lease, .arg = d,
	};
	return d;
}

void
device_open(struct device *d)
{
	struct lc_detail detail = { "" };

	CHECK_ERR(lc_open(&d->options, &d->lc, &detail), LC_OK, &detail);
	CHECK_STR(detail.text, "");
	REQUIRE(d->lc != NULL);
}

void
device_close(struct device *d)
{
	lc_close(d->lc);
	d->lc = NULL;
}

void
device_reopen(struct device *d)
{
	device_close(d);
	device_open(d);
}

void
device_free(struct device *d)
{
	device_close(d);
	issuer_free(d->issuer);
	free(d);
}

void
device_pass(struct device *d, int64_t seconds)
{
	int64_t wait;

	d->wall += seconds;
	d->boot_ms += seconds * 1000;
	CHECK_ERR(lc_tick(d->lc, &wait), LC_OK, NULL);
}

char *
device_file(const struct device *d, const struct lc_terms *terms, size_t n)
{
	struct lc_file_writer w = { 0 };

	lc_file_writer_text(&w, "A license file of the tests.\n");
	for (size_t i = 0; i < n; i++) {
		char *line = issuer_line(d->issuer, &terms[i]);

		lc_file_writer_lines(&w, (const char *const *)&line, 1);
		free(line);
	}
	REQUIRE(lc_file_writer_end(&w) == LC_OK);
	return w.text;
}

struct lc_action *
device_install_file(struct device *d, const char *file, struct lc_request r)
{
	struct lc_action *a = NULL;

	r.kind = LC_INSTALL;
	r.data = file;
	r.len = strlen(file);
	REQUIRE(lc_action_new(d->lc, &r, &a) == LC_OK);
	lc_action_run(a);
	return a;
}

struct lc_action *
device_install(struct device *d, const struct lc_terms *terms, size_t n,
    struct lc_request r)
{
	char *file = device_file(d, terms, n);
	struct lc_action *a = device_install_file(d, file, r);

	free(file);
	return a;
}

uint32_t
device_add(struct device *d, struct lc_terms terms)
{
	struct lc_action *a = device_install(d, &terms, 1,
	    (struct lc_request){ .accept_eula = true });
	const struct lc_license *l;

	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	CHECK_STR(lc_action_detail(a), "");
	lc_action_free(a);
	l = device_license(d, terms.id);
	REQUIRE(l != NULL);
	return l->index;
}

enum lc_err
device_clear(struct device *d, uint32_t index)
{
	struct lc_request r = { .kind = LC_CLEAR, .license = index };
	struct lc_action *a = NULL;
	enum lc_err err;

	REQUIRE(lc_action_new(d->lc, &r, &a) == LC_OK);
	lc_action_run(a);
	err = lc_action_error(a);
	lc_action_free(a);
	return err;
}

const struct lc_license *
device_license(const struct device *d, const char *id)
{
	const struct lc_license *const *list;
	size_t n;

	list = lc_licenses(d->lc, &n);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i]->terms.id, id) == 0)
			return list[i];
	}
	return NULL;
}
