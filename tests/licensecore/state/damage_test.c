/*
 * damage_test.c - a whole device whose files rot: every class of byte of each
 * of its files, one file at a time and in pairs.
 *
 * One damaged file costs nothing: what a host sees is what it saw before.  Of
 * a pair nothing is given back, and what is lost is named.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "device.h"
#include "disk_calls.h"
#include "format/file.h"
#include "ticket.h"

#if defined __SANITIZE_ADDRESS__
#define SLOW 1
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define SLOW 1
#endif
#endif
/*
 * One case of so many, from a random one on: all of them take minutes, and are
 * run by building this with -DSTRIDE=1.
 */
#ifndef STRIDE
#ifdef SLOW
#define STRIDE 41
#else
#define STRIDE 7
#endif
#endif

#define DAY INT64_C(86400)
#define PAGE 4096

/* ---- A device with everything ---------------------------------------- */

enum file {
	MAIN, TWIN, RUNNING, RUNNING_TWIN, KEY, KEY_TWIN, BUILT_IN, MEDIUM,
	NFILES
};
static const char *const names[NFILES] = {
	"state.db", "state-twin.db", "running", "running-twin", "device.key",
	"device-twin.key", "built-in.lic", "card.db",
};

struct rig {
	struct device *d;
	const char *media;	/* the folder of BUILT_IN and MEDIUM */
	const char *paths[NFILES];
	char *data[NFILES];
	size_t len[NFILES];
	int64_t wall, boot_ms;	/* when the device stopped */
	char *seen, *history;	/* what a host sees of it */
	char notices[16384];	/* since the last opening */
	bool told;		/* of damage */
};

static const char agreement[] = "Nutze es gut, J\xc3\xbcrgen.\n";

static void
notice(void *arg, enum lc_err err, const char *text)
{
	struct rig *r = arg;
	size_t len = strlen(r->notices);

	r->told |= err == LC_EDAMAGED;
	snprintf(r->notices + len, sizeof r->notices - len, "%s\n", text);
}

/* The callbacks of the device keep their own argument. */
static struct rig *current;

static void
notice_current(void *arg, enum lc_err err, const char *text)
{
	(void)arg;
	notice(current, err, text);
}

static struct lc_terms
trial(const char *id, const char *feature)
{
	struct lc_terms t = issuer_terms(id);

	t.feature = feature;
	t.type = LC_DEMO;
	t.nudis = 0;
	t.period_s = 100000;
	return t;
}

static struct lc_terms
phones(const char *id)
{
	struct lc_terms t = issuer_terms(id);

	t.feature = "phones";
	t.counted = true;
	t.count = 10;
	t.comment = "f\xc3\xbcr das B\xc3\xbcro";
	return t;
}

static void
install_in(struct device *d, uint32_t store, const struct lc_terms *terms,
    size_t n)
{
	struct lc_action *a = device_install(d, terms, n, (struct lc_request){
		.store = store, .accept_eula = true,
		.by = "J\xc3\xbcrgen \xe2\x82\xac",
	});

	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	lc_action_free(a);
}

static void
use(struct device *d, const char *feature, int64_t seconds)
{
	struct lc_lease_request wanted = { .feature = feature };
	struct lc_lease *lease = NULL;

	CHECK_ERR(lc_checkout(d->lc, &wanted, &lease, NULL), LC_OK, NULL);
	device_pass(d, seconds);
	lc_release(lease);
}

static void
stores_make(struct rig *r, const struct lc_terms *built_in, size_t n)
{
	struct device *d = r->d;
	char *file = device_file(d, built_in, n);

	check_write(r->paths[BUILT_IN], file, strlen(file));
	check_write(r->paths[MEDIUM], "", 0);
	free(file);
	d->stores[1] = (struct lc_store_options){
		.device = 1, .index = 2, .kind = LC_STORE_REMOVABLE,
		.name = "card:", .path = r->paths[MEDIUM], .size = 1 << 20,
	};
	d->stores[2] = (struct lc_store_options){
		.device = 1, .index = 3, .kind = LC_STORE_BUILT_IN,
		.name = "rom:", .path = r->paths[BUILT_IN],
	};
	d->stores[3] = (struct lc_store_options){
		.device = 1, .index = 4, .kind = LC_STORE_PRIMARY,
		.name = "disk1:", .size = 1 << 20,
	};
	d->stores[0].size = 1 << 20;
	d->options.nstores = 4;
}

