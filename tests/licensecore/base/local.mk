if HAVE_CUNIT
CORE_BASE_TESTS = \
	tests/licensecore/base/b64_test \
	tests/licensecore/base/disk_test \
	tests/licensecore/base/error_test \
	tests/licensecore/base/host_test \
	tests/licensecore/base/interrupted_test \
	tests/licensecore/base/json_test \
	tests/licensecore/base/pool_test \
	tests/licensecore/base/text_test
tests_licensecore_base_b64_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_base_b64_test_LDADD = $(UNIT_LDADD)
tests_licensecore_base_disk_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_base_disk_test_LDADD = $(UNIT_LDADD)
tests_licensecore_base_error_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_base_error_test_LDADD = $(UNIT_LDADD)
tests_licensecore_base_host_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_base_host_test_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=clock_gettime,--wrap=__clock_gettime64 \
	-Wl,--wrap=time,--wrap=__time64
tests_licensecore_base_host_test_LDADD = $(UNIT_LDADD)
tests_licensecore_base_interrupted_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_base_interrupted_test_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=open,--wrap=open64 \
	-Wl,--wrap=openat,--wrap=openat64 \
	-Wl,--wrap=read,--wrap=__read_chk \
	-Wl,--wrap=write,--wrap=fsync,--wrap=close
tests_licensecore_base_interrupted_test_LDADD = $(UNIT_LDADD)
tests_licensecore_base_json_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_base_json_test_LDADD = $(UNIT_LDADD)
tests_licensecore_base_pool_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_base_pool_test_LDADD = $(UNIT_LDADD)
tests_licensecore_base_text_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_licensecore_base_text_test_LDADD = $(UNIT_LDADD)
check_PROGRAMS += $(CORE_BASE_TESTS)
TESTS += $(CORE_BASE_TESTS)
endif
