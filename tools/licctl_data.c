/* licctl_data.c - what the daemon says, and how values are written. */
#include "licctl.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define QUICK_MS 10000
#define SLOW_MS (24 * 3600 * 1000)

/* ---- Asking ---- */

static int
connect_daemon(struct ctl *ctl)
{
	const struct lic_options options = {
		.socket = ctl->socket,
		.timeout_ms = ctl->slow ? SLOW_MS : QUICK_MS,
	};
	char why[512];
	enum lic_err err;

	if (ctl->lic != NULL)
		return EXIT_DONE;
	err = lic_open_detail(&options, &ctl->lic, why, sizeof why);
	if (err == LIC_OK)
		return EXIT_DONE;
	ctl->lic = NULL;
	if (err == LIC_EDENIED) {
		(void)fail("%s", why);
		return fail_lic(ctl, err);
	}
	if (err != LIC_EAWAY)
		return fail("%s", why[0] != '\0' ? why : lic_strerror(err));
	(void)fail("no licagentd answers at %s", why);
	fputs("Start it, or name its control socket with --socket.\n", stderr);
	return EXIT_AWAY;
}

int
ask(struct ctl *ctl, json_t *request, json_t **result)
{
	char *text = NULL, *answer = NULL;
	json_error_t error;
	enum lic_err err;
	int status = connect_daemon(ctl);

	if (status == EXIT_DONE && ctl->device != 0 && request != NULL &&
	    json_object_get(request, "device") == NULL)
		(void)json_object_set_new(
		    request, "device", json_integer(ctl->device));
	if (status == EXIT_DONE && request != NULL)
		text = json_dumps(request, JSON_COMPACT);
	json_decref(request);
	if (status != EXIT_DONE)
		return status;
	if (text == NULL) /* a word of the command line */
		return fail("what is not UTF-8 cannot be sent");
	err = lic_request(ctl->lic, text, &answer);
	free(text);
	if (err != LIC_OK)
		return fail_lic(ctl, err);
	*result = json_loads(answer, 0, &error);
	free(answer);
	return *result != NULL ? EXIT_DONE : fail("out of memory");
}

/* Only lists: they take no device, so it is chosen here. */
static void
choose(const struct ctl *ctl, json_t *rows)
{
	for (size_t i = json_array_size(rows); ctl->device != 0 && i-- > 0;)
		if (number_of(json_array_get(rows, i), "device") != ctl->device)
			(void)json_array_remove(rows, i);
}

static json_t *
page_request(const char *list, const char *feature, const char *after)
{
	json_t *request = json_pack("{s:s}", "do", list);

	if (request != NULL && feature != NULL &&
	    json_object_set_new(request, "feature", json_string(feature)) < 0) {
		json_decref(request);
		return NULL;
	}
	if (request != NULL && after != NULL)
		(void)json_object_set_new(request, "after", json_string(after));
	return request;
}

int
ask_rows(struct ctl *ctl, const char *list, const char *feature, json_t **rows)
{
	uint32_t device = ctl->device;
	json_t *all = json_array(), *page;
	char after[64] = "";
	int status;

	ctl->device = 0;
	do {
		status = ask(ctl,
		    page_request(
			list, feature, after[0] != '\0' ? after : NULL),
		    &page);
		if (status != EXIT_DONE)
			break;
		(void)json_array_extend(all, json_object_get(page, "rows"));
		snprintf(after, sizeof after, "%s", text_of(page, "next"));
		json_decref(page);
	} while (after[0] != '\0');
	ctl->device = device;
	if (status == EXIT_DONE) {
		choose(ctl, all);
		*rows = all;
	} else
		json_decref(all);
	return status;
}

/* ---- Values ---- */

const char *
text_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text != NULL ? text : "";
}

json_int_t
number_of(const json_t *row, const char *key)
{
	return json_integer_value(json_object_get(row, key));
}

bool
is_true(const json_t *row, const char *key)
{
	return json_is_true(json_object_get(row, key));
}

bool
is(const json_t *row, const char *key, const char *value)
{
	return strcmp(text_of(row, key), value) == 0;
}

int64_t
time_of(const char *date)
{
	struct tm tm = { 0 };
	const char *end = strptime(date, "%Y-%m-%dT%H:%M:%SZ", &tm);

	return end != NULL && *end == '\0' ? (int64_t)timegm(&tm) : -1;
}

#define MINUTE 60u
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)

/* The two largest units.  Minutes and seconds have no plural there. */
const char *
period_text(uint64_t seconds, char text[PERIOD_SIZE])
{
	static const struct {
		uint64_t unit, next;
		const char *names;
	} forms[] = {
		{ WEEK, DAY, "%u  weeks %u  days " },
		{ DAY, HOUR, "%u  days  %u  hours " },
		{ HOUR, MINUTE, "%u  hours %u  minutes " },
		{ MINUTE, 1, "%u  minute  %u  second  " },
	};
	size_t i = 0;

	while (i < 3 && seconds < forms[i].unit)
		i++;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(text, PERIOD_SIZE, forms[i].names,
	    (unsigned)(seconds / forms[i].unit),
	    (unsigned)(seconds % forms[i].unit / forms[i].next));
#pragma GCC diagnostic pop
	return text;
}

/* ---- Printing ---- */

int
print_json(json_t *json)
{
	int bad = json_dumpf(json, stdout, JSON_INDENT(2));

	json_decref(json);
	putchar('\n');
	return bad ? fail("standard output cannot be written") : EXIT_DONE;
}

void
print_text(FILE *to, const char *text)
{
	for (; *text != '\0'; text++)
		fputc(
		    (unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text,
		    to);
}

/* ---- Questions ---- */

bool
has_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool
confirm(const struct ctl *ctl, const char *question)
{
	char answer[16];
	size_t len;

	if (ctl->yes)
		return true;
	if (!has_terminal())
		return false;
	fprintf(stderr, "%s (yes/[no]): ", question);
	if (fgets(answer, sizeof answer, stdin) == NULL) {
		fputc('\n', stderr);
		return false;
	}
	len = strcspn(answer, "\r\n");
	return len > 0 && len <= 3 && strncasecmp(answer, "yes", len) == 0;
}
