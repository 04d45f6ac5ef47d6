/*
 * order_fuzz.c - what a manager sets in a row becomes an order, and the order
 * a URL that the helper process hands to libcurl: whatever was set, it is the
 * file of that name, on that server, by that protocol.
 *
 * The input: protocol, address type, lengths of the four texts, and the texts.
 */
#include "fuzz.h"

#include <arpa/inet.h>
#include <string.h>

/* The helper, of which everything but main() is used; libcurl is asked what it
 * makes of the request, and sends nothing. */
int transfer_main(void);
#define main transfer_main
#include "jobs/transfer_main.c"
#undef main

#include "jobs/url.h"

CURLcode __wrap_curl_easy_perform(CURL *);
ssize_t __wrap_send(int, const void *, size_t, int);

static const struct transfer_order *order;
static const char *asked_path;

static char *
part(CURLU *url, CURLUPart which)
{
	char *text = NULL;

	require(curl_url_get(url, which, &text, 0) == CURLUE_OK);
	return text;
}

/* libcurl writes IPv4 addresses in its own way, "1" as "0.0.0.1". */
static bool
same_host(const char *a, const char *b)
{
	struct in_addr x, y;

	return strcasecmp(a, b) == 0 ||
	       (inet_aton(a, &x) != 0 && inet_aton(b, &y) != 0 &&
		   x.s_addr == y.s_addr);
}

/* The path that the server sees, without what stands for its beginning. */
static void
check_path_of(CURLU *url)
{
	char *path = part(url, CURLUPART_PATH), *plain;
	size_t asked = strlen(asked_path), len;
	int plain_len;

	plain = curl_easy_unescape(NULL, path, 0, &plain_len);
	require(plain != NULL);
	len = (size_t)plain_len;
	require(len >= asked &&
		memcmp(plain + len - asked, asked_path, asked) == 0);
	plain[len - asked] = '\0';
	require(strcmp(plain, "") == 0 || strcmp(plain, "/") == 0 ||
		strcmp(plain, "/~/") == 0);
	curl_free(plain);
	curl_free(path);
}

CURLcode
__wrap_curl_easy_perform(CURL *curl)
{
	CURLU *url = curl_url();
	char *text = NULL, *host, *scheme;

	require(url != NULL);
	require(
	    curl_easy_getinfo(curl, CURLINFO_EFFECTIVE_URL, &text) == CURLE_OK);
	if (curl_url_set(url, CURLUPART_URL, text,
		CURLU_PATH_AS_IS | CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
		curl_url_cleanup(url);
		return CURLE_URL_MALFORMAT; /* as the real one says */
	}
	host = part(url, CURLUPART_HOST);
	scheme = part(url, CURLUPART_SCHEME);
	require(same_host(host, order->host));
	require(strcmp(scheme, protocol_of(order->protocol)->name) == 0);
	require(
	    curl_url_get(url, CURLUPART_QUERY, &text, 0) == CURLUE_NO_QUERY);
	require(curl_url_get(url, CURLUPART_FRAGMENT, &text, 0) ==
		CURLUE_NO_FRAGMENT);
	require(curl_url_get(url, CURLUPART_USER, &text, 0) == CURLUE_NO_USER);
	check_path_of(url);
	curl_free(host);
	curl_free(scheme);
	curl_url_cleanup(url);
	return CURLE_OK;
}

/* What the helper says to the daemon goes nowhere. */
ssize_t
__wrap_send(int fd, const void *data, size_t len, int flags)
{
	const struct transfer_word *word = data;

	(void)fd;
	(void)flags;
	require(len == sizeof *word);
	require(memchr(word->text, '\0', sizeof word->text) != NULL);
	return (ssize_t)len;
}

/* The next text of the input, of at most max bytes and without a NUL. */
static char *
take_text(const uint8_t **data, size_t *left, size_t len, size_t max)
{
	char *text;

	len = len < *left ? len : *left;
	text = strndup((const char *)*data, len < max ? len : max);
	require(text != NULL);
	*data += len;
	*left -= len;
	return text;
}

/* As many octets as the tables let pass for the type (RFC 4001). */
static void
take_address(struct server *server, unsigned which, size_t asked,
    const uint8_t **data, size_t *left)
{
	static const struct {
		int32_t type;
		size_t len; /* 0: any */
	} types[] = { { ADDRESS_UNKNOWN, 0 }, { ADDRESS_IPV4, 4 },
		{ ADDRESS_IPV6, 16 }, { ADDRESS_IPV4Z, 8 },
		{ ADDRESS_IPV6Z, 20 }, { ADDRESS_DNS, 0 } };
	static uint8_t octets[255];
	size_t len = types[which].len != 0 ? types[which].len : asked;

	memset(octets, 0, sizeof octets);
	memcpy(octets, *data, len < *left ? len : *left);
	server->type = types[which].type;
	server->address = octets;
	server->len = len;
	len = len < *left ? len : *left;
	*data += len;
	*left -= len;
}

static void
check_order(int32_t protocol, const struct server *server, const char *path)
{
	static const struct transfer_conf conf = { .ports = { 69, 21, 80, 22 },
		.timeout_s = 60,
		.stall_s = 30,
		.max_size = 1048576,
		.known_hosts = "/dev/null" };
	static struct work work;
	char why[256] = "";

	memset(&work, 0, sizeof work);
	if (!transfer_order_make(
		&work.order, &conf, protocol, server, path, why, sizeof why)) {
		require(why[0] != '\0');
		return;
	}
	order = &work.order;
	asked_path = path;
	require(strcmp(work.order.path, path) == 0);
	/* Not carry_out(), which would lock the fuzzer in. */
	if (path_error(path) == NULL)
		(void)perform(&work);
	curl_easy_cleanup(work.curl);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t head[6];
	struct server server = { 0 };
	const struct protocol *protocol;
	char *path, *user, *password;
	int32_t number;

	if (len < sizeof head)
		return 0;
	memcpy(head, data, sizeof head);
	data += sizeof head;
	len -= sizeof head;
	take_address(&server, head[1] % 6, head[2], &data, &len);
	path = take_text(&data, &len, head[3], 255);
	user = take_text(&data, &len, head[4], 96);
	password = take_text(&data, &len, head[5], 96);
	server.user = user;
	server.password = password;
	number = head[0] % PROTOCOL_LAST + 1;
	protocol = protocol_of(number);
	if (protocol->is_supported && protocol->is_remote)
		check_order(number, &server, path);
	free(path);
	free(user);
	free(password);
	return 0;
}
