/* fixture.c - see fixture.h. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

struct fixture fixture;

void
fixture_open(void)
{
	fixture_open_at(check_dir());
}

void
fixture_open_at(const char *directory)
{
	struct fixture *f = &fixture;

	memset(f, 0, sizeof *f);
	fake_core_init(&f->core);
	f->flash = (struct files_prefix){ "flash:", directory };
	f->files = (struct files){ &f->flash, 1 };
	f->loop = loop_new();
	f->jobs = jobs_new(
	    f->loop, &f->core, &(struct jobs_conf){ &f->files, &f->transfer });
	f->agent.core = &f->core;
	f->agent.actions = actions_new(f->loop, f->jobs, &actions_limits);
	f->agent.exports = actions_new(f->loop, f->jobs, &exports_limits);
	REQUIRE(f->agent.actions != NULL && f->agent.exports != NULL);
	REQUIRE(ntables <= CHECK_COUNT(f->hints));
	f->mib = (struct mib){ tables, ntables, &f->agent, f->hints };
	f->sets = sets_new(&f->mib, &f->agent);
	REQUIRE(f->sets != NULL);
}

void
fixture_add_rows(void)
{
	struct lc *core = &fixture.core;

	fake_device(core, 1);
	fake_device(core, 2147483647);
	fake_store(core, 1, 1);
	fake_store(core, 1, 4294967295);
	fake_license(core, 1, 1, 1, "ipbasek9");
	fake_license(core, 1, 1, 2147483648, "securityk9");
	fake_license(core, 1, 1, 4294967295, "datak9");
	fake_license(core, 1, 2, 3, "uck9");
	fake_feature(core, 1, 1, "ipbasek9");
	fake_feature(core, 1, 7, "uck9");
}

void
fixture_close(void)
{
	sets_free(fixture.sets);
	actions_free(fixture.agent.exports);
	actions_free(fixture.agent.actions);
	jobs_free(fixture.jobs);
	loop_free(fixture.loop);
}

static void
stop(void *arg)
{
	loop_stop(arg);
}

void
fixture_turn(void)
{
	struct task last = { .run = stop, .arg = fixture.loop };

	loop_defer(fixture.loop, &last);
	REQUIRE(loop_run(fixture.loop));
}

void
fixture_settle(void)
{
	for (unsigned i = 0; i < 100; i++)
		fixture_turn();
}

struct oid
fixture_name(const char *text)
{
	static const uint32_t objects[] = { LICENSE_MIB, 1 };
	struct oid oid = { 0 };

	if (*text == '.')
		text++;
	else
		REQUIRE(oid_set(&oid, objects, NITEMS(objects)));
	while (*text != '\0') {
		char *end;
		uint32_t id = (uint32_t)strtoul(text, &end, 10);

		REQUIRE(end != text && oid_append(&oid, &id, 1));
		text = end + (*end == '.');
	}
	return oid;
}

const char *
fixture_value(const struct value *value)
{
	static char text[600];

	switch (value->type) {
	case VALUE_INTEGER:
		snprintf(text, sizeof text, "i%d", value->integer);
		break;
	case VALUE_UNSIGNED:
		snprintf(text, sizeof text, "u%u", value->number);
		break;
	case VALUE_OCTETS:
		snprintf(text, sizeof text, "s%.*s", (int)value->octets.len,
		    (const char *)value->octets.data);
		if (value->octets.len == DATE_LEN &&
		    value->octets.data[8] == '+')
			snprintf(text, sizeof text, "d%d-%d",
			    value->octets.data[0] * 256 + value->octets.data[1],
			    value->octets.data[2]);
		break;
	case VALUE_NO_OBJECT:
		return "no object";
	case VALUE_NO_INSTANCE:
		return "no instance";
	case VALUE_END:
		return "end";
	default:
		return "?";
	}
	return text;
}

const char *
fixture_get(const char *name)
{
	static struct value value;
	struct oid oid = fixture_name(name);

	mib_get(&fixture.mib, &oid, &value);
	return fixture_value(&value);
}

static void
plain_octets(const struct value *value, char *text)
{
	*text++ = 'x';
	*text = '\0';
	for (size_t i = 0; i < value->octets.len; i++)
		text += sprintf(text, "%02x", value->octets.data[i]);
}

static void
plain_oid(const struct value *value, char *text)
{
	*text++ = 'o';
	for (size_t i = 0; i < value->oid.len; i++)
		text += sprintf(text, ".%u", value->oid.id[i]);
}

const char *
fixture_plain(const struct value *value)
{
	static char text[FIXTURE_PLAIN_MAX];

	switch (value->type) {
	case VALUE_INTEGER:
		snprintf(text, sizeof text, "i%d", value->integer);
		break;
	case VALUE_UNSIGNED:
		snprintf(text, sizeof text, "u%u", value->number);
		break;
	case VALUE_OCTETS:
		plain_octets(value, text);
		break;
	case VALUE_OID:
		plain_oid(value, text);
		break;
	case VALUE_NO_OBJECT:
		return "noSuchObject";
	case VALUE_NO_INSTANCE:
		return "noSuchInstance";
	case VALUE_END:
		return "endOfMibView";
	default:
		return "?";
	}
	return text;
}

const char *
fixture_plain_of(const char *name)
{
	static struct value value;
	struct oid oid = fixture_name(name);

	mib_get(&fixture.mib, &oid, &value);
	return fixture_plain(&value);
}

/* ---- Requests as text ---- */

