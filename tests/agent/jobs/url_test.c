/* url_test.c - names of files as operators type them. */
#include "jobs/url.h"

#include <stdio.h>
#include <string.h>

#include "check.h"

/* "ipv4 7f000001" or "dns host" */
static void
describe(const struct url *url, char *text, size_t size)
{
	size_t used = 0;

	if (url->type == ADDRESS_DNS) {
		snprintf(text, size, "%.*s", (int)url->len,
		    (const char *)url->address);
		return;
	}
	text[0] = '\0';
	for (size_t i = 0; i < url->len; i++)
		used += (size_t)snprintf(
		    text + used, size - used, "%02x", url->address[i]);
}

static void
good_ones(void)
{
	static const struct {
		const char *text;
		int protocol, type;
		const char *host, *user, *password, *path;
		uint32_t port;
	} cases[] = {
		{ "flash:a.lic", PROTOCOL_LOCAL, ADDRESS_UNKNOWN, "", "", "",
		    "flash:a.lic", 0 },
		{ "", PROTOCOL_LOCAL, ADDRESS_UNKNOWN, "", "", "", "", 0 },
		{ "flash://a", PROTOCOL_LOCAL, ADDRESS_UNKNOWN, "", "", "",
		    "flash://a", 0 },
		{ "ftp:a.lic", PROTOCOL_LOCAL, ADDRESS_UNKNOWN, "", "", "",
		    "ftp:a.lic", 0 },
		{ "flash:me@home", PROTOCOL_LOCAL, ADDRESS_UNKNOWN, "", "", "",
		    "flash:me@home", 0 },
		{ "tftp://host/a.lic", PROTOCOL_TFTP, ADDRESS_DNS, "host", "",
		    "", "a.lic", 0 },
		{ "TFTP://10.0.0.1:6969/d/a b.lic", PROTOCOL_TFTP, ADDRESS_IPV4,
		    "0a000001", "", "", "d/a b.lic", 6969 },
		{ "ftp://h/a", PROTOCOL_FTP, ADDRESS_DNS, "h", "", "", "a", 0 },
		{ "ftp://me:it's@h:21/a", PROTOCOL_FTP, ADDRESS_DNS, "h", "me",
		    "it's", "a", 21 },
		{ "http://h:8080/a%20b%3f", PROTOCOL_HTTP, ADDRESS_DNS, "h", "",
		    "", "a b?", 8080 },
		{ "scp://me@h//abs/a", PROTOCOL_SCP, ADDRESS_DNS, "h", "me", "",
		    "/abs/a", 0 },
		{ "sftp://m%40e:p%3a%2F%40@h/a", PROTOCOL_SFTP, ADDRESS_DNS,
		    "h", "m@e", "p:/@", "a", 0 },
		{ "sftp://me:p@ss:word@h/a@b:c", PROTOCOL_SFTP, ADDRESS_DNS,
		    "h", "me", "p@ss:word", "a@b:c", 0 },
		{ "http://[::1]/a", PROTOCOL_HTTP, ADDRESS_IPV6,
		    "00000000000000000000000000000001", "", "", "a", 0 },
		{ "http://[::1]:81/a", PROTOCOL_HTTP, ADDRESS_IPV6,
		    "00000000000000000000000000000001", "", "", "a", 81 },
		{ "http://[fe80::1%258]/a", PROTOCOL_HTTP, ADDRESS_IPV6Z,
		    "fe80000000000000000000000000000100000008", "", "", "a",
		    0 },
	};

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		char why[256] = "", host[600];
		struct url url;

		if (!url_parse(cases[i].text, &url, why, sizeof why)) {
			CHECK_STR(why, cases[i].text);
			continue;
		}
		describe(&url, host, sizeof host);
		CHECK_INT(url.protocol, cases[i].protocol);
		CHECK_INT(url.type, cases[i].type);
		CHECK_STR(host, cases[i].host);
		CHECK_STR(url.user, cases[i].user);
		CHECK_STR(url.password, cases[i].password);
		CHECK_STR(url.path, cases[i].path);
		CHECK_UINT(url.port, cases[i].port);
		CHECK_UINT(url_server(&url).port, cases[i].port);
	}
}

static void
bad_ones(void)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "rcp://h/a", "rcp is not supported" },
		{ "https://h/a", "https is not supported" },
		{ "FTPS://h/a", "tftp, ftp, http, scp, sftp" },
		{ "https:/me:hush@h/a", "invalid URL" },
		{ "smb://me:hush@h/a", "invalid URL" },
		{ "ftps2://me:hush@h/a", "invalid URL" },
		{ " ftp://me:hush@h/a", "invalid URL" },
		{ "ftp:/me:hush@h/a", "invalid URL" },
		{ "SCP:me:hush@h/a", "invalid URL" },
		{ "ftp://", "no file name" },
		{ "ftp://h", "no file name" },
		{ "ftp://h/", "no file name" },
		{ "ftp:///a", "invalid host" },
		{ "ftp://me:hush@/a", "invalid host" },
		{ "ftp://h h/a", "invalid host" },
		{ "ftp://[::1/a", "brackets" },
		{ "ftp://::1/a", "invalid host" },
		{ "ftp://[fe80::1%nothing]/a", "invalid host" },
		{ "ftp://me:hush@h:0/a", "invalid port" },
		{ "ftp://me:hush@h:65536/a", "invalid port" },
		{ "ftp://me:hush@h:x/a", "invalid port" },
		{ "ftp://me:hush@h:/a", "invalid port" },
		{ "ftp://:hush@h/a", "invalid user name" },
		{ "ftp://@h/a", "invalid user name" },
		{ "ftp://me:hush%2@h/a", "hexadecimal" },
		{ "ftp://me:hush%00@h/a", "hexadecimal" },
		{ "ftp://h/a%zz", "hexadecimal" },
		{ "ftp://h/a%4", "hexadecimal" },
		{ "tftp://me:hush@h/a", "no users" },
		{ "scp://h/a", "scp needs a user" },
		{ "sftp://h/a", "sftp needs a user" },
	};

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		char why[256] = "it was taken";
		struct url url;

		CHECK(!url_parse(cases[i].text, &url, why, sizeof why));
		if (strstr(why, cases[i].said) == NULL)
			CHECK_STR(why, cases[i].said);
		CHECK(strstr(why, "hush") == NULL);
	}
}

/* One byte too many of each part. */
static void
long_ones(void)
{
	static const struct {
		const char *before, *after;
		int most;
	} cases[] = {
		{ "", "", 255 },
		{ "ftp://h/", "", 255 },
		{ "ftp://", "@h/a", 96 },
		{ "ftp://me:", "@h/a", 96 },
		{ "ftp://", "/a", 255 },
	};

	for (size_t i = 0; i < CHECK_COUNT(cases); i++)
		for (int more = 0; more < 2; more++) {
			char text[512], x[300], why[256];
			struct url url;

			memset(x, 'x', sizeof x);
			snprintf(text, sizeof text, "%s%.*s%s", cases[i].before,
			    cases[i].most + more, x, cases[i].after);
			CHECK_INT(
			    url_parse(text, &url, why, sizeof why), more == 0);
		}
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "good ones", good_ones },
		{ "bad ones", bad_ones },
		{ "long ones", long_ones },
	};

	return check_main("url", tests, CHECK_COUNT(tests), argc, argv);
}
