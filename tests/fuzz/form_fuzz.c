/*
 * form_fuzz.c - fields of forms, and what they mean as JSON.  What begins as a
 * body of multipart/form-data is sent to a server, as a browser does.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "web/form.h"

#define BODY_MAX 65536

/* ---- What a form means ----------------------------------------------- */

static void
form_check(const struct web_form *form)
{
	char why[64] = "", *copy;
	json_t *json = web_form_json(form, why, sizeof why), *value;
	const char *name;

	require(memchr(why, '\0', sizeof why) != NULL);
	if (json != NULL) {
		json_object_foreach(json, name, value) {
			require(name[0] != '_' && strchr(name, ':') == NULL);
			require(!json_is_string(value) ||
				json_string_length(value) > 0);
		}
		copy = json_dumps(json, 0);
		require(copy != NULL);
		free(copy);
	}
	require(web_form_text(form, "name") != NULL);
	json_decref(json);
}

/* Fields as "name=value" with "&" between, as they are. */
static struct web_form *
form_of(const char *text)
{
	struct web_form *form = web_form_new();

	require(form != NULL);
	while (*text != '\0') {
		size_t len = strcspn(text, "&"), name_len = strcspn(text, "=&");
		char *name = strndup(text, name_len);
		size_t skipped = name_len < len ? name_len + 1 : len;

		require(name != NULL);
		require(web_form_add(form, name, text + skipped, len - skipped));
		free(name);
		text += len;
		text += *text == '&';
	}
	return form;
}

/* ---- Over a socket --------------------------------------------------- */

static void
handle(void *arg, struct web_request *request)
{
	struct web_form *form = web_form_read(request);

	(void)arg;
	if (form == NULL)
		return; /* answered */
	form_check(form);
	web_form_free(form);
	web_answer(request, 200, NULL, NULL, 0);
}

static void
complain(const char *text)
{
	(void)text;
}

/* At an address that the kernel chooses. */
static const struct sockaddr_un *
server_address(socklen_t *len)
{
	static struct sockaddr_un address = { .sun_family = AF_UNIX };
	static socklen_t address_len;
	static struct web_server *server;
	struct web_options options = {
		.threads = 1,
		.connections = 8,
		.idle_s = 60,
		.body_max = BODY_MAX,
		.handler = handle,
		.complain = complain,
	};

	if (address_len == 0) {
		options.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		address_len = sizeof address;
		require(options.fd >= 0);
		require(bind(options.fd, (struct sockaddr *)&address,
			    sizeof address.sun_family) == 0);
		require(getsockname(options.fd, (struct sockaddr *)&address,
			    &address_len) == 0);
		require(listen(options.fd, 8) == 0);
		server = web_start(&options);
		require(server != NULL);
	}
	*len = address_len;
	return &address;
}

/* The status of the answer. */
static int
post(const uint8_t *body, size_t len)
{
	char head[256], answer[64] = "";
	socklen_t address_len;
	const struct sockaddr_un *address = server_address(&address_len);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), status = 0;
	int n = snprintf(head, sizeof head,
	    "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
	    "Content-Type: multipart/form-data; boundary=b\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    len);

	require(fd >= 0);
	require(connect(fd, (const struct sockaddr *)address, address_len) ==
		0);
	require(send(fd, head, (size_t)n, MSG_NOSIGNAL) == n);
	require(send(fd, body, len, MSG_NOSIGNAL) == (ssize_t)len);
	require(recv(fd, answer, sizeof answer - 1, 0) > 0);
	require(sscanf(answer, "HTTP/1.1 %d", &status) == 1);
	(void)close(fd);
	return status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct web_form *form;
	char *text;
	int status;

	if (len >= 3 && len <= BODY_MAX && memcmp(data, "--b", 3) == 0) {
		status = post(data, len);
		require(status == 200 || status == 400);
		return 0;
	}
	text = strndup((const char *)data, len);
	require(text != NULL);
	form = form_of(text);
	form_check(form);
	web_form_free(form);
	free(text);
	return 0;
}
