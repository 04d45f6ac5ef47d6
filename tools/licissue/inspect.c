/* inspect.c - licissue inspect: files as text, or as JSON. */
#include "flags.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "statement.h"

static const char usage[] =
    "usage: licissue inspect [--keys DIR] [--json] FILE\n"
    "\n"
    "Shows the licenses in a license file or backup, a permission ticket, a\n"
    "rehost ticket or device credentials.\n"
    "\n"
    "  -k, --keys DIR   verify signatures with the public keys (*.jwk) in "
    "DIR,\n"
    "                   an authority's directory or a device's keys directory\n"
    "  -j, --json       print JSON\n"
    "  -h, --help\n"
    "\n"
    "The exit status is 1 if a license is damaged, breaks a rule of its type,\n"
    "or is not signed with one of the keys.  Without --keys, signatures of\n"
    "issuers are not checked.\n";

/* What is shown: a file, with keys or without. */
struct view {
	const char *path, *keys;
	const struct lc_inspected_statement *statement; /* or NULL */
	const struct lc_inspected *lines;
	size_t nlines;
	const char *const *eulas;
	size_t neulas;
};

static size_t
count_bad(const struct view *view)
{
	size_t n = view->statement != NULL && view->statement->err != LC_OK;

	for (size_t i = 0; i < view->nlines; i++)
		n += view->lines[i].err != LC_OK;
	return n;
}

static const char *
why(const struct lc_inspected *line)
{
	return line->detail.text[0] != '\0' ? line->detail.text
					    : lc_strerror(line->err);
}

/* ---- As text --------------------------------------------------------- */

#define LABEL "  %-11s "

static void
show_signature(const struct view *view, const struct lc_inspected *line)
{
	if (line->verified)
		printf(LABEL "good, key %s%s%s%s\n", "Signature", line->kid,
		    line->key_name[0] == '\0' ? "" : " (", line->key_name,
		    line->key_name[0] == '\0' ? "" : ")");
	else if (view->keys == NULL && line->kid[0] != '\0')
		printf(LABEL "not checked (use --keys), key %s\n", "Signature",
		    line->kid);
	if (line->err != LC_OK)
		printf(LABEL "NO: %s\n", "Valid", why(line));
	else if (line->verified)
		printf(LABEL "yes\n", "Valid");
}

static void
show_devices(const struct lc_terms *terms)
{
	if (terms->nudis == 0)
		printf(LABEL "any\n", "Devices");
	for (size_t i = 0; i < terms->nudis; i++)
		printf(LABEL "%s\n", i == 0 ? "Devices" : "", terms->udis[i]);
}

static void
show_use(const struct lc_terms *terms)
{
	char text[DATE_SIZE > PERIOD_SIZE ? DATE_SIZE : PERIOD_SIZE];

	if (terms->counted)
		printf(LABEL "%u\n", "Count", terms->count);
	else
		printf(LABEL "not counted\n", "Count");
	printf(LABEL "%s\n", "Addition",
	    terms->additive ? "additive" : "exclusive");
	if (terms->period_s > 0)
		printf(LABEL "%s of use\n", "Period",
		    period_text(terms->period_s, text));
	if (terms->start != LC_NO_TIME)
		printf(LABEL "%s\n", "Starts", date_text(terms->start, text));
	if (terms->end != LC_NO_TIME)
		printf(LABEL "%s\n", "Ends", date_text(terms->end, text));
	if (terms->extension_days > 0)
		printf(LABEL "%u days after the end date\n", "Extension",
		    terms->extension_days);
	if (terms->period_s == 0 && terms->end == LC_NO_TIME)
		printf(LABEL "unlimited\n", "Period");
}

/* An agreement that no license refers to: perhaps another text was signed. */
static bool
has_stray_eula(const struct view *view)
{
	for (size_t i = 0; i < view->neulas; i++) {
		bool is_used = false;

		for (size_t j = 0; j < view->nlines && !is_used; j++)
			is_used = view->lines[j].terms != NULL &&
				  strcmp(view->lines[j].terms->eula,
				      view->eulas[i]) == 0;
		if (!is_used)
			return true;
	}
	return false;
}