/* A trial that was cleared after use; one given up for good; one in use. */
static void
past_make(struct device *d)
{
	struct ticket t = {
		.id = "t1", .seq = 1, .remove = { "gone" }, .eula = agreement,
		.nadd = 1,
	};
	char digest[LC_EULA_DIGEST_LEN + 1];
	struct lc_terms terms = trial("cleared", "one");

	REQUIRE(lc_eula_digest(agreement, strlen(agreement), digest) == LC_OK);
	install_in(d, 1, &terms, 1);
	use(d, "one", 100);
	CHECK_ERR(device_clear(d, 3), LC_OK, NULL);
	terms = issuer_terms("gone");
	install_in(d, 1, &terms, 1);
	t.add[0] = trial("trial", "one");
	t.add[0].eula = digest;
	lc_action_free(ticket_process(d, &t, (struct lc_request){
		.accept_eula = true, .by = "\xd0\xb8\xd0\xb2\xd0\xb0\xd0\xbd",
	}));
	CHECK(device_license(d, "gone") == NULL);
	CHECK_ERR(lc_comment_set(d->lc, 1, 1, 5, "im Keller, \xc2\xbd"),
	    LC_OK, NULL);
	CHECK_ERR(lc_priority_set(d->lc, 1, 1, 5, LC_PRIORITY_HIGH), LC_OK,
	    NULL);
	CHECK_ERR(lc_switch_set(d->lc, LC_SWITCH_ERROR, false), LC_OK, NULL);
	CHECK_ERR(lc_eula_standing_set(d->lc, true, "me"), LC_OK, NULL);
}

static void
many_add(struct device *d, uint32_t store, size_t n)
{
	struct lc_terms *terms = calloc(n, sizeof *terms);
	char (*ids)[24] = calloc(n, sizeof *ids);

	REQUIRE(terms != NULL && ids != NULL);
	for (size_t i = 0; i < n; i++) {
		snprintf(ids[i], sizeof ids[i], "s%u-%zu", store, i);
		terms[i] = phones(ids[i]);
	}
	install_in(d, store, terms, n);
	free(ids);
	free(terms);
}

static void
files_keep(struct rig *r)
{
	for (int i = 0; i < NFILES; i++)
		r->data[i] = check_read(r->paths[i], &r->len[i]);
	r->wall = r->d->wall;
	r->boot_ms = r->d->boot_ms;
}

static void
folder_clear(const char *dir)
{
	const struct dirent *entry;
	char path[1024];
	DIR *list = opendir(dir);

	REQUIRE(list != NULL);
	while ((entry = readdir(list)) != NULL) {
		snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		(void)unlink(path);	/* . and .. stay */
	}
	(void)closedir(list);
}

static void
file_put(const struct rig *r, int i)
{
	check_write(r->paths[i], r->data[i], r->len[i]);
	REQUIRE(chmod(r->paths[i], 0600) == 0);
}

static void
files_put_back(struct rig *r)
{
	folder_clear(r->d->dir);
	folder_clear(r->media);
	for (int i = 0; i < NFILES; i++)
		file_put(r, i);
	r->d->wall = r->wall + 7;
	r->d->boot_ms = r->boot_ms + 7000;
}

/* ---- What a host sees ------------------------------------------------ */

static void
open_again(struct rig *r)
{
	current = r;
	r->notices[0] = '\0';
	r->told = false;
	r->d->nnotices = r->d->nevents = r->d->nselected = 0;
	device_open(r->d);
}

static void
license_print(FILE *out, struct device *d, const struct lc_license *l)
{
	fprintf(out, "%u.%u %s %s %s accepted %d left %u used %u count %u"
	    " installed %lld priority %d comment %s\n", l->store,
	    l->index, l->terms.id, l->terms.feature,
	    lc_type_name(l->terms.type), l->eula_accepted,
	    lc_license_left_s(d->lc, l), lc_license_used_s(d->lc, l),
	    l->count_left, (long long)l->installed, l->priority,
	    l->comment);
}

