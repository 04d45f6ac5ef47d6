/* smtp.c - see smtp.h. */
#include "portal/mail/smtp.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>

#define CONNECT_MS 10000L
#define TOTAL_MS 120000L
#define SECURE "smtps://"
#define PLAIN "smtp://"

struct smtp {
	struct smtp_options options;
	CURL *curl;
	char *url; /* with this host's name as its path */
	const atomic_bool *ends;
	const char *message; /* what is left to be sent */
	size_t len;
	bool has_begun; /* the message has */
};

/* ---- Addresses of servers -------------------------------------------- */

static const char *
host_of(const char *url)
{
	return strstr(url, "://") + 3;
}

bool
smtp_is_url(const char *url)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-.:[]";

	if (strncmp(url, SECURE, sizeof SECURE - 1) != 0 &&
	    strncmp(url, PLAIN, sizeof PLAIN - 1) != 0)
		return false;
	url = host_of(url);
	return url[0] != '\0' && url[strspn(url, allowed)] == '\0';
}

/* By its name alone: on_socket checks where that leads. */
static bool
is_this_machine(const char *url)
{
	const char *host = host_of(url);

	return strncmp(host, "127.", 4) == 0 ||
	       strncmp(host, "[::1]", 5) == 0 ||
	       (strncmp(host, "localhost", 9) == 0 &&
		   (host[9] == ':' || host[9] == '\0'));
}

static bool
is_loopback(const struct sockaddr *address)
{
	static const uint8_t one[16] = { [15] = 1 };
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (address->sa_family == AF_INET) {
		memcpy(&in, address, sizeof in);
		return ntohl(in.sin_addr.s_addr) >> 24 == 127;
	}
	if (address->sa_family != AF_INET6)
		return false;
	memcpy(&in6, address, sizeof in6);
	return memcmp(in6.sin6_addr.s6_addr, one, sizeof one) == 0;
}

/* ---- libcurl's calls ------------------------------------------------- */

/* Without TLS nothing leaves the machine, whatever a name leads to. */
static curl_socket_t
on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	const struct smtp *smtp = arg;

	(void)purpose;
	if (strncmp(smtp->url, PLAIN, sizeof PLAIN - 1) == 0 &&
	    is_this_machine(smtp->url) && !is_loopback(&address->addr))
		return CURL_SOCKET_BAD;
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);
}

static size_t
on_read(char *to, size_t size, size_t n, void *arg)
{
	struct smtp *smtp = arg;
	size_t len = size * n < smtp->len ? size * n : smtp->len;

	smtp->has_begun = true;
	memcpy(to, smtp->message, len);
	smtp->message += len;
	smtp->len -= len;
	return len;
}

static int
on_progress(void *arg, curl_off_t down, curl_off_t downed, curl_off_t up,
    curl_off_t uploaded)
{
	const struct smtp *smtp = arg;

	(void)down;
	(void)downed;
	(void)up;
	(void)uploaded;
	return *smtp->ends;
}

/* ---- Sending --------------------------------------------------------- */

struct smtp *
smtp_new(const struct smtp_options *options, const atomic_bool *ends)
{
	struct smtp *smtp = calloc(1, sizeof *smtp);

	if (smtp == NULL)
		return NULL;
	smtp->options = *options;
	smtp->ends = ends;
	if (asprintf(&smtp->url, "%s/%s", options->url, options->host) >= 0 &&
	    (smtp->curl = curl_easy_init()) != NULL)
		return smtp;
	free(smtp->url);
	free(smtp);
	return NULL;
}

void
smtp_free(struct smtp *smtp)
{
	if (smtp == NULL)
		return;
	curl_easy_cleanup(smtp->curl);
	free(smtp->url);
	free(smtp);
}

#define SET(option, value) \
	(curl_easy_setopt(smtp->curl, (option), (value)) == CURLE_OK)

static bool
access_set(struct smtp *smtp)
{
	const struct smtp_options *o = &smtp->options;
	long tls = is_this_machine(o->url) ? CURLUSESSL_NONE : CURLUSESSL_ALL;

	return SET(CURLOPT_USE_SSL, tls) &&
	       (o->ca_file == NULL || SET(CURLOPT_CAINFO, o->ca_file)) &&
	       (o->user == NULL || (SET(CURLOPT_USERNAME, o->user) &&
				       SET(CURLOPT_PASSWORD, o->password)));
}

/* Its connection stays open between mails. */
static bool
options_set(struct smtp *smtp, const char *from, struct curl_slist *to)
{
	curl_easy_reset(smtp->curl);
	return SET(CURLOPT_URL, smtp->url) &&
	       SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps") &&
	       SET(CURLOPT_PROXY, "") && SET(CURLOPT_NOSIGNAL, 1L) &&
	       SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS) &&
	       SET(CURLOPT_SERVER_RESPONSE_TIMEOUT, 60L) &&
	       SET(CURLOPT_TIMEOUT_MS, TOTAL_MS) &&
	       SET(CURLOPT_MAIL_FROM, from) && SET(CURLOPT_MAIL_RCPT, to) &&
	       SET(CURLOPT_UPLOAD, 1L) && SET(CURLOPT_READFUNCTION, on_read) &&
	       SET(CURLOPT_READDATA, smtp) &&
	       SET(CURLOPT_OPENSOCKETFUNCTION, on_socket) &&
	       SET(CURLOPT_OPENSOCKETDATA, smtp) &&
	       SET(CURLOPT_NOPROGRESS, 0L) &&
	       SET(CURLOPT_XFERINFOFUNCTION, on_progress) &&
	       SET(CURLOPT_XFERINFODATA, smtp) && access_set(smtp);
}

/*
 * Whose fault is it?  530 wants another configuration, 421 is a server that
 * ends.
 */
static enum smtp_result
judge(const struct smtp *smtp, CURLcode code, long status)
{
	if (code == CURLE_OK)
		return SMTP_SENT;
	if (code == CURLE_ABORTED_BY_CALLBACK)
		return SMTP_AWAY;
	if (smtp->has_begun)
		return SMTP_REFUSED;
	return code == CURLE_SEND_ERROR && status >= 400 && status != 421 &&
		       status != 530
		   ? SMTP_REFUSED
		   : SMTP_AWAY;
}

enum smtp_result
smtp_send(struct smtp *smtp, const char *from, const char *to,
    const char *message, size_t len, char *why, size_t size)
{
	struct curl_slist *list = curl_slist_append(NULL, to);
	CURLcode code = CURLE_OUT_OF_MEMORY;
	long status = 0;

	smtp->message = message;
	smtp->len = len;
	smtp->has_begun = false;
	if (list != NULL && options_set(smtp, from, list))
		code = curl_easy_perform(smtp->curl);
	(void)curl_easy_getinfo(smtp->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(list);
	if (status >= 400)
		(void)snprintf(
		    why, size, "the mail server answered with %ld", status);
	else
		(void)snprintf(why, size, "%s", curl_easy_strerror(code));
	return judge(smtp, code, status);
}
