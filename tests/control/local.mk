# Tests of the control socket: each starts a lab of its own.

CONTROL_TESTS = \
	tests/control/leases.py \
	tests/control/protocol.py \
	tests/control/rude.py

TESTS += $(CONTROL_TESTS)
dist_check_SCRIPTS += $(CONTROL_TESTS)
dist_check_DATA += tests/control/wire.py