/* All but the history, to which what was done about damage is added. */
static char *
seen_print(struct device *d)
{
	const struct lc_license *const *list;
	const struct lc_event *event;
	uint64_t after = 0;
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	REQUIRE(out != NULL);
	list = lc_licenses(d->lc, &n);
	for (size_t i = 0; i < n; i++)
		license_print(out, d, list[i]);
	fprintf(out, "standing %d error %d now %lld\n",
	    lc_eula_standing(d->lc), lc_switch_get(d->lc, LC_SWITCH_ERROR),
	    (long long)lc_clock_now_s(d->lc));
	while (lc_event_next(d->lc, after, &event) == LC_OK) {
		after = event->seq;
		fprintf(out, "event %llu %d %u %s %s\n",
		    (unsigned long long)after, event->kind, event->license,
		    event->feature_name, event->by);
	}
	fclose(out);
	return text;
}

static char *
history_print(struct device *d)
{
	const struct lc_history *h = NULL;
	uint64_t after = 0;
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	REQUIRE(out != NULL);
	while (lc_history_next(d->lc, after, &h) == LC_OK) {
		after = h->seq;
		fprintf(out, "%llu %s %s %u %s %s\n",
		    (unsigned long long)after, h->what, h->udi, h->store,
		    h->id, h->body);
	}
	fclose(out);
	return text;
}

/* What was given up stays so, and what was cleared is as used as it was. */
static void
check_nothing_returns(struct device *d, uint32_t left_most)
{
	struct lc_terms gone = issuer_terms("gone");
	struct lc_terms cleared = trial("cleared", "one");
	const struct lc_license *l;
	struct lc_action *a;

	a = device_install(d, &gone, 1, (struct lc_request){ 0 });
	CHECK_ERR(lc_action_error(a), LC_EREVOKED, NULL);
	lc_action_free(a);
	a = device_install(d, &cleared, 1, (struct lc_request){
		.accept_eula = true });
	lc_action_free(a);
	if ((l = device_license(d, "cleared")) != NULL)
		CHECK(lc_license_left_s(d->lc, l) <= left_most);
	else
		CHECK(left_most < 100000 - 100);
	CHECK_HAS(lc_clock_now_s(d->lc) >= 1800000100 ? "ok" : "back", "ok");
}

/* ---- The rig --------------------------------------------------------- */

static struct rig *
rig_new(size_t many)
{
	static const char *const wanted = "one";
	struct lc_lease_request request = { .feature = wanted };
	const struct lc_terms rom[] = { phones("rom-1"), phones("rom-2") };
	struct rig *r = calloc(1, sizeof *r);
	struct lc_lease *lease = NULL;
	struct device *d;

	REQUIRE(r != NULL);
	disk_end_at(0, DISK_FAILS);	/* which makes it quick */
	r->d = d = device_new();
	r->media = check_dir();
	for (int i = 0; i < NFILES; i++)
		r->paths[i] = check_path(i < BUILT_IN ? d->dir : r->media,
		    names[i]);
	d->options.notice = notice_current;
	stores_make(r, rom, CHECK_COUNT(rom));
	open_again(r);
	past_make(d);
	many_add(d, 1, many);
	many_add(d, 2, many / 2 + 1);
	many_add(d, 4, many / 2 + 1);
	use(d, "one", 300);
	/* It ends while this is in use. */
	CHECK_ERR(lc_checkout(d->lc, &request, &lease, NULL), LC_OK, NULL);
	device_pass(d, 60);
	files_keep(r);
	device_close(d);
	files_put_back(r);
	open_again(r);
	r->seen = seen_print(d);
	r->history = history_print(d);
	CHECK_STR(r->notices, "");
	CHECK_ERR(lc_check(d->lc, NULL), LC_OK, NULL);
	check_nothing_returns(d, 100000 - 100);
	device_close(d);
	return r;
}

static void
rig_free(struct rig *r)
{
	for (int i = 0; i < NFILES; i++)
		free(r->data[i]);
	device_free(r->d);
	free(r->seen);
	free(r->history);
	free(r);
}

/* Is what was damaged kept beside it? */
static bool
is_aside(const struct rig *r, int file)
{
	const struct dirent *entry;
	DIR *list = opendir(r->d->dir);
	char start[64];
	bool any = false;

	REQUIRE(list != NULL);
	snprintf(start, sizeof start, "%s.damaged-", names[file]);
	while ((entry = readdir(list)) != NULL)
		any |= strncmp(entry->d_name, start, strlen(start)) == 0;
	(void)closedir(list);
	return any;
}

