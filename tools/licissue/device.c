/* device.c - licissue device: devices, their keys and histories. */
#include "flags.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "list.h"
#include "ops/device.h"
#include "record/authority.h"
#include "record/device.h"
#include "record/license.h"
#include "record/rma.h"

#define JWK_MAX 4096

/* ---- Showing --------------------------------------------------------- */

static const char list_usage[] =
    "usage: licissue device list DIR [--json]\n"
    "\n"
    "The devices that the authority knows: their keys and how these came to "
    "be\n"
    "known, and how many records their histories have.\n"
    "\n"
    "  -j, --json           print JSON\n"
    "  -h, --help\n";

struct shown {
	const char *udi;
	const struct lc_device_row *row;
	struct lc_rma_row rma; /* n 0: it was not replaced */
};

/* In a word or two. */
static const char *
state_of(const struct shown *s)
{
	if (s->row->back_seen != 0)
		return "put back";
	if (s->rma.n == 0)
		return "";
	return s->rma.returned != 0 ? "returned" : "replaced";
}

static json_t *
seen_json(int64_t seen)
{
	char date[DATE_SIZE];

	return seen == 0 ? json_null() : json_string(date_text(seen, date));
}

static json_t *
history_json(int64_t records, const char *history, int64_t seen)
{
	if (seen == 0)
		return json_null();
	return json_pack("{s:I, s:s, s:o}", "records", (json_int_t)records,
	    "head", history, "seen", seen_json(seen));
}

static json_t *
device_json(const struct shown *s)
{
	const struct lc_device_row *row = s->row;

	return json_pack("{s:s, s:s?, s:s?, s:o, s:o, s:s?, s:s}", "udi",
	    s->udi, "key", row->kid[0] != '\0' ? row->kid : NULL, "pinned",
	    row->pinned[0] != '\0' ? row->pinned : NULL, "history",
	    history_json(row->records, row->history, row->seen), "putBack",
	    history_json(row->back_records, row->back_history, row->back_seen),
	    "replacedBy", s->rma.n != 0 ? s->rma.new_udi : NULL, "state",
	    state_of(s));
}

struct listing {
	struct lc_record *record;
	json_t *array; /* NULL: as text */
	size_t n;
};

static void
list_text(const struct shown *s, bool first)
{
	if (first)
		printf("%-32s %-11s %7s  %-8s  %s\n", "Device", "Key from",
		    "Records", "State", "Key");
	printf("%-32s %-11s %7" PRId64 "  %-8s  %s\n", s->udi, s->row->pinned,
	    s->row->records, state_of(s), s->row->kid);
}

static enum lc_err
list_one(void *arg, const char *udi, const struct lc_device_row *row)
{
	struct listing *l = arg;
	struct shown s = { .udi = udi, .row = row };
	enum lc_err err = lc_rma_of(l->record, udi, &s.rma);

	if (err != LC_OK)
		return err;
	if (l->array == NULL)
		list_text(&s, l->n == 0);
	else if (json_array_append_new(l->array, device_json(&s)) != 0)
		return LC_ENOMEM;
	l->n++;
	return LC_OK;
}

static enum lc_err
list_all(const struct lc_authority *authority, void *arg)
{
	struct listing *l = arg;

	l->record = authority->record;
	return lc_known_devices(l->record, list_one, l);
}

int
device_list_command(int argc, char **argv)
{
	const char *dir;
	bool json = false;
	const struct flag flags[] = { FLAG_DIR(&dir), FLAG_JSON(&json), { 0 } };
	int status = take_flags("device list", list_usage, flags, argc, argv);
	struct listing l = { 0 };

	if (status >= 0)
		return status;
	l.array = json ? json_array() : NULL;
	status = with_authority(dir, list_all, &l);
	if (status == EXIT_DONE && json)
		return print_json(l.array);
	json_decref(l.array);
	if (status == EXIT_DONE && l.n == 0)
		puts("No device is known.");
	return status;
}

/* ---- One ------------------------------------------------------------- */

static const char show_usage[] =
    "usage: licissue device show DIR --udi PID:SN [--json]\n"
    "\n"
    "What the authority knows of one device, and the licenses that count "
    "there.\n"
    "\n"
    "  --udi PID:SN         the device\n"
    "  -j, --json           print JSON\n"
    "  -h, --help\n";

static enum lc_err
license_add(void *arg, const struct lc_terms *terms, const char *text)
{
	(void)text;
	return json_array_append_new(arg,
		   json_pack("{s:s, s:s, s:s, s:s, s:o}", "id", terms->id,
		       "feature", terms->feature, "version", terms->version,
		       "type", lc_type_name(terms->type), "count",
		       terms->counted ? json_integer(terms->count)
				      : json_null())) == 0
		   ? LC_OK
		   : LC_ENOMEM;
}

#define LABEL "  %-11s "