static void
show_agreement(const struct view *view, const struct lc_inspected *line)
{
	const char *what = "text included";

	if (!line->has_eula_text)
		what = has_stray_eula(view)
			   ? "text NOT included: a text in the file belongs to "
			     "no license, perhaps since it was changed"
			   : "text NOT included";
	printf(LABEL "%s, %s\n", "Agreement", line->terms->eula, what);
}

static void
show_terms(const struct view *view, const struct lc_inspected *line)
{
	const struct lc_terms *terms = line->terms;
	char date[DATE_SIZE];

	printf(LABEL "%s\n", "Id", terms->id);
	printf(LABEL "%s by %s\n", "Issued", date_text(terms->issued, date),
	    terms->issuer);
	show_devices(terms);
	show_use(terms);
	if (terms->eula[0] != '\0')
		show_agreement(view, line);
	if (terms->comment[0] != '\0')
		printf(LABEL "%s\n", "Comment", terms->comment);
}

static void
show_line(const struct view *view, size_t i)
{
	const struct lc_inspected *line = &view->lines[i];

	printf("\nLicense %zu", i + 1);
	if (line->row > 0)
		printf(", row %u", line->row);
	printf(": ");
	if (line->terms != NULL)
		printf("%s %s, %s\n", line->terms->feature,
		    line->terms->version, lc_type_name(line->terms->type));
	else
		printf("unreadable\n");
	show_signature(view, line);
	if (line->terms != NULL)
		show_terms(view, line);
}

static void
show_title(const struct view *view)
{
	size_t bad = count_bad(view);

	printf("%s: %zu license%s", view->path, view->nlines,
	    view->nlines == 1 ? "" : "s");
	if (view->neulas > 0)
		printf(", %zu agreement%s", view->neulas,
		    view->neulas == 1 ? "" : "s");
	if (bad > 0)
		printf(", %zu NOT VALID\n", bad);
	else
		printf("%s\n", view->keys == NULL ? ", signatures not checked"
						  : ", all valid");
}

static void
show(const struct view *view)
{
	if (view->statement != NULL)
		statement_show(view->path, view->statement);
	else
		show_title(view);
	for (size_t i = 0; i < view->nlines; i++)
		show_line(view, i);
}

/* ---- As JSON --------------------------------------------------------- */

static json_t *
date_json(int64_t date)
{
	char text[DATE_SIZE];

	return date == LC_NO_TIME ? json_null()
				  : json_string(date_text(date, text));
}

static json_t *
udis_json(const struct lc_terms *terms)
{
	json_t *array = json_array();

	for (size_t i = 0; i < terms->nudis; i++)
		(void)json_array_append_new(array, json_string(terms->udis[i]));
	return array;
}

static json_t *
terms_json(const struct lc_terms *terms)
{
	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:o, s:o, s:s, s:o, "
			 "s:o, s:o, s:i, s:s?, s:s}",
	    "id", terms->id, "issuer", terms->issuer, "issued",
	    date_json(terms->issued), "feature", terms->feature, "version",
	    terms->version, "type", lc_type_name(terms->type), "udi",
	    udis_json(terms), "count",
	    terms->counted ? json_integer(terms->count) : json_null(),
	    "addition", terms->additive ? "additive" : "exclusive", "period",
	    terms->period_s > 0 ? json_integer(terms->period_s) : json_null(),
	    "start", date_json(terms->start), "end", date_json(terms->end),
	    "extensionDays", (int)terms->extension_days, "eula",
	    terms->eula[0] == '\0' ? NULL : terms->eula, "comment",
	    terms->comment);
}

