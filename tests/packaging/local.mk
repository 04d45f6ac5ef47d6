# Tests of what is installed beside the programs.
PACKAGING_TESTS = \
	tests/packaging/apropos.py \
	tests/packaging/container.py \
	tests/packaging/installed_pages.py \
	tests/packaging/symbols.py \
	tests/packaging/unit.py
TESTS += $(PACKAGING_TESTS)
# container_try.py needs podman.
dist_check_SCRIPTS += $(PACKAGING_TESTS) tests/packaging/container_try.py
check-container: all
	LAB_BIN=$(abs_builddir)/bin $(srcdir)/tests/packaging/container_try.py
.PHONY: check-container