static void
show_history(const char *label, int64_t records, const char *head, int64_t seen)
{
	char date[DATE_SIZE];

	if (seen != 0)
		printf(LABEL "%" PRId64 " record%s, last seal %s, of %s\n",
		    label, records, records == 1 ? "" : "s", head,
		    date_text(seen, date));
}

static void
show_replacement(const struct lc_rma_row *rma)
{
	char date[DATE_SIZE];

	if (rma->n == 0)
		return;
	printf(LABEL "by %s, %s\n", "Replaced", rma->new_udi,
	    date_text(rma->at, date));
	if (rma->returned != 0)
		printf(
		    LABEL "%s\n", "Returned", date_text(rma->returned, date));
	else
		printf(LABEL "%s\n", "Return by", date_text(rma->due, date));
}

static void
show_licenses(const json_t *licenses)
{
	json_t *license;
	size_t i;

	json_array_foreach(licenses, i, license)
	{
		const char *id, *feature, *version, *type;

		if (json_unpack(license, "{s:s, s:s, s:s, s:s}", "id", &id,
			"feature", &feature, "version", &version, "type",
			&type) == 0)
			printf(LABEL "%s  %s %s, %s\n",
			    i == 0 ? "Licenses" : "", id, feature, version,
			    type);
	}
}

static void
show_text(const struct shown *s, const json_t *licenses)
{
	const struct lc_device_row *row = s->row;

	printf("%s\n", s->udi);
	if (row->kid[0] != '\0')
		printf(LABEL "%s, from %s\n", "Key", row->kid, row->pinned);
	else
		printf(LABEL "not known\n", "Key");
	show_history("History", row->records, row->history, row->seen);
	show_history(
	    "Put back", row->back_records, row->back_history, row->back_seen);
	show_replacement(&s->rma);
	show_licenses(licenses);
}

struct showing {
	struct shown shown;
	struct lc_device_row row;
	json_t *licenses;
};

static enum lc_err
show_read(const struct lc_authority *authority, void *arg)
{
	struct showing *s = arg;
	struct lc_record *record = authority->record;
	const char *udi = s->shown.udi;
	enum lc_err err;

	if ((err = lc_known_device(record, udi, &s->row)) != LC_OK ||
	    (err = lc_rma_of(record, udi, &s->shown.rma)) != LC_OK)
		return err;
	return lc_device_licenses(record, udi, license_add, s->licenses);
}

static int
show(const struct showing *s, bool as_json)
{
	json_t *json;

	if (s->row.kid[0] == '\0' && json_array_size(s->licenses) == 0 &&
	    s->shown.rma.n == 0)
		return fail("%s is not known", s->shown.udi);
	if (!as_json) {
		show_text(&s->shown, s->licenses);
		return EXIT_DONE;
	}
	json = device_json(&s->shown);
	(void)json_object_set(json, "licenses", s->licenses);
	return print_json(json);
}

int
device_show_command(int argc, char **argv)
{
	const char *dir;
	bool json = false;
	struct showing s = { .licenses = NULL };
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		FLAG_UDI(&s.shown.udi),
		FLAG_JSON(&json),
		{ 0 },
	};
	int status = take_flags("device show", show_usage, flags, argc, argv);

	if (status >= 0)
		return status;
	s.shown.row = &s.row;
	s.licenses = json_array();
	if ((status = with_authority(dir, show_read, &s)) == EXIT_DONE)
		status = show(&s, json);
	json_decref(s.licenses);
	return status;
}

/* ---- Keys ------------------------------------------------------------ */

static const char key_usage[] =
    "usage: licissue device key DIR\n"
    "           {--credentials FILE | --udi PID:SN --jwk FILE | --csv FILE}\n"
    "\n"
    "Records the keys of devices, so that only these keys sign for them.  A "
    "key\n"
    "on record is not replaced: see \"device approve\".\n"
    "\n"
    "  --credentials FILE   a device's credentials\n"
    "  --udi PID:SN         the device; with --credentials, whose they must "
    "be\n"
    "  --jwk FILE           its public key, a JSON Web Key\n"
    "  --csv FILE           rows with a UDI and a key id (RFC 7638 "
    "thumbprint);\n"
    "                       all of them, or none\n"
    "  -h, --help\n";

struct job {
	const char *dir, *udi;
	const char *credentials, *jwk, *csv; /* files */
};

struct keys {
	const struct lc_csv_row *rows; /* UDI, key id */
	size_t n, done;
};

static enum lc_err
keys_register(const struct lc_authority *authority, void *arg)
{
	struct keys *keys = arg;
	enum lc_err err = LC_OK;

	for (keys->done = 0; keys->done < keys->n; keys->done++) {
		const char *const *fields = keys->rows[keys->done].fields;

		if ((err = lc_device_register(
			 authority, fields[0], fields[1])) != LC_OK)
			break;
	}
	return err;
}

