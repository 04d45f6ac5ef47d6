/*
 * control_fuzz.c - a client of the control socket that sends anything, with
 * all rights, to a device with licenses.
 *
 * The input is what it sends.  What it gets is lines of JSON objects.  The
 * device goes through many inputs, as a device goes through many clients.
 */
#include "fuzz.h"

#include <jansson.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "buffer.h"
#include "check.h"
#include "control/control.h"
#include "device.h"
#include "jobs/jobs.h"
#include "quiet.h"

size_t fuzz_changed_max = 128;

#define TURNS 24   /* in which requests come to their end */
#define LIVES 5000 /* inputs that a device goes through */
#define LINE_MAX_OUT (1 << 20)

static struct {
	struct device *device;
	struct files_prefix flash;
	struct files files;
	struct transfer_conf transfer;
	struct loop *loop;
	struct jobs *jobs;
	struct control *control;
	struct sockaddr_un address;
	unsigned lives;
	struct buffer in; /* what the client gets */
} host = { .in.limit = 1 << 24 };

/* ---- What the core tells ---- */

static void
on_event(void *arg, const struct lc_event *event)
{
	(void)arg;
	if (host.control != NULL)
		control_event(host.control, event);
}

static void
on_lease(void *arg, struct lc_lease *lease)
{
	(void)arg;
	control_lease(lease);
}

static void
on_notice(void *arg, enum lc_err err, const char *text)
{
	(void)arg;
	control_notice(host.control, err, text);
}

/* The core is called after each input. */
static void
on_changed(void *arg)
{
	(void)arg;
}

/* Every other configuration is refused. */
static void
on_reload(void *arg)
{
	static unsigned times;

	(void)arg;
	control_reloaded(host.control, times++ % 2 == 0 ? NULL : "line 1");
}

/* ---- The daemon ---- */

static void
add_licenses(struct device *device)
{
	struct lc_terms terms =
	    issuer_terms("00000000000000000000000000000001");

	terms.feature = "one";
	(void)device_add(device, terms);
	terms.id = "00000000000000000000000000000002";
	terms.feature = "phones";
	terms.counted = true;
	terms.count = 25;
	(void)device_add(device, terms);
}

static void
put_file(void)
{
	struct lc_terms terms =
	    issuer_terms("00000000000000000000000000000003");
	char *file = device_file(host.device, &terms, 1);

	check_write(
	    check_path(host.flash.directory, "a.lic"), file, strlen(file));
	free(file);
}

static void
begin(void)
{
	static const char *const levels[] = { "one", "phones" };
	static const struct lc_module_options module = {
		.name = "img", .version = "1.0", .levels = levels, .nlevels = 2
	};
	struct device *device = device_new();

	if (host.device == NULL)
		(void)atexit(check_clean);
	host.device = device;
	device->options.event = on_event;
	device->options.lease = on_lease;
	device->options.notice = on_notice;
	device->options.modules = &module;
	device->options.nmodules = 1;
	device_open(device);
	host.flash = (struct files_prefix){ "flash:", check_dir() };
	host.files = (struct files){ &host.flash, 1 };
	host.transfer.known_hosts = "/dev/null";
	add_licenses(device);
	put_file();
	host.lives = LIVES;
}

static void
serve(void)
{
	struct control_options options = { .core = host.device->lc,
		.access = { CONTROL_NOBODY, CONTROL_NOBODY, false },
		.changed = on_changed,
		.reload = on_reload };
	char why[CONTROL_ERROR_MAX];

	if (host.address.sun_path[0] == '\0')
		snprintf(host.address.sun_path, sizeof host.address.sun_path,
		    "%s/control", check_dir());
	host.address.sun_family = AF_UNIX;
	options.loop = host.loop = loop_new();
	options.jobs = host.jobs = jobs_new(host.loop, host.device->lc,
	    &(struct jobs_conf){ &host.files, &host.transfer });
	require(host.jobs != NULL);
	host.control = control_new(&options);
	require(host.control != NULL);
	require(control_listen(host.control, host.address.sun_path, why));
}

static void
end(void)
{
	control_free(host.control);
	host.control = NULL;
	jobs_free(host.jobs);
	loop_free(host.loop);
}

static void
stop(void *arg)
{
	loop_stop(arg);
}

static void
turn(void)
{
	struct task last = { .run = stop, .arg = host.loop };

	loop_defer(host.loop, &last);
	require(loop_run(host.loop));
}

/* ---- The client ---- */

static int
connect_client(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	require(fd >= 0);
	require(connect(fd, (struct sockaddr *)&host.address,
		    sizeof host.address) == 0);
	return fd;
}

static void
check_line(const char *line, size_t len)
{
	json_t *message = json_loadb(line, len, 0, NULL);

	require(len < LINE_MAX_OUT && json_is_object(message));
	require(json_object_get(message, "hello") != NULL ||
		json_object_get(message, "result") != NULL ||
		json_object_get(message, "error") != NULL ||
		json_object_get(message, "event") != NULL ||
		json_object_get(message, "progress") != NULL ||
		json_object_get(message, "lease") != NULL);
	json_decref(message);
}

/* Takes what has come; false: the daemon has hung up. */
static bool
hear(int fd)
{
	const char *end;
	uint8_t *room;
	ssize_t n = -1;

	while ((room = buffer_reserve(&host.in, 65536)) != NULL &&
	       (n = recv(fd, room, 65536, MSG_DONTWAIT)) > 0)
		host.in.len += (size_t)n;
	while (host.in.len > 0 &&
	       (end = memchr(host.in.data, '\n', host.in.len)) != NULL) {
		size_t len = (size_t)(end - (const char *)host.in.data);

		check_line((const char *)host.in.data, len);
		buffer_consume(&host.in, len + 1);
	}
	return n != 0;
}

static void
say(int fd, const uint8_t *data, size_t len)
{
	unsigned turns = 0;

	while (turns < TURNS) {
		ssize_t n =
		    len > 0 ? send(fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT)
			    : 0;

		if (n > 0) {
			data += n;
			len -= (size_t)n;
		} else
			turns++;
		turn();
		if (!hear(fd))
			break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	int64_t wait_ms;
	int fd;

	if (host.lives == 0)
		begin();
	serve();
	fd = connect_client();
	buffer_truncate(&host.in, 0);
	say(fd, data, len);
	close(fd);
	turn();
	(void)lc_tick(host.device->lc, &wait_ms);
	end();
	if (--host.lives == 0)
		device_free(host.device);
	return 0;
}
