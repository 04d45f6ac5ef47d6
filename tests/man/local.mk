# Tests of what people read: that it is well-formed, whole, and true.

MAN_TESTS = \
	tests/man/conversations.py \
	tests/man/pages.py \
	tests/man/security.py

TESTS += $(MAN_TESTS)
dist_check_SCRIPTS += $(MAN_TESTS)
