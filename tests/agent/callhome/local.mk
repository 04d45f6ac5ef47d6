# Call home against a portal of the tests' own: each starts a lab.

CALLHOME_TESTS = \
	tests/agent/callhome/dialogs.py \
	tests/agent/callhome/flows.py \
	tests/agent/callhome/stack.py \
	tests/agent/callhome/tls.py \
	tests/agent/callhome/unasked.py

TESTS += $(CALLHOME_TESTS)
dist_check_SCRIPTS += $(CALLHOME_TESTS) tests/agent/callhome/faults.py
if SLOW_TESTS
TESTS += tests/agent/callhome/faults.py
endif
dist_check_DATA += tests/agent/callhome/fake_portal.py
