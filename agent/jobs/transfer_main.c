/*
 * transfer_main.c - licagent-transfer: one transfer, for licagentd.
 *
 * Reads an order from standard input, a socket, moves the file between the
 * server and standard output, which is memory, and says over the socket how
 * it went.  Of a request over HTTPS, the body is there, and then the answer. It
 * trusts no server: it hears one from within a sandbox; the size, the time and
 * the silence are limited, no redirection is followed, no proxy asked but the
 * one that is configured, and a host key has to be known.  It dies with the
 * daemon.
 */
#include "transfer.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sandbox.h"

/* Room for a path of which every byte is escaped. */
#define URL_MAX 1200
#define CHUNK 65536

struct work {
	struct transfer_order order;
	char known_hosts[32]; /* where libcurl finds them */
	CURL *curl;
	struct curl_slist *headers; /* of a request */
	uint8_t *body, *ca;
	size_t body_len, ca_len;
	char error[CURL_ERROR_SIZE];
	uint64_t received;
	bool too_large;
	time_t told;
};

/* ---- Words ---- */

static void
say(const struct transfer_word *word)
{
	/* If nobody hears it, nobody waits for it. */
	(void)send(STDIN_FILENO, word, sizeof *word, MSG_NOSIGNAL);
}

static int
say_end(enum transfer_result result, const char *text)
{
	struct transfer_word word = { .over = true, .result = result };

	snprintf(word.text, sizeof word.text, "%s", text);
	say(&word);
	return result == TRANSFER_DONE ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* At most once a second. */
static int
on_progress(void *arg, curl_off_t down_total, curl_off_t down,
    curl_off_t up_total, curl_off_t up)
{
	struct work *work = arg;
	bool upload = work->order.upload;
	time_t now = time(NULL);

	if (!work->order.progress || now == work->told)
		return 0;
	work->told = now;
	say(&(struct transfer_word){ .done = (uint64_t)(upload ? up : down),
	    .total = (uint64_t)(upload ? up_total : down_total) });
	return 0;
}

/* ---- The file ---- */

static size_t
on_data(char *data, size_t size, size_t n, void *arg)
{
	struct work *work = arg;
	size_t len = size * n, put = 0;

	if (len > work->order.max_size - work->received) {
		work->too_large = true;
		return 0;
	}
	while (put < len) {
		ssize_t wrote = write(STDOUT_FILENO, data + put, len - put);

		if (wrote <= 0)
			return 0;
		put += (size_t)wrote;
	}
	work->received += len;
	return len;
}

static size_t
on_read(char *room, size_t size, size_t n, void *arg)
{
	ssize_t got = read(STDOUT_FILENO, room, size * n);

	(void)arg;
	return got < 0 ? CURL_READFUNC_ABORT : (size_t)got;
}

/* A server that wants to know who we are hears the file twice. */
static int
on_seek(void *arg, curl_off_t offset, int origin)
{
	(void)arg;
	return lseek(STDOUT_FILENO, (off_t)offset, origin) < 0
		   ? CURL_SEEKFUNC_FAIL
		   : CURL_SEEKFUNC_OK;
}

/* ---- The request ---- */

static void
make_url(const struct transfer_order *order, char url[URL_MAX])
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~/";
	const struct protocol *protocol = protocol_of(order->protocol);
	size_t len = (size_t)snprintf(url, URL_MAX, "%s://%s:%u%s",
	    protocol->name, order->host, order->port,
	    order->path[0] == '/' ? protocol->before_absolute
				  : protocol->before_relative);

	for (const char *at = order->path; *at != '\0'; at++)
		if (strchr(plain, *at) != NULL)
			len += (size_t)snprintf(
			    url + len, URL_MAX - len, "%c", *at);
		else
			len += (size_t)snprintf(url + len, URL_MAX - len,
			    "%%%02X", (unsigned char)*at);
}

/* NULL: it names a file. */
static const char *
path_error(const char *path)
{
	for (const char *at = path; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return "control character in the file name";
	return path[0] == '\0' || path[strlen(path) - 1] == '/'
		   ? "the file name is that of a directory"
		   : NULL;
}

static CURLcode
set_limits(CURL *curl, const struct transfer_order *order)
{
	long stall = (long)order->stall_s;
	CURLcode code;

	if ((code = curl_easy_setopt(
		 curl, CURLOPT_TIMEOUT, (long)order->timeout_s)) == CURLE_OK &&
	    (code = curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, stall)) ==
		CURLE_OK &&
	    (code = curl_easy_setopt(
		 curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, stall)) == CURLE_OK &&
	    (code = curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L)) ==
		CURLE_OK &&
	    (code = curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, stall)) ==
		CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE,
		    (curl_off_t)order->max_size);
	return code;
}