static void
check_history(struct rig *r)
{
	char *history = history_print(r->d);

	CHECK(strncmp(history, r->history, strlen(r->history)) == 0);
	free(history);
}

/* The first seconds, in which files are read through. */
static void
seconds_pass(struct rig *r)
{
	for (int i = 0; i < 5; i++)
		device_pass(r->d, 1);
}

/*
 * Opens with this one file damaged: nothing is lost, nothing appears, and
 * afterwards it is whole again.  must: the damage says something, so that it
 * has to be told.
 */
static void
check_one(struct rig *r, int file, bool must)
{
	struct lc_detail why = { "" };
	char *seen;
	bool told;

	open_again(r);
	seen = seen_print(r->d);
	CHECK_STR(seen, r->seen);
	free(seen);
	check_history(r);
	told = r->told || lc_check(r->d->lc, NULL) == LC_EDAMAGED;
	seconds_pass(r);
	if (must) {
		CHECK(told);
		CHECK(is_aside(r, file));
	}
	if (told)
		CHECK(r->told);
	CHECK_ERR(lc_check(r->d->lc, &why), LC_OK, &why);
	check_nothing_returns(r->d, 100000 - 100);
	device_close(r->d);
	open_again(r);
	CHECK_STR(r->notices, "");
	CHECK_ERR(lc_check(r->d->lc, &why), LC_OK, &why);
	device_close(r->d);
}

static char
other_byte(char was, size_t at)
{
	return (char)(was ^ (at % 3 == 2 ? 0xff : 1 << at % 8));
}

static unsigned ncases, nrun;

static bool
is_due(void)
{
	if (ncases++ % STRIDE != 0)
		return false;
	nrun++;
	return true;
}

static void
cases_begin(void)
{
	ncases = (unsigned)check_random(STRIDE);
	nrun = 0;
}

/* With one byte of it another one. */
static void
byte_case(struct rig *r, int file, size_t at, bool must)
{
	char was = r->data[file][at];

	if (!is_due())
		return;
	files_put_back(r);
	r->data[file][at] = other_byte(was, at);
	file_put(r, file);
	r->data[file][at] = was;
	check_one(r, file, must);
}

/* ---- The bytes of a database ----------------------------------------- */

static size_t
varint(const uint8_t *at, int64_t *value)
{
	uint64_t v = 0;

	for (size_t i = 0; i < 8; i++) {
		v = v << 7 | (at[i] & 0x7f);
		if ((at[i] & 0x80) == 0) {
			*value = (int64_t)v;
			return i + 1;
		}
	}
	*value = (int64_t)(v << 8 | at[8]);
	return 9;
}

static size_t
column_len(int64_t serial)
{
	static const size_t lens[] = { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0 };

	return serial < 10 ? lens[serial] : (size_t)(serial - 12) / 2;
}

/* Each part of a row: its length, key, each column's kind, and its bytes. */
static void
row_bytes(struct rig *r, int file, size_t cell)
{
	const uint8_t *data = (const uint8_t *)r->data[file];
	size_t at = cell, header, value;
	int64_t payload, key, len, serial;

	byte_case(r, file, at, false);
	at += varint(data + at, &payload);
	byte_case(r, file, at, true);
	at += varint(data + at, &key);
	REQUIRE(payload < PAGE - 35);	/* else it goes on elsewhere */
	header = at;
	byte_case(r, file, at, true);
	at += varint(data + at, &len);
	value = header + (size_t)len;
	for (int column = 0; at < header + (size_t)len; column++) {
		size_t n;

		/* The first one is the key, which stands before. */
		byte_case(r, file, at, column > 0);
		at += varint(data + at, &serial);
		n = column_len(serial);
		if (n > 0)
			byte_case(r, file, value, true);
		if (n > 1)
			byte_case(r, file, value + n - 1, true);
		value += n;
	}
}

