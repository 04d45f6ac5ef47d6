/* endpoint_test.c - how a master agent may be written. */
#include "snmp/endpoint.h"

#include <stdio.h>
#include <string.h>

#include "check.h"

static const struct {
	const char *text;
	int family; /* 0: refused */
	const char *address;
} cases[] = {
	{ "unix:/var/agentx/master", AF_UNIX, "/var/agentx/master" },
	{ "tcp:127.0.0.1:705", AF_INET, "127.0.0.1" },
	{ "tcp:[::1]:705", AF_INET6, "[::1]" },
	{ "tcp:::1:705", AF_INET6, "[::1]" },
	{ "tcp:192.0.2.255:65535", AF_INET, "192.0.2.255" },
	{ "unix:", 0, NULL },
	{ "unix:agentx", 0, NULL },
	{ "tcp:", 0, NULL },
	{ "tcp::705", 0, NULL },
	{ "tcp:[]:705", 0, NULL },
	{ "tcp:[127.0.0.1]:705", 0, NULL },
	{ "tcp:[localhost]:705", 0, NULL },
	{ "tcp:[::1:705", 0, NULL },
	{ "tcp:127.0.0.1", 0, NULL },
	{ "tcp:127.0.0.1:", 0, NULL },
	{ "tcp:127.0.0.1:0", 0, NULL },
	{ "tcp:127.0.0.1:65536", 0, NULL },
	{ "tcp:127.0.0.1:100705", 0, NULL },
	{ "tcp:127.0.0.1:+705", 0, NULL },
	{ "tcp:127.0.0.1:no-such-port", 0, NULL },
	{ "tcp:a host:705", 0, NULL },
	{ "tcp:-master:705", 0, NULL },
	{ "tcp:user@host:705", 0, NULL },
	{ "udp:127.0.0.1:705", 0, NULL },
	{ "", 0, NULL },
};

static void
addresses(void)
{
	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		struct endpoint endpoint;
		struct address address;
		char room[ADDRESS_TEXT_MAX];
		const char *wrong = NULL;
		bool good = endpoint_parse(cases[i].text, &endpoint, &wrong);

		check_context("%s", cases[i].text);
		CHECK_INT(good, cases[i].family != 0);
		CHECK(good == (wrong == NULL));
		if (!good)
			continue;
		CHECK(endpoint.is_tcp == (cases[i].family != AF_UNIX));
		REQUIRE(endpoint_address(&endpoint, &address));
		CHECK_INT(address.to.ss_family, cases[i].family);
		CHECK_STR(address_text(&address, room), cases[i].address);
	}
}

/* What may be a name is none of the parser's business. */
static void
names(void)
{
	static const char *const good[] = { "tcp:localhost:705",
		"tcp:master.example:705", "tcp:a_b-c.example.:1" };
	struct endpoint endpoint;
	struct address address;
	const char *wrong;

	for (size_t i = 0; i < CHECK_COUNT(good); i++) {
		check_context("%s", good[i]);
		REQUIRE(endpoint_parse(good[i], &endpoint, &wrong));
		CHECK(endpoint.is_tcp);
		CHECK(!endpoint_address(&endpoint, &address));
	}
	CHECK_STR(endpoint.host, "a_b-c.example.");
	CHECK_STR(endpoint.port, "1");
}

/* The longest of both. */
static void
lengths(void)
{
	char text[300];
	struct endpoint endpoint;
	const char *wrong;

	snprintf(text, sizeof text, "unix:/%0106d", 0);
	CHECK(endpoint_parse(text, &endpoint, &wrong));
	CHECK_UINT(strlen(endpoint.host), 107);
	snprintf(text, sizeof text, "unix:/%0107d", 0);
	CHECK(!endpoint_parse(text, &endpoint, &wrong));
	snprintf(text, sizeof text, "tcp:m%0252d:705", 0);
	CHECK(endpoint_parse(text, &endpoint, &wrong));
	CHECK_UINT(strlen(endpoint.host), HOST_MAX);
	snprintf(text, sizeof text, "tcp:m%0253d:705", 0);
	CHECK(!endpoint_parse(text, &endpoint, &wrong));
}

static const struct check_test tests[] = {
	{ "addresses", addresses },
	{ "names", names },
	{ "lengths", lengths },
};

int
main(int argc, char **argv)
{
	return check_main("endpoint", tests, CHECK_COUNT(tests), argc, argv);
}
