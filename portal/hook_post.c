/* hook_post.c - see hook_post.h. */
#include "hook_post.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "daemon/array.h"

#define CONNECT_MS 5000L
#define TOTAL_MS 10000L
#define SECRET_BYTES 32
#define ANSWER_MAX 65536 /* bytes; nobody reads them */

struct hook_post {
	CURL *curl;
	const char *ca_file;
	bool may_private;
	const atomic_bool *ends;
	size_t answered; /* bytes */
};

/* ---- Addresses ------------------------------------------------------- */

static bool
is_private4(uint32_t address)
{
	static const struct {
		uint32_t network;
		int bits;
	} networks[] = {
		{ 0x00000000, 8 },  /* this network */
		{ 0x0a000000, 8 },  /* private */
		{ 0x64400000, 10 }, /* shared by providers */
		{ 0x7f000000, 8 },  /* loopback */
		{ 0xa9fe0000, 16 }, /* link-local */
		{ 0xac100000, 12 }, /* private */
		{ 0xc0000000, 24 }, /* protocols */
		{ 0xc0a80000, 16 }, /* private */
		{ 0xc6120000, 15 }, /* benchmarks */
		{ 0xe0000000, 3 },  /* multicast, reserved, broadcast */
	};

	for (size_t i = 0; i < NITEMS(networks); i++) {
		uint32_t mask = UINT32_MAX << (32 - networks[i].bits);

		if ((address & mask) == networks[i].network)
			return true;
	}
	return false;
}

static uint32_t
last_four(const uint8_t *bytes)
{
	return (uint32_t)bytes[12] << 24 | (uint32_t)bytes[13] << 16 |
	       (uint32_t)bytes[14] << 8 | bytes[15];
}

/* Only global unicast (2000::/3), and not what leads to IPv4 inside of it. */
static bool
is_private6(const uint8_t bytes[16])
{
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (memcmp(bytes, nat64, 12) == 0 || memcmp(bytes, mapped, 12) == 0)
		return is_private4(last_four(bytes));
	return (bytes[0] & 0xe0) != 0x20 ||
	       (bytes[0] == 0x20 && bytes[1] == 0x02) || /* 6to4 */
	       (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0 &&
		   bytes[3] == 0); /* Teredo */
}

bool
hook_is_private(const struct sockaddr *address)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (address->sa_family == AF_INET) {
		memcpy(&in, address, sizeof in);
		return is_private4(ntohl(in.sin_addr.s_addr));
	}
	if (address->sa_family != AF_INET6)
		return true;
	memcpy(&in6, address, sizeof in6);
	return is_private6(in6.sin6_addr.s6_addr);
}

/* ---- libcurl's calls ------------------------------------------------- */

/* After names were looked up: the address that is really used. */
static curl_socket_t
on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	const struct hook_post *post = arg;

	(void)purpose;
	if (!post->may_private && hook_is_private(&address->addr))
		return CURL_SOCKET_BAD;
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);
}

static size_t
on_data(char *data, size_t size, size_t n, void *arg)
{
	struct hook_post *post = arg;

	(void)data;
	post->answered += size * n;
	return post->answered <= ANSWER_MAX ? size * n : 0;
}

static int
on_progress(void *arg, curl_off_t down, curl_off_t downed, curl_off_t up,
    curl_off_t uploaded)
{
	const struct hook_post *post = arg;

	(void)down;
	(void)downed;
	(void)up;
	(void)uploaded;
	return *post->ends;
}

/* ---- Posting --------------------------------------------------------- */

struct hook_post *
hook_post_new(const char *ca_file, bool may_private, const atomic_bool *ends)
{
	struct hook_post *post = calloc(1, sizeof *post);

	if (post == NULL)
		return NULL;
	post->ca_file = ca_file;
	post->may_private = may_private;
	post->ends = ends;
	if ((post->curl = curl_easy_init()) != NULL)
		return post;
	free(post);
	return NULL;
}

void
hook_post_free(struct hook_post *post)
{
	if (post == NULL)
		return;
	curl_easy_cleanup(post->curl);
	free(post);
}

/* "v1,BASE64" of "ID.TIME.BODY". */
static bool
sign(const char *secret, const char *id, long long at, const char *body,
    char text[64])
{
	unsigned char key[SECRET_BYTES + 2], mac[EVP_MAX_MD_SIZE];
	unsigned mac_len = 0;
	char *said = NULL;
	int len = asprintf(&said, "%s.%lld.%s", id, at, body);
	bool good = len >= 0 && strlen(secret) == 44 &&
		    EVP_DecodeBlock(key, (const unsigned char *)secret, 44) ==
			SECRET_BYTES + 1;

	good = good && HMAC(EVP_sha256(), key, SECRET_BYTES,
			   (const unsigned char *)said, (size_t)len, mac,
			   &mac_len) != NULL;
	OPENSSL_cleanse(key, sizeof key);
	if (len >= 0)
		free(said);
	if (!good)
		return false;
	memcpy(text, "v1,", 3);
	(void)EVP_EncodeBlock((unsigned char *)text + 3, mac, (int)mac_len);
	return true;
}

static bool
header_add(struct curl_slist **list, const char *name, const char *value)
{
	char row[256];
	struct curl_slist *longer;

	(void)snprintf(row, sizeof row, "%s: %s", name, value);
	if ((longer = curl_slist_append(*list, row)) == NULL)
		return false;
	*list = longer;
	return true;
}

static bool
headers_make(const char *secret, const char *id, const char *body,
    struct curl_slist **list)
{
	long long at = (long long)time(NULL);
	char signature[64], date[24];

	(void)snprintf(date, sizeof date, "%lld", at);
	return sign(secret, id, at, body, signature) &&
	       header_add(list, "Content-Type", "application/json") &&
	       header_add(list, "Expect", "") &&
	       header_add(list, "Webhook-Id", id) &&
	       header_add(list, "Webhook-Timestamp", date) &&
	       header_add(list, "Webhook-Signature", signature);
}

/* Its connections stay open between calls. */
static bool
options_set(struct hook_post *post, const char *url, const char *body,
    struct curl_slist *headers)
{
	CURL *curl = post->curl;

	curl_easy_reset(curl);
	return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TOTAL_MS) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEDATA, post) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_socket) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, post) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_XFERINFODATA, post) == CURLE_OK &&
	       (post->ca_file == NULL || curl_easy_setopt(curl, CURLOPT_CAINFO,
					     post->ca_file) == CURLE_OK);
}

bool
hook_post(struct hook_post *post, const char *url, const char *secret,
    const char *id, const char *body, char *why, size_t size)
{
	struct curl_slist *headers = NULL;
	long status = 0;
	CURLcode code = CURLE_OUT_OF_MEMORY;

	post->answered = 0;
	if (headers_make(secret, id, body, &headers) &&
	    options_set(post, url, body, headers))
		code = curl_easy_perform(post->curl);
	if (code == CURLE_OK)
		(void)curl_easy_getinfo(
		    post->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(headers);
	if (code == CURLE_OK && status >= 200 && status < 300)
		return true;
	if (code == CURLE_OK)
		(void)snprintf(why, size, "answered with status %ld", status);
	else
		(void)snprintf(why, size, "%s", curl_easy_strerror(code));
	return false;
}
