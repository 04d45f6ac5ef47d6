/* file_fuzz.c - license files. */
#include "fuzz.h"

#include <string.h>

#include "format/file.h"

static void
require_inside(
    const uint8_t *data, size_t len, const char *text, size_t text_len)
{
	const char *start = (const char *)data;

	require(text >= start && text + text_len <= start + len);
}

static void
require_lines(const struct lc_file *file, const uint8_t *data, size_t len)
{
	unsigned row = 0;

	require(file->nlines > 0 && file->nlines <= LC_FILE_LINES_MAX);
	for (size_t i = 0; i < file->nlines; i++) {
		const struct lc_file_line *line = &file->lines[i];

		require_inside(data, len, line->text, line->len);
		require(line->len > 0);
		require(memchr(line->text, '\n', line->len) == NULL);
		require(line->number > row);
		row = line->number;
	}
}

/* Written again, the agreement keeps its digest. */
static void
require_eulas(const struct lc_file *file, const uint8_t *data, size_t len)
{
	static const char *const line = "x";

	for (size_t i = 0; i < file->neulas; i++) {
		const struct lc_file_eula *eula = &file->eulas[i];
		struct lc_file_writer writer = { 0 };
		struct lc_file *again = NULL;

		require_inside(data, len, eula->text, eula->len);
		require(lc_file_find_eula(file, eula->digest) == eula);
		require(lc_file_writer_eula(
			    &writer, eula->text, eula->len, NULL) == LC_OK);
		lc_file_writer_lines(&writer, &line, 1);
		require(lc_file_parse(writer.text, writer.len, &again, NULL) ==
			LC_OK);
		require(again->neulas == 1);
		require(strcmp(again->eulas[0].digest, eula->digest) == 0);
		lc_file_free(again);
		lc_file_writer_free(&writer);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct lc_detail detail = { "" };
	struct lc_file *file = NULL;

	if (lc_file_parse(data, len, &file, &detail) != LC_OK) {
		require(detail.text[0] != '\0');
		return 0;
	}
	require_lines(file, data, len);
	require_eulas(file, data, len);
	lc_file_free(file);
	return 0;
}
