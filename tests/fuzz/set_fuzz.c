/*
 * set_fuzz.c - SETs through the table engine, and what is read in between.
 *
 * The input is a list of operations, each a byte with what it needs behind it.
 * Whatever is set: a SET that is refused changes nothing, and what a walk
 * finds, Get finds too, in ascending order.
 */
#include "fuzz.h"

#include <string.h>

#include "check.h"
#include "fixture.h"
#include "quiet.h"
#include "snmp/oid.h"

size_t fuzz_changed_max = 0;

#define VARBINDS_MAX 12
#define TURNS 12 /* in which jobs on local files come to their end */

static struct {
	const uint8_t *data;
	size_t len;
} input;

/* ---- The input ---- */

static uint8_t
take(void)
{
	if (input.len == 0)
		return 0;
	input.len--;
	return *input.data++;
}

/* Small ones in a byte; others are at the borders, or four bytes. */
static uint32_t
take_number(void)
{
	static const uint32_t borders[] = { 256, 65535, 65536, 2147483647,
		2147483648, 4294967295 };
	uint32_t number = take();

	if (number < 240)
		return number;
	if (number < 240 + NITEMS(borders))
		return borders[number - 240];
	number = 0;
	for (unsigned i = 0; i < 4; i++)
		number = number << 8 | take();
	return number;
}

static void
take_name(struct oid *name)
{
	const struct table *table = tables[take() % ntables];
	unsigned column = take(), parts = take() % 8;
	uint32_t id =
	    column < table->ncolumns ? table->columns[column].id : column;

	name->len = 0;
	require(oid_set(name, table->entry, table->entry_len));
	require(oid_append(name, &id, 1));
	if (parts == 0)
		parts = table->nindex; /* most often the right number */
	for (; parts > 0; parts--) {
		id = take_number();
		require(oid_append(name, &id, 1));
	}
}

static void
take_octets(struct value *value)
{
	size_t len = take();

	len = len < input.len ? len : input.len;
	value_octets(value, input.data, len);
	input.data += len;
	input.len -= len;
}

static void
take_value(struct value *value)
{
	static const enum value_type types[] = { VALUE_INTEGER, VALUE_OCTETS,
		VALUE_UNSIGNED, VALUE_INTEGER, VALUE_OCTETS, VALUE_NULL,
		VALUE_OID, VALUE_ADDRESS, VALUE_TICKS, VALUE_COUNTER64 };
	enum value_type type = types[take() % NITEMS(types)];

	memset(value, 0, sizeof *value);
	if (type == VALUE_INTEGER)
		value_integer(value, (int32_t)take_number());
	else if (type == VALUE_OCTETS || type == VALUE_ADDRESS)
		take_octets(value);
	else
		value_unsigned(value, take_number());
	value->type = type;
	if (type == VALUE_OID)
		memset(value, 0, sizeof *value), value->type = VALUE_OID;
}

/* ---- What is there ---- */

static uint64_t
hash(uint64_t h, const void *data, size_t len)
{
	const uint8_t *at = data;
	uint64_t word;

	for (; len > 0; len -= len < sizeof word ? len : sizeof word) {
		word = len;
		memcpy(&word, at, len < sizeof word ? len : sizeof word);
		h = (h ^ word ^ h >> 29) * 0x9e3779b97f4a7c15u;
		at += sizeof word;
	}
	return h;
}

static uint64_t
hash_value(uint64_t h, const struct value *value)
{
	h = hash(h, &value->type, sizeof value->type);
	if (value->type == VALUE_OCTETS)
		return hash(h, value->octets.data, value->octets.len);
	if (value->type == VALUE_OID)
		return hash(
		    h, value->oid.id, value->oid.len * sizeof *value->oid.id);
	return hash(h, &value->number, sizeof value->number);
}

/* Every variable, as GetNext finds it and Get confirms it. */
static uint64_t
everything(void)
{
	static const struct oid no_end;
	struct oid name = { 2, { 1, 3 } }, before;
	struct value value, same;
	uint64_t h = 0xcbf29ce484222325u;

	for (;;) {
		before = name;
		mib_next(&fixture.mib, &name, false, &no_end, &value);
		if (value.type == VALUE_END)
			return h;
		require(
		    oid_compare(before.id, before.len, name.id, name.len) < 0);
		mib_get(&fixture.mib, &name, &same);
		require(hash_value(0, &same) == hash_value(0, &value));
		h = hash(h, name.id, name.len * sizeof *name.id);
		h = hash_value(h, &value);
	}
}

