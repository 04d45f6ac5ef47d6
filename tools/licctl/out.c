/* out.c - everything that licctl writes. */
#include "out.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* ---- Errors ---- */

static void say(const char *format, va_list args)
    __attribute__((format(printf, 1, 0)));

static void
say(const char *format, va_list args)
{
	char text[1024];

	(void)vsnprintf(text, sizeof text, format, args);
	fputs("licctl: ", stderr);
	print_text(stderr, text);
	fputc('\n', stderr);
}

int
fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	return EXIT_FAILED;
}

int
misuse(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	fputs("Try \"licctl --help\".\n", stderr);
	return EXIT_USAGE;
}

void
advise(const char *code)
{
	static const struct {
		const char *code, *advice;
	} table[] = {
		{ "denied", "Run it as root, or join the group named in "
			    "licagentd.conf(5)." },
		{ "busy", "Try again later." },
		{ "eula", "\"licctl license accept end user agreement\" "
			  "accepts agreements." },
		{ "no-license", "\"licctl license install FILE\" installs a "
				"license; \"licctl show license feature\" "
				"lists the features." },
		{ "expired", "\"licctl license install FILE\" installs "
			     "another license." },
		{ "exhausted", "\"licctl show leases\" shows who holds it." },
		{ "in-use", "\"licctl show leases\" shows who holds it." },
		{ "no-device", "\"licctl show license udi\" lists the "
			       "devices." },
		{ "no-store", "\"licctl show license all\" lists the stores." },
		{ "not-a-license-file", "\"licissue inspect FILE\" shows what "
					"it contains." },
		{ "other-device", "\"licctl show license udi\" shows the UDI "
				  "that licenses of this device need." },
		{ "full", "\"licctl license clear FEATURE\" frees space." },
		{ "too-long", "\"licctl license save agreements FILE FILE\" "
			      "writes them to a file; --accept-eula accepts "
			      "them." },
		{ "superseded", "\"licctl license revoke last FILE\" writes "
				"the last rehost ticket again." },
		{ "io", "See the daemon's log." },
		{ "damaged", "See the daemon's log; \"licctl check\" verifies "
			     "all state on disk." },
		{ "failed", "See the daemon's log." },
	};

	for (size_t i = 0; i < NITEMS(table); i++)
		if (strcmp(table[i].code, code) == 0)
			fprintf(stderr, "%s\n", table[i].advice);
}

/* ---- Texts ---- */

/*
 * The length of the UTF-8 character that begins there, and its code; 0: an
 * invalid byte.
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

/* Would a terminal act on it, or turn the text around it? */
static bool
is_control(uint32_t code)
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

	if (len == 0 || is_control(code)) {
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

char *
join_words(char **words, size_t n)
{
	size_t len = 1;
	char *text;

	for (size_t i = 0; i < n; i++)
		len += strlen(words[i]) + 1;
	if ((text = calloc(1, len)) == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		strcat(text, i != 0 ? " " : "");
		strcat(text, words[i]);
	}
	return text;
}

void
help_entry(const char *word, size_t len, const char *what)
{
	printf("  %-18.*s  %s\n", (int)len, word, what);
}

static size_t
width_of(const char *text, size_t len)
{
	size_t width = 0;

	for (; len > 0; len--, text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

size_t
text_width(const char *text)
{
	return width_of(text, strlen(text));
}

size_t
columns_of(FILE *to)
{
	struct winsize size;

	if (!isatty(fileno(to)) || ioctl(fileno(to), TIOCGWINSZ, &size) < 0)
		return 0;
	return size.ws_col;
}

void
print_prose(FILE *to, const char *text)
{
	size_t columns = columns_of(to), at = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, " \t\n");
		const char *end = text + len;
		size_t width = width_of(text, len);

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

int
print_json(json_t *json)
{
	int bad = json_dumpf(json, stdout, JSON_INDENT(2));

	json_decref(json);
	putchar('\n');
	return bad ? fail("standard output: write error") : EXIT_DONE;
}
