/*
 * requests_test.c - the SETs of sets.txt, without a master.
 *
 * tests/system/requests.py sends the same ones through snmpd.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fixture.h"

#define WORDS_MAX 128
#define REQUESTS_MIN 150

/* ---- Words of the file ---- */

static struct word {
	char word[32];
	char meaning[64];
} words[WORDS_MAX];
static size_t nwords;

static void
add_word(const char *line)
{
	struct word *word = &words[nwords++];

	REQUIRE(nwords <= WORDS_MAX);
	REQUIRE(sscanf(line, "%*s %31s %63s", word->word, word->meaning) == 2);
}

static const char *
meaning_of(const char *word, size_t len)
{
	for (size_t i = 0; i < nwords; i++)
		if (strlen(words[i].word) == len &&
		    strncmp(words[i].word, word, len) == 0)
			return words[i].meaning;
	return NULL;
}

/* Appends what stands for the word, or the word as it is. */
static void
put_word(FILE *out, const char *word, size_t len)
{
	const char *meaning = meaning_of(word, len);

	if (meaning != NULL)
		fputs(meaning, out);
	else
		fprintf(out, "%.*s", (int)len, word);
}

/* "Status.5=active" becomes "1.2.1.20.5=i1". */
static void
put_binding(FILE *out, const char *binding)
{
	size_t len = strcspn(binding, "="), first = strcspn(binding, ".=");

	put_word(out, binding, first);
	fprintf(out, "%.*s=", (int)(len - first), binding + first);
	put_word(out, binding + len + 1, strlen(binding + len + 1));
}

/* All bindings of one part of a line, numeric; the caller frees it. */
static char *
numeric(char *part)
{
	char *text = NULL, *word;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	REQUIRE(out != NULL);
	while ((word = strsep(&part, " \t\n")) != NULL) {
		if (*word == '\0')
			continue;
		if (ftell(out) > 0)
			fputc(' ', out);
		put_binding(out, word);
	}
	REQUIRE(fclose(out) == 0);
	return text;
}

/* ---- What is there ---- */

/* All variables and their values; the caller frees it. */
static char *
everything(void)
{
	static const struct oid no_end;
	struct oid name = fixture_name(".1.3");
	char *text = NULL, buffer[OID_TEXT_MAX];
	struct value value;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	REQUIRE(out != NULL);
	for (;;) {
		mib_next(&fixture.mib, &name, false, &no_end, &value);
		if (value.type == VALUE_END)
			break;
		fprintf(out, "%s=%s\n", oid_text(&name, buffer),
		    fixture_plain(&value));
	}
	REQUIRE(fclose(out) == 0);
	return text;
}

/* Every variable is as it was: compares line by line. */
static void
check_unchanged(char *before)
{
	char *now = everything(), *a = before, *b = now, *line;

	while (a != NULL && b != NULL) {
		line = strsep(&a, "\n");
		if (!CHECK_STR(strsep(&b, "\n"), line))
			break;
	}
	free(now);
}

/* expected: bindings, of which "NAME=-" says that there is no such one. */
static void
check_state(const char *expected)
{
	char *copy = strdup(expected), *rest = copy, *binding;

	REQUIRE(copy != NULL);
	while (*rest != '\0' && (binding = strsep(&rest, " ")) != NULL) {
		char *wanted = strchr(binding, '='), before[600];
		struct varbind *varbinds;

		snprintf(before, sizeof before, "noSuchInstance");
		if (strcmp(wanted, "=-") != 0) {
			fixture_varbinds(binding, &varbinds);
			snprintf(before, sizeof before, "%s",
			    fixture_plain(&varbinds[0].value));
		}
		*wanted = '\0';
		check_context("afterwards, %s", binding);
		CHECK_STR(fixture_plain_of(binding), before);
		if (rest == NULL)
			break;
	}
	free(copy);
}

/* ---- Requests ---- */

