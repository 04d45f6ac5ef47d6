# What builds and tests the tree, packages it, and tells about it.
EXTRA_DIST += packaging/build-deps tests/run debian HACKING.md
dist_doc_DATA += README.md NEWS
