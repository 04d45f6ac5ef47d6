/* url_fuzz.c - names of files as operators type them. */
#include "fuzz.h"

#include <string.h>

#include "jobs/url.h"

static size_t
address_length(int32_t type)
{
	switch (type) {
	case ADDRESS_IPV4:
		return 4;
	case ADDRESS_IPV6:
		return 16;
	case ADDRESS_IPV6Z:
		return 20;
	default:
		return 0;
	}
}

/* What stands between the first colon behind "://" and the last @. */
static void
require_secret(const char *text, const char *why)
{
	const char *begin = strstr(text, "://");
	const char *end = begin != NULL ? strrchr(begin, '@') : NULL;
	const char *colon = NULL;
	char *password;

	if (end != NULL && end > begin + 3)
		colon = memchr(begin + 3, ':', (size_t)(end - begin - 3));
	/* Shorter ones may stand in the words of the complaint by chance. */
	if (colon == NULL || end - colon < 10)
		return;
	password = strndup(colon + 1, (size_t)(end - colon - 1));
	require(password != NULL);
	require(strstr(why, password) == NULL);
	free(password);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = strndup((const char *)data, len), why[256] = "";
	struct server server;
	struct url url;

	require(text != NULL);
	if (!url_parse(text, &url, why, sizeof why)) {
		require(why[0] != '\0');
		require_secret(text, why);
		free(text);
		return 0;
	}
	require(memchr(url.user, '\0', sizeof url.user) != NULL);
	require(memchr(url.password, '\0', sizeof url.password) != NULL);
	require(memchr(url.path, '\0', sizeof url.path) != NULL);
	server = url_server(&url);
	if (protocol_of(url.protocol)->is_remote) {
		require(protocol_of(url.protocol)->is_supported);
		require(url.path[0] != '\0' && url.port <= 65535);
		require(url.type == ADDRESS_DNS
			    ? server.len > 0 && server.len < 256
			    : server.len == address_length(url.type));
	} else
		require(strcmp(url.path, text) == 0 && server.len == 0);
	free(text);
	return 0;
}
