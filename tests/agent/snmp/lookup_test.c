/* lookup_test.c - names, as a resolver of ours knows them. */
#include "snmp/lookup.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "fixture.h"
#include "resolver.h"

#define PATIENCE_MS 120000

static struct {
	unsigned calls;
	struct addresses addresses;
	char why[128];
} got;

static void
found(void *arg, const struct addresses *addresses, const char *why)
{
	CHECK(arg == &got);
	CHECK((why == NULL) == (addresses->n > 0));
	got.calls++;
	got.addresses = *addresses;
	snprintf(got.why, sizeof got.why, "%s", why != NULL ? why : "");
}

static struct lookup *
start(const char *text)
{
	struct endpoint endpoint;
	const char *wrong;
	struct lookup *lookup;

	memset(&got, 0, sizeof got);
	REQUIRE(endpoint_parse(text, &endpoint, &wrong));
	lookup = lookup_start(fixture.loop, &endpoint, found, &got);
	REQUIRE(lookup != NULL);
	return lookup;
}

static void
turn_until(const unsigned *count)
{
	int64_t deadline = loop_now_ms() + PATIENCE_MS;

	while (*count == 0 && loop_now_ms() < deadline) {
		fixture_turn();
		usleep(100);
	}
	CHECK_UINT(*count, 1);
}

/* All of them, in their order, with the port. */
static void
several(void)
{
	static const char *const two[] = { "2001:db8::1", "192.0.2.1", NULL };
	char room[ADDRESS_TEXT_MAX];

	fixture_open();
	resolver_tells(two, 0);
	(void)start("tcp:master.example:705");
	turn_until(&got.calls);
	REQUIRE(got.addresses.n == 2);
	CHECK_STR(address_text(&got.addresses.at[0], room), "[2001:db8::1]");
	CHECK_STR(address_text(&got.addresses.at[1], room), "192.0.2.1");
	CHECK_UINT(ntohs(((const struct sockaddr_in *)&got.addresses.at[1].to)
			     ->sin_port),
	    705);
	CHECK_UINT(got.addresses.at[1].len, sizeof(struct sockaddr_in));
	fixture_close();
}

/* More than are kept: the first ones are. */
static void
many(void)
{
	static const char *all[ADDRESSES_MAX + 4];

	fixture_open();
	for (size_t i = 0; i < ADDRESSES_MAX + 3; i++)
		all[i] = i == 0 ? "192.0.2.1" : "192.0.2.2";
	resolver_tells(all, 0);
	(void)start("tcp:master.example:705");
	turn_until(&got.calls);
	CHECK_UINT(got.addresses.n, ADDRESSES_MAX);
	fixture_close();
}

static void
none(void)
{
	fixture_open();
	resolver_tells(NULL, EAI_AGAIN);
	(void)start("tcp:master.example:705");
	turn_until(&got.calls);
	CHECK_STR(got.why, gai_strerror(EAI_AGAIN));
	fixture_close();
}

static void
wait_asked(void)
{
	int64_t deadline = loop_now_ms() + PATIENCE_MS;

	while (resolver_asked() == 0 && loop_now_ms() < deadline)
		usleep(100);
	CHECK_UINT(resolver_asked(), 1);
}

/* The loop goes on meanwhile, and one that is cancelled says nothing. */
static void
slow(void)
{
	static const char *const one[] = { "192.0.2.1", NULL };
	struct lookup *lookup;

	fixture_open();
	resolver_tells(one, 0);
	resolver_hold();
	(void)start("tcp:master.example:705");
	wait_asked();
	for (unsigned i = 0; i < 100; i++)
		fixture_turn();
	CHECK_UINT(got.calls, 0);
	resolver_release();
	turn_until(&got.calls);
	CHECK_UINT(got.addresses.n, 1);

	resolver_tells(one, 0);
	resolver_hold();
	lookup = start("tcp:master.example:705");
	wait_asked();
	lookup_cancel(lookup);
	resolver_release();
	fixture_settle();
	CHECK_UINT(got.calls, 0);
	fixture_close();
}

static const struct check_test tests[] = {
	{ "several addresses", several },
	{ "more addresses than are kept", many },
	{ "no address", none },
	{ "a slow name server", slow },
};

int
main(int argc, char **argv)
{
	return check_main("lookup", tests, CHECK_COUNT(tests), argc, argv);
}
