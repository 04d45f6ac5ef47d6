# check-mibs compares mib/ with the tables in facts/, and check-mutations
# proves that it can fail.  Both exit 77 where smitools or snmp is missing.

MIB_TESTS = tests/mib/check-mibs tests/mib/check-mutations

TESTS += $(MIB_TESTS)
dist_check_SCRIPTS += $(MIB_TESTS)
dist_check_DATA += tests/mib/mibfacts.py
EXTRA_DIST += tests/mib/facts