static enum snmp_error
error_named(const char *name)
{
	static const char *const names[] = {
		[SNMP_OK] = "noError",
		[SNMP_WRONG_TYPE] = "wrongType",
		[SNMP_WRONG_LENGTH] = "wrongLength",
		[SNMP_WRONG_VALUE] = "wrongValue",
		[SNMP_NO_CREATION] = "noCreation",
		[SNMP_INCONSISTENT_VALUE] = "inconsistentValue",
		[SNMP_RESOURCE_UNAVAILABLE] = "resourceUnavailable",
		[SNMP_NOT_WRITABLE] = "notWritable",
		[SNMP_INCONSISTENT_NAME] = "inconsistentName",
	};

	for (size_t i = 0; i < NITEMS(names); i++)
		if (names[i] != NULL && strcmp(names[i], name) == 0)
			return (enum snmp_error)i;
	printf("no error of RFC 3416: %s\n", name);
	abort();
}

static void
ask(char *request, const char *error, unsigned index, char *after)
{
	char *before = everything();
	char *asked = numeric(request), *expected = numeric(after);
	size_t blame;

	CHECK_INT(fixture_set(asked, &blame), error_named(error));
	CHECK_UINT(blame, index);
	fixture_settle();
	if (strcmp(error, "noError") != 0)
		check_unchanged(before);
	check_state(expected);
	free(before);
	free(asked);
	free(expected);
}

static void
ask_line(char *line, unsigned number)
{
	char *rest = line, *request = strsep(&rest, "|");
	char *answer = strsep(&rest, "|");
	char none[] = "", error[32];
	unsigned index = 0;

	check_context("sets.txt, line %u", number);
	REQUIRE(answer != NULL && sscanf(answer, "%31s %u", error, &index) > 0);
	ask(request, error, index, rest != NULL ? rest : none);
}

static void
add_rows(void)
{
	static const char *const features[] = { "ipbasek9", "securityk9",
		"datak9", "uck9", "cme-srst" };
	static const char *const levels[] = { "ipbasek9", "securityk9",
		"uck9" };

	fixture_open();
	fake_device(&fixture.core, 1);
	fake_device(&fixture.core, 2147483647);
	fake_store(&fixture.core, 1, 1);
	fake_store(&fixture.core, 1, 2);
	for (uint32_t i = 0; i < NITEMS(features); i++) {
		fake_license(&fixture.core, 1, 2, i + 1, features[i]);
		fake_feature(&fixture.core, 1, i + 1, features[i]);
	}
	fake_module(&fixture.core, 1, "img", levels, NITEMS(levels));
	fake_license(&fixture.core, 1, 2, 2147483648, "uck9");
	fake_license(&fixture.core, 1, 2, 4294967295, "uck9");
}

static void
requests(void)
{
	const char *source = getenv("srcdir");
	char *text = check_read(
	    check_path(source != NULL ? source : ".", "tests/agent/mib/sets.txt"),
	    NULL);
	char *rest = text, *line;
	unsigned number = 0, asked = 0;
	bool open = false;

	while ((line = strsep(&rest, "\n")) != NULL) {
		number++;
		if (strncmp(line, "name ", 5) == 0 ||
		    strncmp(line, "value ", 6) == 0)
			add_word(line);
		else if (strncmp(line, "== ", 3) == 0) {
			if (open)
				fixture_close();
			add_rows();
			open = true;
		} else if (line[0] != '#' && line[0] != '\0') {
			ask_line(line, number);
			asked++;
		}
	}
	fixture_close();
	free(text);
	check_context(NULL);
	CHECK(asked >= REQUESTS_MIN);
	printf("# %u requests\n", asked);
}

static const struct check_test tests[] = {
	{ "each request of sets.txt", requests },
};

int
main(int argc, char **argv)
{
	return check_main("requests", tests, CHECK_COUNT(tests), argc, argv);
}
