/* licctl_data.c - what the daemon says, and how values are written. */
#include "licctl.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define QUICK_MS 10000
#define SLOW_MS (24 * 3600 * 1000)

/* ---- How far it is ---- */

#define DRAW_AFTER_MS 500

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
erase_progress(struct ctl *ctl)
{
	if (ctl->drawn != 0)
		fprintf(stderr, "\r%*s\r", (int)ctl->drawn, "");
	ctl->drawn = 0;
}

/* A line that stays while it takes long, on a terminal. */
static void
draw_progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	struct ctl *ctl = arg;
	char line[128];

	if (now_ms() - ctl->began_ms < DRAW_AFTER_MS)
		return;
	if (total != 0)
		snprintf(line, sizeof line, "%llu of %llu %.10s, %u%%",
		    (unsigned long long)done, (unsigned long long)total, what,
		    (unsigned)(100.0 * (double)done / (double)total));
	else
		snprintf(line, sizeof line, "%llu %.10s",
		    (unsigned long long)done, what);
	erase_progress(ctl);
	ctl->drawn =
	    (size_t)fprintf(stderr, "%.39s", line); /* fits 40 columns */
	fflush(stderr);
}

/* ---- Asking ---- */

static int
connect_daemon(struct ctl *ctl)
{
	const struct lic_options options = {
		.socket = ctl->socket,
		.progress = draw_progress,
		.arg = ctl,
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

/* Only on a terminal, of requests that tell it. */
static bool
shows_progress(const json_t *request)
{
	static const char *const told[] = { "install", "agreements", "save",
		"save_credentials", "revoke", "revoke_last" };

	for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
		if (is(request, "do", told[i]))
			return isatty(STDERR_FILENO);
	return false;
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
	if (status == EXIT_DONE && request != NULL && shows_progress(request))
		(void)json_object_set_new(request, "progress", json_true());
	if (status == EXIT_DONE && request != NULL)
		text = json_dumps(request, JSON_COMPACT);
	json_decref(request);
	if (status != EXIT_DONE)
		return status;
	if (text == NULL) /* a word of the command line */
		return fail("what is not UTF-8 cannot be sent");
	ctl->began_ms = now_ms();
	err = lic_request(ctl->lic, text, &answer);
	explicit_bzero(text, strlen(text)); /* there may be a password */
	free(text);
	erase_progress(ctl);
	if (err != LIC_OK)
		return fail_lic(ctl, err);
	*result = json_loads(answer, 0, &error);
	free(answer);
	return *result != NULL ? EXIT_DONE : fail("out of memory");
}

/* Only lists: they take no device, so it is chosen here.  Records of the
 * history have none. */
static void
choose(const struct ctl *ctl, json_t *rows)
{
	for (size_t i = json_array_size(rows); ctl->device != 0 && i-- > 0;) {
		const json_t *row = json_array_get(rows, i);

		if (json_object_get(row, "device") != NULL &&
		    number_of(row, "device") != ctl->device)
			(void)json_array_remove(rows, i);
	}
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

enum lc_type
type_of(const json_t *license)
{
	enum lc_type type = LC_PERMANENT;

	(void)lc_type_from_name(text_of(license, "type"), &type);
	return type;
}

bool
is_right_to_use(const json_t *license)
{
	return lc_type_rules(type_of(license))->right_to_use;
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

/*
 * The length of the UTF-8 character that begins there, and its code; 0: what
 * is there is none, and one byte long.
 */
static size_t
next_char(const char *text, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *at = (const unsigned char *)text;
	size_t len = at[0] < 0x80   ? 1
		     : at[0] < 0xc2 ? 0
		     : at[0] < 0xe0 ? 2
		     : at[0] < 0xf0 ? 3
		     : at[0] < 0xf5 ? 4
				    : 0;

	*code = len > 1 ? at[0] & (0x7fu >> len) : at[0];
	for (size_t i = 1; i < len; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (at[i] & 0x3f);
	}
	return len != 0 && *code >= least[len] && *code <= 0x10ffff &&
		       (*code < 0xd800 || *code > 0xdfff)
		   ? len
		   : 0;
}

/* Controls, and what turns the direction of other people's text. */
static bool
is_obeyed(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) ||
	       (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

/* Prints one character and returns its length. */
static size_t
print_char(FILE *to, const char *text)
{
	uint32_t code;
	size_t len = next_char(text, &code);

	if (len == 0 || is_obeyed(code)) {
		fputc('?', to);
		return len != 0 ? len : 1;
	}
	fwrite(text, 1, len, to);
	return len;
}

void
print_text(FILE *to, const char *text)
{
	while (*text != '\0')
		text += print_char(to, text);
}

void
print_words(FILE *to, const char *format, ...)
{
	char text[2048];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	print_text(to, text);
}

size_t
text_width(const char *text)
{
	size_t width = 0;

	for (; *text != '\0'; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

/* Of the terminal behind it; 0: there is none. */
static size_t
columns_of(FILE *to)
{
	struct winsize size;

	if (!isatty(fileno(to)) || ioctl(fileno(to), TIOCGWINSZ, &size) < 0)
		return 0;
	return size.ws_col;
}

/* Up to the next blank or line end. */
static size_t
word_length(const char *text)
{
	return strcspn(text, " \t\n");
}

static size_t
word_width(const char *text)
{
	size_t width = 0;

	for (size_t i = word_length(text); i > 0; i--, text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

void
print_prose(FILE *to, const char *text)
{
	size_t columns = columns_of(to), at = 0;

	while (*text != '\0') {
		const char *end = text + word_length(text);
		size_t width = word_width(text);

		if (columns != 0 && at != 0 && at + width > columns) {
			fputc('\n', to);
			at = 0;
		}
		for (at += width; text < end;)
			text += print_char(to, text);
		if (*text == '\n')
			at = 0;
		else if (*text != '\0')
			at++;
		if (*text != '\0')
			fputc(*text++ == '\n' ? '\n' : ' ', to);
	}
}

/* ---- Tables ---- */

void
table_begin(struct table *t, const struct column *columns, size_t n)
{
	size_t width = 0, have = columns_of(stdout);

	for (size_t i = 0; i < n; i++)
		width += columns[i].width != 0 ? columns[i].width
					       : text_width(columns[i].head);
	*t = (struct table){
		.columns = columns, .n = n, .narrow = have != 0 && have < width
	};
	for (size_t i = 0; !t->narrow && i < n; i++)
		printf("%-*s%s", (int)columns[i].width, columns[i].head,
		    i + 1 == n ? "\n" : "");
}

void
table_text(struct table *t, const char *text)
{
	const struct column *column = &t->columns[t->at];
	size_t width = text_width(text);

	if (t->narrow && t->at == 0 && t->rows++ != 0)
		putchar('\n');
	if (t->narrow)
		printf("%.*s: ", (int)strcspn(column->head, " "), column->head);
	print_text(stdout, text);
	if (!t->narrow && column->width != 0)
		printf("%*s",
		    width < column->width ? (int)(column->width - width) : 1,
		    "");
	t->at = (t->at + 1) % t->n;
	if (t->narrow || t->at == 0)
		putchar('\n');
}

void
table_number(struct table *t, json_int_t number)
{
	char text[24];

	snprintf(text, sizeof text, "%lld", (long long)number);
	table_text(t, text);
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