/* First, last and one in between, of each table that is on one page. */
static unsigned
rows_bytes(struct rig *r, int file)
{
	unsigned tables = 0;

	for (size_t page = 1; page < r->len[file] / PAGE; page++) {
		const uint8_t *at = (uint8_t *)r->data[file] + page * PAGE;
		unsigned n = (unsigned)at[3] << 8 | at[4];

		if (at[0] != 0x0d || n == 0)
			continue;
		tables += page < 9;
		for (unsigned i = 0; i < n; i += n > 2 ? (n - 1) / 2 : 1) {
			size_t cell = (size_t)at[8 + 2 * i] << 8 |
			    at[9 + 2 * i];

			check_context("%s: page %zu, row %u", names[file],
			    page + 1, i);
			row_bytes(r, file, page * PAGE + cell);
		}
	}
	return tables;
}

/* What describes pages: their kind, how many rows, where these are. */
static void
pages_bytes(struct rig *r, int file)
{
	for (size_t page = 1; page < r->len[file] / PAGE; page++) {
		size_t at = page * PAGE;

		for (size_t i = 0; i < 16; i++) {
			check_context("%s: page %zu, byte %zu", names[file],
			    page + 1, i);
			byte_case(r, file, at + i, false);
		}
		/* Free space, mostly. */
		for (size_t i = 0; i < 8; i++)
			byte_case(r, file, at + 100 + check_random(PAGE - 100),
			    false);
	}
}

static void
header_bytes(struct rig *r, int file)
{
	const char *data = r->data[file];

	for (size_t at = 0; at < 100; at++) {
		check_context("%s: byte %zu", names[file], at);
		byte_case(r, file, at, at < 24);
	}
	for (size_t at = 100; at < PAGE; at += data[at] != '\0' ? 5 : 97) {
		check_context("%s: byte %zu", names[file], at);
		byte_case(r, file, at, false);
	}
}

static void
state_bytes(int file)
{
	struct rig *r = rig_new(2);

	cases_begin();
	header_bytes(r, file);
	pages_bytes(r, file);
	CHECK(rows_bytes(r, file) >= 6);
	printf("    %u of %u bytes of %s\n", nrun, ncases, names[file]);
	rig_free(r);
}

static void
bytes_of_the_first(void)
{
	state_bytes(MAIN);
}

static void
bytes_of_the_twin(void)
{
	state_bytes(TWIN);
}

/* ---- Tests ----------------------------------------------------------- */

static void
every_byte_of_small_files(void)
{
	struct rig *r = rig_new(2);

	cases_begin();
	for (int file = RUNNING; file <= KEY_TWIN; file++) {
		/* A record with one meter, or a key in base64. */
		size_t counts = file < KEY ? 108 + 17 + 16 : 0;

		for (size_t at = 0; at < r->len[file] && at < 250; at++) {
			check_context("%s: byte %zu", names[file], at);
			byte_case(r, file, at, at < counts);
		}
	}
	printf("    %u of %u bytes\n", nrun, ncases);
	rig_free(r);
}

/* ---- Stores ---------------------------------------------------------- */

/* How many lines of this text. */
static unsigned
lines_with(const char *text, const char *part)
{
	unsigned n = 0;

	while ((text = strstr(text, part)) != NULL) {
		n++;
		text += strlen(part);
	}
	return n;
}

/*
 * The text without the licenses of a store: each of these that is not there is
 * named by feature and id.
 */
static char *
without_store(struct rig *r, uint32_t store)
{
	char start[16], *kept = calloc(1, strlen(r->seen) + 1);
	char *all = strdup(r->seen), *line, *next = all;
	char id[64], what[100];

	REQUIRE(kept != NULL && all != NULL);
	snprintf(start, sizeof start, "%u.", store);
	while ((line = strsep(&next, "\n")) != NULL && *line != '\0') {
		if (strncmp(line, start, strlen(start)) != 0) {
			strcat(strcat(kept, line), "\n");
			continue;
		}
		REQUIRE(sscanf(line, "%*s %63s", id) == 1);
		if (device_license(r->d, id) != NULL)
			continue;
		snprintf(what, sizeof what, "license %s of feature phones", id);
		CHECK_HAS(r->notices, what);
	}
	free(all);
	return kept;
}

/* What a host sees now, but for this store. */
static char *
seen_without(struct rig *r, uint32_t store)
{
	char start[16], *text = seen_print(r->d), *kept, *line, *next = text;

	kept = calloc(1, strlen(text) + 1);
	REQUIRE(kept != NULL);
	snprintf(start, sizeof start, "%u.", store);
	while ((line = strsep(&next, "\n")) != NULL && *line != '\0') {
		if (strncmp(line, start, strlen(start)) != 0)
			strcat(strcat(kept, line), "\n");
	}
	free(text);
	return kept;
}