/* Nothing but this protocol, this server and these credentials. */
static CURLcode
set_bounds(CURL *curl, const struct work *work)
{
	const struct transfer_order *order = &work->order;
	CURLcode code;

	if ((code = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
		 protocol_of(order->protocol)->name)) == CURLE_OK &&
	    (code = curl_easy_setopt(curl, CURLOPT_PROXY, "")) == CURLE_OK &&
	    (code = curl_easy_setopt(curl, CURLOPT_NOPROXY, "*")) == CURLE_OK &&
	    (code = curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L)) ==
		CURLE_OK &&
	    (code = curl_easy_setopt(curl, CURLOPT_FTP_FILEMETHOD,
		 (long)CURLFTPMETHOD_NOCWD)) == CURLE_OK &&
	    (code = curl_easy_setopt(curl, CURLOPT_ADDRESS_SCOPE,
		 (long)order->scope)) == CURLE_OK &&
	    (code = curl_easy_setopt(
		 curl, CURLOPT_SSH_KNOWNHOSTS, work->known_hosts)) == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	return code;
}

static CURLcode
set_user(CURL *curl, const struct transfer_order *order)
{
	CURLcode code = CURLE_OK;

	if (order->user[0] == '\0')
		return code;
	if ((code = curl_easy_setopt(curl, CURLOPT_USERNAME, order->user)) ==
		CURLE_OK &&
	    (code = curl_easy_setopt(
		 curl, CURLOPT_PASSWORD, order->password)) == CURLE_OK &&
	    (code = curl_easy_setopt(curl, CURLOPT_SSH_AUTH_TYPES,
		 (long)(CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD))) ==
		CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_HTTPAUTH,
		    (long)(CURLAUTH_BASIC | CURLAUTH_DIGEST));
	return code;
}

static CURLcode
set_file(CURL *curl, struct work *work)
{
	struct stat st = { 0 };
	CURLcode code;

	(void)fstat(STDOUT_FILENO, &st); /* open, and memory: cannot fail */
	if ((code = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data)) ==
		CURLE_OK &&
	    (code = curl_easy_setopt(curl, CURLOPT_WRITEDATA, work)) ==
		CURLE_OK &&
	    (code = curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read)) ==
		CURLE_OK &&
	    (code = curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, on_seek)) ==
		CURLE_OK &&
	    (code = curl_easy_setopt(
		 curl, CURLOPT_UPLOAD, (long)work->order.upload)) == CURLE_OK &&
	    (code = curl_easy_setopt(
		 curl, CURLOPT_APPEND, (long)work->order.append)) == CURLE_OK)
		code = work->order.upload
			   ? curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE,
				 (curl_off_t)st.st_size)
			   : CURLE_OK;
	return code;
}

static CURLcode
set_file_transfer(struct work *work)
{
	char url[URL_MAX];
	CURLcode code;

	make_url(&work->order, url);
	if ((code = curl_easy_setopt(work->curl, CURLOPT_URL, url)) ==
		CURLE_OK &&
	    (code = set_bounds(work->curl, work)) == CURLE_OK &&
	    (code = set_user(work->curl, &work->order)) == CURLE_OK)
		code = set_file(work->curl, work);
	return code;
}

/* ---- Requests ---- */

static bool
add_header(struct work *work, const char *name, const char *value)
{
	char text[sizeof work->order.request.token + 64];
	struct curl_slist *list;

	if (value[0] == '\0') /* the header is not sent */
		snprintf(text, sizeof text, "%s:", name);
	else
		snprintf(text, sizeof text, "%s: %s", name, value);
	list = curl_slist_append(work->headers, text);
	explicit_bzero(text, sizeof text);
	if (list != NULL)
		work->headers = list;
	return list != NULL;
}