/* Without keys nobody knows whether a license is valid, only if it is not. */
static json_t *
valid_json(const struct view *view, const struct lc_inspected *line)
{
	if (line->err != LC_OK)
		return json_false();
	return view->keys == NULL ? json_null() : json_true();
}

static json_t *
line_json(const struct view *view, const struct lc_inspected *line)
{
	return json_pack("{s:i, s:o, s:s?, s:s?, s:b, s:o}", "row",
	    (int)line->row, "valid", valid_json(view, line), "error",
	    line->err == LC_OK ? NULL : why(line), "key",
	    line->kid[0] == '\0' ? NULL : line->kid, "agreementInFile",
	    line->has_eula_text, "terms",
	    line->terms == NULL ? json_null() : terms_json(line->terms));
}

static json_t *
view_json(const struct view *view)
{
	json_t *lines = json_array(), *eulas = json_array();

	for (size_t i = 0; i < view->nlines; i++)
		(void)json_array_append_new(
		    lines, line_json(view, &view->lines[i]));
	for (size_t i = 0; i < view->neulas; i++)
		(void)json_array_append_new(eulas, json_string(view->eulas[i]));
	return json_pack("{s:s, s:s, s:o, s:o, s:o}", "file", view->path,
	    "kind",
	    view->statement == NULL ? "licenses"
				    : statement_kind(view->statement->kind),
	    "statement",
	    view->statement == NULL ? json_null()
				    : statement_json(view->statement),
	    "licenses", lines, "agreements", eulas);
}

static int
show_json(const struct view *view)
{
	json_t *json = view_json(view);
	bool ok = json != NULL &&
		  json_dumpf(json, stdout, JSON_INDENT(2)) == 0 &&
		  putchar('\n') != EOF;

	json_decref(json);
	return ok ? EXIT_DONE : fail("cannot write JSON");
}

/* ---- The command ----------------------------------------------------- */

static int
show_inspection(
    struct view *view, const struct lc_inspection *inspection, bool as_json)
{
	int status = EXIT_DONE;

	view->statement = lc_inspection_statement(inspection);
	view->lines = lc_inspection_lines(inspection, &view->nlines);
	view->eulas = lc_inspection_eulas(inspection, &view->neulas);
	if (as_json)
		status = show_json(view);
	else
		show(view);
	if (status == EXIT_DONE && (fflush(stdout) != 0 || ferror(stdout)))
		status = fail("cannot write output: %m");
	return status == EXIT_DONE && count_bad(view) > 0 ? EXIT_FAILED
							  : status;
}

static void
warn_of_keys(const struct lc_inspection *inspection)
{
	size_t n;
	const char *const *skipped = lc_inspection_keys_skipped(inspection, &n);

	for (size_t i = 0; i < n; i++)
		(void)fail("key file skipped: %s", skipped[i]);
}

static int
inspect(struct view *view, bool as_json)
{
	struct lc_inspection *inspection = NULL;
	struct lc_detail detail = { "" };
	size_t len = 0;
	char *data = read_file(view->path, FILE_MAX, &len);
	enum lc_err err;
	int status;

	if (data == NULL)
		return EXIT_FAILED;
	err = lc_inspect(data, len, view->keys, &inspection, &detail);
	free(data);
	if (err == LC_EFILE)
		return fail(
		    "%s: not a license file: %s", view->path, detail.text);
	if (err != LC_OK)
		return fail_core(err, &detail);
	warn_of_keys(inspection);
	status = show_inspection(view, inspection, as_json);
	lc_inspection_free(inspection);
	return status;
}

int
inspect_command(int argc, char **argv)
{
	struct view view = { 0 };
	bool as_json = false;
	const struct flag flags[] = {
		{ .argument = "a file", .text = &view.path },
		{ .name = "keys", .letter = 'k', .text = &view.keys },
		FLAG_JSON(&as_json),
		{ 0 },
	};
	int status = take_flags("inspect", usage, flags, argc, argv);

	return status >= 0 ? status : inspect(&view, as_json);
}