/* Only what is in this store is lost, and each of it is named. */
static void
check_store(struct rig *r, int file, uint32_t store)
{
	char *expected, *found;
	size_t n, lost;

	open_again(r);
	expected = without_store(r, store);
	found = seen_without(r, store);
	CHECK_STR(found, expected);
	(void)lc_licenses(r->d->lc, &n);
	lost = lines_with(r->seen, "installed") - n;
	CHECK_UINT(lines_with(r->notices, "is missing from store"), lost);
	CHECK_UINT(r->d->nselected, lost);
	for (size_t i = 0; i < r->d->nselected; i++)
		CHECK_INT(r->d->selected[i].kind, LC_EVENT_MISSING);
	if (lost > 0) {
		CHECK(r->told);
		CHECK_ERR(lc_check(r->d->lc, NULL), LC_EDAMAGED, NULL);
	}
	free(expected);
	free(found);
	/* As an event, and in the history, once. */
	device_close(r->d);
	open_again(r);
	CHECK_UINT(lines_with(r->notices, "is missing from store"), lost);
	CHECK_UINT(r->d->nselected, 0);
	/* The file is put right. */
	device_close(r->d);
	file_put(r, file);
	open_again(r);
	found = seen_print(r->d);
	CHECK_STR(found, r->seen);
	CHECK_STR(r->notices, "");
	CHECK_ERR(lc_check(r->d->lc, NULL), LC_OK, NULL);
	free(found);
	device_close(r->d);
}

static void
bytes_of_stores(void)
{
	static const int files[] = { BUILT_IN, MEDIUM };
	struct rig *r = rig_new(2);

	cases_begin();
	for (int i = 0; i < 2; i++) {
		int file = files[i];
		size_t step = r->len[file] / 120 + 1;

		for (size_t at = 0; at < r->len[file]; at += step) {
			size_t place = at + check_random(step);

			if (place >= r->len[file] || !is_due())
				continue;
			check_context("%s: byte %zu", names[file], place);
			files_put_back(r);
			r->data[file][place] ^= 0x21;
			file_put(r, file);
			r->data[file][place] ^= 0x21;
			check_store(r, file, file == MEDIUM ? 2 : 3);
		}
		check_context("%s: gone", names[file]);
		files_put_back(r);
		if (file == BUILT_IN) {
			CHECK_INT(unlink(r->paths[file]), 0);
			check_store(r, file, 3);
		}
	}
	rig_free(r);
}

/* ---- A larger state -------------------------------------------------- */

static void
random_bytes_of_a_larger_state(void)
{
	struct rig *r = rig_new(200);

	cases_begin();
	for (unsigned i = 0; i < 60 * 7; i++) {
		int file = i % 2 == 0 ? MAIN : TWIN;
		size_t at = check_random(r->len[file]);

		check_context("%s: byte %zu", names[file], at);
		byte_case(r, file, at, false);
	}
	/* A page, or a run of bytes. */
	for (unsigned i = 0; i < 20 * 7; i++) {
		int file = i % 2 == 0 ? MAIN : TWIN;
		size_t len = i % 3 == 0 ? PAGE : 1 + check_random(2000);
		size_t at = check_random(r->len[file] - len);
		char *data;

		if (!is_due())
			continue;
		if (i % 3 == 0)
			at -= at % PAGE;
		check_context("%s: %zu bytes at %zu", names[file], len, at);
		files_put_back(r);
		data = malloc(r->len[file]);
		REQUIRE(data != NULL);
		memcpy(data, r->data[file], r->len[file]);
		for (size_t j = 0; j < len; j++)
			data[at + j] = (char)check_random(256);
		check_write(r->paths[file], data, r->len[file]);
		free(data);
		check_one(r, file, false);
	}
	rig_free(r);
}

/* ---- Pairs ----------------------------------------------------------- */

enum spoil { GONE, EMPTY, RUBBISH, BYTES, CUT, NSPOILS };