static CURLcode
set_headers(struct work *work)
{
	const struct transfer_request *request = &work->order.request;
	char bearer[sizeof request->token + 16];
	bool good;

	snprintf(bearer, sizeof bearer, "Bearer %s", request->token);
	good = add_header(work, "Accept",
		   "application/json, application/problem+json") &&
	       add_header(work, "Content-Type",
		   request->post ? "application/json" : "") &&
	       add_header(work, "Expect", "") &&
	       (request->id[0] == '\0' ||
		   add_header(work, "Idempotency-Key", request->id)) &&
	       (request->token[0] == '\0' ||
		   add_header(work, "Authorization", bearer));
	explicit_bzero(bearer, sizeof bearer);
	return good ? curl_easy_setopt(
			  work->curl, CURLOPT_HTTPHEADER, work->headers)
		    : CURLE_OUT_OF_MEMORY;
}

/* Nothing but HTTPS, this proxy and these authorities. */
static CURLcode
set_trust(CURL *curl, const struct work *work)
{
	const char *proxy = work->order.request.proxy;
	struct curl_blob ca = { work->ca, work->ca_len, CURL_BLOB_NOCOPY };
	CURLcode code;

	if ((code = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https")) ==
		CURLE_OK &&
	    (code = curl_easy_setopt(curl, CURLOPT_PROXY, proxy)) == CURLE_OK &&
	    (code = curl_easy_setopt(curl, CURLOPT_NOPROXY,
		 proxy[0] != '\0' ? "" : "*")) == CURLE_OK)
		code = curl_easy_setopt(
		    curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (code == CURLE_OK && work->ca != NULL)
		code = curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &ca);
	return code;
}

static CURLcode
set_request(struct work *work)
{
	CURL *curl = work->curl;
	CURLcode code;

	if ((code = curl_easy_setopt(
		 curl, CURLOPT_URL, work->order.request.url)) == CURLE_OK &&
	    (code = set_trust(curl, work)) == CURLE_OK &&
	    (code = set_headers(work)) == CURLE_OK &&
	    (code = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data)) ==
		CURLE_OK &&
	    (code = curl_easy_setopt(curl, CURLOPT_WRITEDATA, work)) ==
		CURLE_OK &&
	    work->order.request.post &&
	    (code = curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
		 (curl_off_t)work->body_len)) == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_POSTFIELDS, work->body);
	return code;
}

static bool
is_request(const struct transfer_order *order)
{
	return order->request.url[0] != '\0';
}

static CURLcode
set_all(struct work *work)
{
	CURL *curl = work->curl;
	CURLcode code;

	if ((code = curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, work->error)) ==
		CURLE_OK &&
	    (code = curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L)) ==
		CURLE_OK &&
	    (code = curl_easy_setopt(
		 curl, CURLOPT_XFERINFOFUNCTION, on_progress)) == CURLE_OK &&
	    (code = curl_easy_setopt(curl, CURLOPT_XFERINFODATA, work)) ==
		CURLE_OK &&
	    (code = set_limits(curl, &work->order)) == CURLE_OK)
		code = is_request(&work->order) ? set_request(work)
						: set_file_transfer(work);
	return code;
}

/* ---- What it came to ---- */

/* An error of SSH is one of the file only behind the login. */
static enum transfer_result
ssh_result(CURL *curl)
{
	curl_off_t login = 0;

	(void)curl_easy_getinfo(curl, CURLINFO_APPCONNECT_TIME_T, &login);
	return login > 0 ? TRANSFER_REFUSED : TRANSFER_NO_SERVER;
}

static enum transfer_result
result_of(const struct work *work, CURLcode code)
{
	switch ((int)code) {
	case CURLE_OK:
		return TRANSFER_DONE;
	case CURLE_REMOTE_ACCESS_DENIED:
	case CURLE_LOGIN_DENIED:
	case CURLE_FTP_COULDNT_RETR_FILE:
	case CURLE_HTTP_RETURNED_ERROR:
	case CURLE_UPLOAD_FAILED:
	case CURLE_QUOTE_ERROR:
	case CURLE_BAD_DOWNLOAD_RESUME:
	case CURLE_ABORTED_BY_CALLBACK: /* tftp's error 0 */
	case CURLE_TFTP_NOTFOUND:
	case CURLE_TFTP_PERM:
	case CURLE_TFTP_ILLEGAL:
	case CURLE_TFTP_NOSUCHUSER:
	case CURLE_REMOTE_DISK_FULL:
	case CURLE_REMOTE_FILE_EXISTS:
	case CURLE_REMOTE_FILE_NOT_FOUND:
		return TRANSFER_REFUSED;
	case CURLE_SSH:
		return ssh_result(work->curl);
	case CURLE_FILESIZE_EXCEEDED:
		return TRANSFER_TOO_LARGE;
	case CURLE_WRITE_ERROR:
		return work->too_large ? TRANSFER_TOO_LARGE : TRANSFER_FAILED;
	case CURLE_READ_ERROR:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return TRANSFER_FAILED;
	default:
		return TRANSFER_NO_SERVER;
	}
}

