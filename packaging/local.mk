# What builds and tests the tree, and packages it.
EXTRA_DIST += packaging/build-deps tests/run debian
