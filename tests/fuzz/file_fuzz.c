/* file_fuzz.c - license files. */
#include "fuzz.h"

#include <string.h>

#include "format/file.h"

/* Together the lines are no longer than the file, and none has blanks. */
static void
require_lines(const struct lc_file *file, const uint8_t *data, size_t len)
{
	const char *start = (const char *)data;
	unsigned row = 0;
	size_t total = 0;

	require(file->nlines > 0 && file->nlines <= LC_FILE_LINES_MAX);
	for (size_t i = 0; i < file->nlines; i++) {
		const struct lc_file_line *line = &file->lines[i];
		struct lc_detail detail = { "" };

		require(line->len > 0);
		require(line->len <= line->rows_len);
		require(line->rows >= start);
		require(line->rows + line->rows_len <= start + len);
		for (size_t j = 0; j < line->len; j++)
			require(strchr(" \t\r\n\f", line->text[j]) == NULL);
		require(line->number >= row);
		row = line->number;
		total += line->len;
		require(lc_file_line_fail(line, LC_ELINE, &detail) == LC_ELINE);
		require(detail.text[0] != '\0');
	}
	require(total <= len);
}

/* Written again, the agreement keeps its digest. */
static void
require_eulas(const struct lc_file *file)
{
	static const char *const line = "x";

	for (size_t i = 0; i < file->neulas; i++) {
		const struct lc_file_eula *eula = &file->eulas[i];
		struct lc_file_writer writer = { 0 };
		struct lc_file *again = NULL;

		require(lc_file_find_eula(file, eula->digest) == eula);
		require(lc_file_writer_eula(
			    &writer, eula->text, eula->len, NULL) == LC_OK);
		lc_file_writer_lines(&writer, &line, 1);
		require(lc_file_parse(writer.text, writer.len, &again, NULL) ==
			LC_OK);
		/* Two if it could be quoted-printable. */
		require(again->neulas == 1 || again->neulas == 2);
		require(lc_file_find_eula(again, eula->digest) ==
			&again->eulas[0]);
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
	require_eulas(file);
	lc_file_free(file);
	return 0;
}