/* An answer that is neither the file nor an error, such as a redirection. */
static int
conclude_status(struct work *work)
{
	char text[80];
	long answer = 0;

	(void)curl_easy_getinfo(work->curl, CURLINFO_RESPONSE_CODE, &answer);
	if (answer / 100 == 2)
		return say_end(TRANSFER_DONE, "");
	snprintf(text, sizeof text, "server status %ld", answer);
	return say_end(TRANSFER_REFUSED, text);
}

/* OpenSSL's reasons (x509_vfy.h), which libcurl hands on. */
enum { NOT_YET_VALID = 9, HAS_EXPIRED = 10, OTHER_NAME = 62 };
#define NOT_SAID 1 /* libcurl's own value, before it takes OpenSSL's */

/* That a name is not in it, libcurl finds out by itself, and first. */
static const char *
distrust(CURL *curl)
{
	long why = 0;

	(void)curl_easy_getinfo(curl, CURLINFO_SSL_VERIFYRESULT, &why);
	switch (why) {
	case 0:
	case NOT_SAID:
	case OTHER_NAME:
		return "the server's certificate is for another name";
	case HAS_EXPIRED:
		return "the server's certificate has expired";
	case NOT_YET_VALID:
		return "the server's certificate is not valid yet; is the "
		       "clock right?";
	default:
		return "the server's certificate is from an unknown CA";
	}
}

static int
say_answer(CURL *curl)
{
	struct transfer_word word = { .over = true, .result = TRANSFER_DONE };
	curl_off_t retry_after = 0;
	long status = 0;

	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after);
	word.status = (uint32_t)status;
	word.retry_after_s =
	    retry_after > UINT32_MAX ? UINT32_MAX : (uint32_t)retry_after;
	say(&word);
	return EXIT_SUCCESS;
}

static int
conclude(struct work *work, CURLcode code)
{
	const struct protocol *protocol = protocol_of(work->order.protocol);
	enum transfer_result result = result_of(work, code);
	char text[64];

	/* Of SSH it is about the host key, in words of libcurl's own. */
	if (code == CURLE_PEER_FAILED_VERIFICATION && is_request(&work->order))
		return say_end(TRANSFER_UNTRUSTED, distrust(work->curl));
	if (result == TRANSFER_DONE && is_request(&work->order))
		return say_answer(work->curl);
	if (result == TRANSFER_DONE && protocol->has_status)
		return conclude_status(work);
	if (result == TRANSFER_TOO_LARGE) {
		snprintf(text, sizeof text, "larger than %u bytes",
		    work->order.max_size);
		return say_end(result, text);
	}
	if (code == CURLE_OUT_OF_MEMORY) /* of its own limit for a header */
		return say_end(result, "the server's header is too long");
	return say_end(result, work->error[0] != '\0' && !protocol->is_mute
				   ? work->error
				   : curl_easy_strerror(code));
}

/* ---- Known host keys ---- */

/*
 * The file is copied into memory, which libcurl opens by the name that it has
 * below /proc: in the sandbox neither the user nor Landlock allows to open
 * the file itself.
 */