static void
spoil(struct rig *r, int file, enum spoil how)
{
	const char *path = r->paths[file];
	char *data = malloc(r->len[file]);

	REQUIRE(data != NULL);
	memcpy(data, r->data[file], r->len[file]);
	switch (how) {
	case GONE:
		CHECK_INT(unlink(path), 0);
		break;
	case EMPTY:
		check_write(path, "", 0);
		break;
	case RUBBISH:
		for (size_t i = 0; i < r->len[file]; i++)
			data[i] = (char)check_random(256);
		check_write(path, data, r->len[file]);
		break;
	case BYTES:
		for (int i = 0; i < 60; i++)
			data[check_random(r->len[file])] ^= 0x55;
		check_write(path, data, r->len[file]);
		break;
	case CUT:
		CHECK_INT(truncate(path, (off_t)r->len[file] / 2), 0);
		break;
	case NSPOILS:
		break;
	}
	free(data);
}

/*
 * Of licenses that the device had: there as it was, or told of.  A medium that
 * is away is not lost.  unread: what was used since it was folded is.
 */
static void
check_licenses(struct rig *r, bool all_named, bool away, bool unread)
{
	char *all = strdup(r->seen), *line, *next = all;
	char id[64];

	REQUIRE(all != NULL);
	while ((line = strsep(&next, "\n")) != NULL &&
	    strstr(line, " accepted ") != NULL) {
		const struct lc_license *l;
		uint32_t left = 0;

		REQUIRE(sscanf(line, "%*s %63s", id) == 1);
		REQUIRE(sscanf(strstr(line, " left "), " left %u", &left)
		    == 1);
		l = device_license(r->d, id);
		if (l != NULL)
			CHECK(lc_license_left_s(r->d->lc, l) <=
			    left + (unread ? 60 + 7 : 0));
		else if (all_named && !(away && *line == '2'))
			CHECK_HAS(r->notices, id);
	}
	free(all);
}

/* Nothing appears: each license was there before. */
static void
check_known(struct rig *r)
{
	const struct lc_license *const *list;
	size_t n;

	list = lc_licenses(r->d->lc, &n);
	for (size_t i = 0; i < n; i++) {
		char what[100];

		snprintf(what, sizeof what, " %s ", list[i]->terms.id);
		CHECK_HAS(r->seen, what);
	}
}

static void
pair_case(struct rig *r, int a, enum spoil how_a, int b, enum spoil how_b)
{
	bool both_gone = a == MAIN && b == TWIN && (how_a < BYTES ||
	    how_b < BYTES);
	struct lc_detail why = { "" };

	check_context("%s %d and %s %d", names[a], how_a, names[b], how_b);
	files_put_back(r);
	spoil(r, a, how_a);
	spoil(r, b, how_b);
	open_again(r);
	check_known(r);
	check_licenses(r, !both_gone, b == MEDIUM && how_b == GONE,
	    a == RUNNING && b == RUNNING_TWIN);
	seconds_pass(r);
	/* If nothing can be known of the past, that is what is told. */
	if (both_gone && r->len[a] > 0) {
		CHECK(r->told);
		CHECK_ERR(lc_check(r->d->lc, NULL), LC_EDAMAGED, NULL);
	}
	CHECK_ERR(lc_recording(r->d->lc, &why), LC_OK, &why);
	if (!both_gone && !(a == KEY && b == KEY_TWIN))
		check_nothing_returns(r->d, 100000);
	device_close(r->d);
	open_again(r);
	device_close(r->d);
}

static void
pairs_of_files(void)
{
	struct rig *r = rig_new(10);

	cases_begin();
	for (int a = MAIN; a < BUILT_IN; a++) {
		for (int b = a + 1; b < NFILES; b++) {
			for (int how = 0; how < NSPOILS * NSPOILS; how++) {
				if (is_due() || b == TWIN)
					pair_case(r, a, how / NSPOILS, b,
					    how % NSPOILS);
			}
		}
	}
	rig_free(r);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "bytes of the first file", bytes_of_the_first },
		{ "bytes of the twin", bytes_of_the_twin },
		{ "every byte of small files", every_byte_of_small_files },
		{ "bytes of stores", bytes_of_stores },
		{ "random bytes of a larger state",
		    random_bytes_of_a_larger_state },
		{ "pairs of files", pairs_of_files },
	};

	return check_main("damage", tests, CHECK_COUNT(tests), argc, argv);
}
