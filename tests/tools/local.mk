# Tests of the command-line tools.

TOOL_TESTS = \
	tests/tools/golden.py \
	tests/tools/keys.py \
	tests/tools/licctl_do.py \
	tests/tools/licctl_show.py \
	tests/tools/licctl_words.py \
	tests/tools/licissue_words.py \
	tests/tools/mail.py \
	tests/tools/prompts.py \
	tests/tools/licissue_test.sh
TESTS += $(TOOL_TESTS)
dist_check_SCRIPTS += $(TOOL_TESTS) tests/tools/shell.py
if HAVE_LIBEDIT
TESTS += tests/tools/shell.py
endif
dist_check_DATA += tests/tools/terminal.py
EXTRA_DIST += tests/tools/golden