static bool
copy_hosts(struct work *work)
{
	int from = open(work->order.known_hosts,
	    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int to = from < 0 ? -1 : memfd_create("known_hosts", MFD_CLOEXEC);
	ssize_t n = -1;

	if (to >= 0)
		while ((n = sendfile(to, from, NULL, CHUNK)) > 0)
			;
	snprintf(work->known_hosts, sizeof work->known_hosts,
	    "/proc/self/fd/%d", to);
	if (from >= 0)
		close(from);
	return n == 0;
}

/* Without keys that are known nobody can be who he says he is. */
static bool
may_trust(struct work *work)
{
	const struct transfer_order *order = &work->order;
	char text[256];

	if (!protocol_of(order->protocol)->has_host_key || copy_hosts(work))
		return true;
	snprintf(text, sizeof text,
	    "cannot read the known host keys (known-hosts, %.150s): %s",
	    order->known_hosts, strerror(errno));
	(void)say_end(TRANSFER_NO_SERVER, text);
	return false;
}

/* ---- What a request needs ---- */

/* What is in the file from here on; the caller frees.  False: errno. */
static bool
read_all(int fd, uint8_t **out, size_t *len)
{
	struct stat st;
	uint8_t *data;
	size_t got = 0;
	ssize_t n = 0;

	if (fstat(fd, &st) < 0 ||
	    (data = malloc((size_t)st.st_size + 1)) == NULL)
		return false;
	while (got < (size_t)st.st_size &&
	       (n = read(fd, data + got, (size_t)st.st_size - got)) > 0)
		got += (size_t)n;
	if (n < 0) {
		free(data);
		return false;
	}
	*out = data;
	*len = got;
	return true;
}

/* In the sandbox nobody may open the file. */
static bool
read_ca(struct work *work)
{
	const char *path = work->order.request.ca_file;
	char text[256];
	int fd;
	bool good;

	if (path[0] == '\0')
		return true;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	good = fd >= 0 && read_all(fd, &work->ca, &work->ca_len);
	if (!good) {
		snprintf(text, sizeof text,
		    "cannot read the CA file (ca_file, %.150s): %s", path,
		    strerror(errno));
		(void)say_end(TRANSFER_FAILED, text);
	}
	if (fd >= 0)
		close(fd);
	return good;
}

/* The answer takes the place of the body. */
static bool
take_request(struct work *work)
{
	if (!read_ca(work))
		return false;
	if (read_all(STDOUT_FILENO, &work->body, &work->body_len) &&
	    ftruncate(STDOUT_FILENO, 0) == 0 &&
	    lseek(STDOUT_FILENO, 0, SEEK_SET) == 0)
		return true;
	(void)say_end(TRANSFER_FAILED, strerror(errno));
	return false;
}

/* ---- From the order to the end ---- */

static uint16_t
port_of(const struct transfer_order *order)
{
	if (is_request(order))
		return order->request.port;
	return protocol_of(order->protocol)->has_data_port
		   ? 0
		   : (uint16_t)order->port;
}

static bool
lock_in(const struct transfer_order *order)
{
	const struct sandbox sandbox = {
		.file_max = order->upload ? 0 : order->max_size,
		.port = port_of(order),
	};
	char why[128];

	if (sandbox_enter(&sandbox, why, sizeof why))
		return true;
	(void)say_end(TRANSFER_FAILED, why);
	return false;
}

static int
perform(struct work *work)
{
	CURLcode code = CURLE_OUT_OF_MEMORY;

	if ((work->curl = curl_easy_init()) != NULL)
		code = set_all(work);
	explicit_bzero(work->order.password, sizeof work->order.password);
	explicit_bzero(
	    work->order.request.token, sizeof work->order.request.token);
	if (code != CURLE_OK)
		return say_end(TRANSFER_FAILED, curl_easy_strerror(code));
	return conclude(work, curl_easy_perform(work->curl));
}

static int
carry_out(struct work *work)
{
	const char *wrong =
	    is_request(&work->order) ? NULL : path_error(work->order.path);
	int status;

	if (wrong != NULL)
		return say_end(TRANSFER_REFUSED, wrong);
	if (is_request(&work->order) ? !take_request(work) : !may_trust(work))
		return EXIT_FAILURE;
	/* What the libraries read at their start is read outside. */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return say_end(TRANSFER_FAILED, "cannot initialize libcurl");
	if (!lock_in(&work->order))
		return EXIT_FAILURE;
	status = perform(work);
	curl_easy_cleanup(work->curl);
	curl_global_cleanup();
	return status;
}

int
main(void)
{
	static struct work work;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* the sandbox insists */
	(void)signal(SIGPIPE, SIG_IGN);
	if (recv(STDIN_FILENO, &work.order, sizeof work.order, 0) !=
	    sizeof work.order) {
		fputs("licagent-transfer: only licagentd starts this program\n",
		    stderr);
		return 2;
	}
	/* It may have died before we asked to hear of it. */
	if (getppid() != work.order.daemon)
		return EXIT_FAILURE;
	/* Handlers at exit, such as a leak checker's, want more than the
	 * sandbox has. */
	_exit(carry_out(&work));
}
