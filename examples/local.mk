# What people start from the source tree; the lab also goes with an installed
# one.

examplesdir = $(docdir)/examples
dist_examples_SCRIPTS = examples/lab
EXTRA_DIST += examples/quickstart
