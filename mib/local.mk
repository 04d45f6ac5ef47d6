# The modules, under the names that smidump and net-snmp look for.
# README.md says what each is.

dist_mibs_DATA = \
	mib/CISCO-IMAGE-LICENSE-MGMT-MIB \
	mib/CISCO-LICENSE-MGMT-MIB \
	mib/CISCO-SMI \
	mib/ENTITY-MIB \
	mib/HCNUM-TC \
	mib/INET-ADDRESS-MIB \
	mib/SNMP-FRAMEWORK-MIB \
	mib/SNMP-VIEW-BASED-ACM-MIB \
	mib/SNMPv2-CONF \
	mib/SNMPv2-MIB \
	mib/SNMPv2-SMI \
	mib/SNMPv2-TC

EXTRA_DIST += mib/README.md
