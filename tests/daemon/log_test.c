/* log_test.c - what a line of the log may show. */
#include "log.h"

#include "check.h"
#include "log_lines.h"

static void
shown(void)
{
	static const struct {
		const char *text, *line;
	} rows[] = {
		{ "plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x94\x91",
		    "plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x94\x91" },
		{ "a\nb\rc\td\x1b[0m\x7f", "a?b?c?d?[0m?" },
		{ "a\xc2\x80" "b\xc2\x9b" "0m\xc2\x9f", "a?b?0m?" }, /* C1 */
		{ "\xc2\xa0", "\xc2\xa0" }, /* no-break space */
		{ "a\xe2\x80\xae" "b\xe2\x80\xac", "a?b?" }, /* RLO, PDF */
		{ "\xe2\x81\xa6x\xe2\x81\xa9", "?x?" },	     /* LRI, PDI */
		{ "\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c", "???" },
		{ "\xe2\x80\xa8\xe2\x80\xa9", "??" }, /* line separators */
		{ "\xe2\x80\xaf\xe2\x81\xaa", "\xe2\x80\xaf\xe2\x81\xaa" },
		{ "a\x9b" "b\xff", "a?b?" },	  /* no UTF-8 */
		{ "\xc0\x9b \xe0\x82\x9b", "?? ???" }, /* overlong */
		{ "\xed\xa0\x80", "?" },	  /* surrogate */
		{ "\xf4\x90\x80\x80", "????" },	  /* beyond U+10FFFF */
		{ "cut \xe2\x82", "cut ??" },
	};

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		check_context("row %zu", i);
		log_lines_begin();
		log_info("test", "%s", rows[i].text);
		CHECK_HAS(log_lines_get(0), "test: ");
		CHECK_STR(log_lines_get(0) + 6, rows[i].line);
	}
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "what is shown", shown },
	};

	return check_main("log", tests, CHECK_COUNT(tests), argc, argv);
}