static void
parse_octets(char kind, const char *text, uint8_t *room, struct value *value)
{
	size_t len = 0;

	if (kind == 's') {
		len = strlen(text);
		memcpy(room, text, len);
	} else if (kind == 'z') {
		len = strtoul(text, NULL, 10);
		memset(room, 'a', len);
	} else
		for (; text[0] != '\0' && text[1] != '\0'; text += 2) {
			unsigned byte;

			REQUIRE(sscanf(text, "%2x", &byte) == 1);
			room[len++] = (uint8_t)byte;
		}
	value_octets(value, room, len);
}

static void
parse_value(const char *text, uint8_t *room, struct value *value)
{
	switch (text[0]) {
	case 'i':
		value_integer(value, (int32_t)strtol(text + 1, NULL, 10));
		break;
	case 'u':
		value_unsigned(value, (uint32_t)strtoul(text + 1, NULL, 10));
		break;
	case 'n':
		value->type = VALUE_NULL;
		break;
	case 't':
		value_unsigned(value, 1);
		value->type = VALUE_TICKS;
		break;
	case 'o':
		value->type = VALUE_OID; /* nobody looks at which one */
		break;
	case 'a':
		parse_octets('x', "7f000001", room, value);
		value->type = VALUE_ADDRESS;
		break;
	default:
		parse_octets(text[0], text + 1, room, value);
		break;
	}
}

size_t
fixture_varbinds(const char *text, struct varbind **out)
{
	static struct varbind varbinds[200];
	static uint8_t rooms[200][512];
	static char copy[8192];
	size_t n = 0;
	char *rest = copy, *word;

	REQUIRE(strlen(text) < sizeof copy);
	strcpy(copy, text);
	while ((word = strsep(&rest, " ")) != NULL) {
		char *value = strchr(word, '=');

		REQUIRE(value != NULL && n < CHECK_COUNT(varbinds));
		*value++ = '\0';
		varbinds[n].name = fixture_name(word);
		parse_value(value, rooms[n], &varbinds[n].value);
		n++;
	}
	*out = varbinds;
	return n;
}

enum snmp_error
fixture_set(const char *text, size_t *blame)
{
	static uint32_t transaction = 100;
	struct varbind *varbinds;
	size_t n = fixture_varbinds(text, &varbinds);
	enum snmp_error err;

	*blame = 0;
	err = sets_test(fixture.sets, ++transaction, varbinds, n, blame);
	if (err == SNMP_OK &&
	    (err = sets_commit(fixture.sets, transaction, blame)) != SNMP_OK)
		sets_undo(fixture.sets, transaction);
	else
		sets_cleanup(fixture.sets, transaction);
	if (err == SNMP_OK)
		*blame = 0;
	return err;
}
