# Tests of what is installed beside the programs.
PACKAGING_TESTS = \
	tests/packaging/apropos.py \
	tests/packaging/installed_pages.py \
	tests/packaging/symbols.py \
	tests/packaging/unit.py
TESTS += $(PACKAGING_TESTS)
dist_check_SCRIPTS += $(PACKAGING_TESTS)
