dist_check_SCRIPTS += tests/licensecore/api_test.sh
TESTS += tests/licensecore/api_test.sh
