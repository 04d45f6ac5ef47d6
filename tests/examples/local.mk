EXAMPLE_TESTS = \
	tests/examples/check_licenses.py \
	tests/examples/embed_test.sh \
	tests/examples/grafana.py
TESTS += $(EXAMPLE_TESTS)
# fleet_try.py needs monitoring systems: it is run by hand.
dist_check_SCRIPTS += $(EXAMPLE_TESTS) tests/examples/fleet_try.py
