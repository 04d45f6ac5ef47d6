# floors.ini has the floors of the tree; check proves that every #include obeys
# them, planted.py that check can fail.

FLOORS_TESTS = tests/floors/check tests/floors/planted.py

TESTS += $(FLOORS_TESTS)
dist_check_SCRIPTS += $(FLOORS_TESTS)
dist_check_DATA += tests/floors/floors.ini
