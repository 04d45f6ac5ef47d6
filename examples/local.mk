# What people start from the source tree; the lab also goes with an installed
# one.

examplesdir = $(docdir)/examples
dist_examples_SCRIPTS = examples/lab
EXTRA_DIST += examples/authority examples/portal examples/quickstart examples/tour.sh

check_PROGRAMS += examples/embed
examples_embed_LDADD = licensecore/libcore.la
dist_examples_DATA = examples/embed.c

check_PROGRAMS += examples/feature
examples_feature_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/agent/client
examples_feature_LDADD = agent/client/libclient.la
dist_examples_DATA += examples/catalog.conf
dist_examples_DATA += examples/feature.c examples/feature.service
dist_examples_SCRIPTS += examples/feature.sh

# Configurations of monitoring systems.
fleetdir = $(examplesdir)/fleet
dist_fleet_SCRIPTS = \
	examples/fleet/check_licenses \
	examples/fleet/textfile
dist_fleet_DATA = \
	examples/fleet/README.md \
	examples/fleet/alerts.yml \
	examples/fleet/alerts_test.yml \
	examples/fleet/generator.yml \
	examples/fleet/grafana.json \
	examples/fleet/icinga2.conf \
	examples/fleet/nagios.cfg \
	examples/fleet/snmptt.conf \
	examples/fleet/zabbix.yaml
