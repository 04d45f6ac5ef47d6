# Tests of the documentation: well-formed, complete, true.

MAN_TESTS = \
	tests/man/conversations.py \
	tests/man/pages.py \
	tests/man/security.py

TESTS += $(MAN_TESTS)
dist_check_SCRIPTS += $(MAN_TESTS)