static int
key_of_jwk(const struct job *job, const struct lc_authority *authority)
{
	char kid[LC_DIGEST_LEN + 1];
	struct lc_detail detail = { "" };
	const struct lc_csv_row row = { .fields = { job->udi, kid } };
	struct keys keys = { .rows = &row, .n = 1 };
	size_t len = 0;
	char *jwk = read_file(job->jwk, JWK_MAX, &len);
	enum lc_err err;

	if (jwk == NULL)
		return EXIT_FAILED;
	err = lc_device_kid(jwk, len, kid, &detail);
	free(jwk);
	if (err != LC_OK)
		return fail("%s: %s", job->jwk, detail.text);
	err = lc_authority_run(authority, keys_register, &keys, &detail);
	if (err != LC_OK)
		return fail_core(err, &detail);
	printf("%s: key %s\n", job->udi, kid);
	return EXIT_DONE;
}

static int
keys_of_list(const struct job *job, const struct lc_authority *authority)
{
	struct lc_detail detail = { "" };
	struct list list;
	struct keys keys;
	enum lc_err err;
	int status = list_read(job->csv, 2, &list);

	if (status != EXIT_DONE)
		return status;
	keys = (struct keys){ .rows = list.rows, .n = list.n };
	err = lc_authority_run(authority, keys_register, &keys, &detail);
	if (err == LC_OK)
		printf("%s: keys of %zu device%s\n", job->csv, list.n,
		    list.n == 1 ? "" : "s");
	else if (keys.done < keys.n)
		status = fail("%s: row %u: %s; nothing is recorded", job->csv,
		    list.rows[keys.done].number,
		    detail.text[0] != '\0' ? detail.text : lc_strerror(err));
	else
		status = fail_core(err, &detail);
	list_free(&list);
	return status;
}

static int
key_of_credentials(const struct job *job, const struct lc_authority *authority)
{
	int status = learn_device(authority, job->credentials, job->udi);

	if (status == EXIT_DONE)
		printf("%s: recorded\n", job->credentials);
	return status;
}

static int
key(const struct job *job)
{
	struct lc_authority *authority = open_authority(job->dir);
	int status;

	if (authority == NULL)
		return EXIT_FAILED;
	if (job->credentials != NULL)
		status = key_of_credentials(job, authority);
	else if (job->jwk != NULL)
		status = key_of_jwk(job, authority);
	else
		status = keys_of_list(job, authority);
	lc_authority_close(authority);
	return status;
}

int
device_key_command(int argc, char **argv)
{
	struct job job = { .dir = NULL };
	const struct flag flags[] = {
		FLAG_DIR(&job.dir),
		{ .name = "credentials",
		    .text = &job.credentials,
		    .group = 'k',
		    .is_needed = true },
		{ .name = "jwk", .text = &job.jwk, .group = 'k' },
		{ .name = "csv", .text = &job.csv, .group = 'k' },
		{ .name = "udi", .text = &job.udi },
		{ 0 },
	};
	int status = take_flags("device key", key_usage, flags, argc, argv);

	if (status >= 0)
		return status;
	if (job.jwk != NULL && job.udi == NULL)
		return misuse("device key", "--udi is missing");
	if (job.csv != NULL && job.udi != NULL)
		return misuse(
		    "device key", "--udi and --csv exclude each other");
	return key(&job);
}

/* ---- Approval -------------------------------------------------------- */

static const char approve_usage[] =
    "usage: licissue device approve DIR --udi PID:SN [--credentials FILE]\n"
    "           --approved-by NAME --reason TEXT\n"
    "\n"
    "Accepts what the authority refused of a device: with credentials, the "
    "key\n"
    "and the history in them, for example after a repair; without, the state\n"
    "directory that was put back.  Who and why is kept in the log.\n"
    "\n"
    "  --udi PID:SN         the device\n"
    "  --credentials FILE   its credentials\n"
    "  --approved-by NAME\n"
    "  --reason TEXT\n"
    "  -h, --help\n";

static enum lc_err
approve(const struct lc_authority *authority, void *arg)
{
	return lc_device_approve(authority, arg);
}

int
device_approve_command(int argc, char **argv)
{
	const char *dir, *path = NULL;
	struct lc_approval a = { .credentials = NULL };
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		FLAG_UDI(&a.udi),
		{ .name = "credentials", .text = &path },
		FLAGS_APPROVAL(&a.by, &a.reason),
		{ 0 },
	};
	int status =
	    take_flags("device approve", approve_usage, flags, argc, argv);
	char *data = NULL;

	if (status >= 0)
		return status;
	if (path != NULL && (data = read_file(path, FILE_MAX, &a.len)) == NULL)
		return EXIT_FAILED;
	a.credentials = data;
	status = change_authority(dir, approve, &a);
	free(data);
	if (status == EXIT_DONE)
		printf("%s: approved\n", a.udi);
	return status;
}