/* ---- Operations ---- */

/* Tests what the input brings: the first of the phases. */
static enum snmp_error
test(uint32_t transaction, size_t *n)
{
	static struct varbind varbinds[VARBINDS_MAX];
	size_t blame = 0;
	enum snmp_error error;

	*n = take() % VARBINDS_MAX + 1;
	for (size_t i = 0; i < *n; i++) {
		take_name(&varbinds[i].name);
		take_value(&varbinds[i].value);
	}
	error = sets_test(fixture.sets, transaction, varbinds, *n, &blame);
	require(blame <= *n && (error == SNMP_OK || blame > 0));
	return error;
}

/* A master that hears the answer, and goes on as RFC 2741 tells it. */
static void
whole_set(uint32_t transaction)
{
	uint64_t before = everything();
	size_t n, blame = 0;
	enum snmp_error error = test(transaction, &n);

	if (error != SNMP_OK)
		sets_cleanup(fixture.sets, transaction);
	else if ((error = sets_commit(fixture.sets, transaction, &blame)) ==
		 SNMP_OK) {
		sets_cleanup(fixture.sets, transaction);
		return;
	} else if (sets_undo(fixture.sets, transaction) != SNMP_OK ||
		   error == SNMP_UNDO_FAILED)
		return;
	require(blame <= n);
	require(everything() == before);
}

/* Any name, below any table or not. */
static void
read_any(void)
{
	struct oid name, before;
	struct value value;
	uint8_t cut = take();

	take_name(&name);
	name.len = cut < name.len ? cut : name.len;
	before = name;
	mib_get(&fixture.mib, &name, &value);
	mib_next(&fixture.mib, &name, cut & 1, &(struct oid){ 0 }, &value);
	require(oid_compare(before.id, before.len, name.id, name.len) <=
		(value.type == VALUE_END || (cut & 1) ? 0 : -1));
}

static void
one_phase(unsigned phase, uint32_t transaction)
{
	size_t blame = 0, n;

	if (phase == 0) {
		uint64_t before = everything();

		(void)test(transaction, &n);
		require(everything() == before);
	} else if (phase == 1)
		(void)sets_commit(fixture.sets, transaction, &blame);
	else if (phase == 2)
		(void)sets_undo(fixture.sets, transaction);
	else
		sets_cleanup(fixture.sets, transaction);
}

static void
operation(void)
{
	uint8_t op = take();
	uint32_t transaction = op >> 4;

	switch (op & 15) {
	case 0:
	case 1:
	case 2:
	case 3:
		one_phase(op & 3, transaction);
		break;
	case 4:
		sets_reset(fixture.sets);
		break;
	case 5:
		read_any();
		break;
	case 6:
		for (unsigned i = 0; i < TURNS; i++)
			fixture_turn();
		break;
	case 7: /* a disk that fails from some time on */
		fixture.core.comment_good = take();
		fixture.core.comment_err = LC_EFULL;
		fixture.core.switch_err = op & 16 ? LC_EIO : LC_OK;
		break;
	default:
		whole_set(transaction + 100);
		break;
	}
}

/* ---- The agent ---- */

/* In the order of their indexes, also when the core installs more. */
static void
add_rows(struct lc *core)
{
	static const char *const names[] = { "ipbasek9", "securityk9", "uck9" };

	fake_device(core, 1);
	fake_device(core, 2147483647);
	fake_store(core, 1, 1);
	fake_store(core, 1, 4294967295);
	for (uint32_t i = 0; i < NITEMS(names); i++) {
		fake_license(core, 1, 1, i + 1, names[i]);
		fake_feature(core, 1, i + 1, names[i]);
	}
}

static void
open_agent(void)
{
	static const char *const levels[] = { "ipbasek9", "uck9" };
	static const char *flash;

	if (flash == NULL) {
		flash = check_dir();
		(void)atexit(check_clean);
		check_write(check_path(flash, "a.lic"), "uck9\n!exists\n", 13);
	}
	fixture_open_at(flash);
	add_rows(&fixture.core);
	fake_module(&fixture.core, 1, "img", levels, NITEMS(levels));
	fixture.transfer.known_hosts = "/dev/null";
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	input.data = data;
	input.len = len;
	open_agent();
	while (input.len > 0)
		operation();
	(void)everything();
	fixture_close();
	return 0;
}
