/*
 * link_test.c - the link beside a real snmpd, driven by net-snmp's tools.
 *
 * The agent's loop runs in this process, over a core of our choice; snmpd is a
 * private one, and what the tools print is compared.  Masters that have names,
 * or vanish, are this program.
 */
#include "snmp/link.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "fake_master.h"
#include "fixture.h"
#include "log_lines.h"
#include "mib/notify.h"
#include "resolver.h"

#define SKIPPED 77
#define MODULE "1.3.6.1.4.1.9.9.543"
#define PATIENCE_MS 120000

static struct {
	const char *dir;
	char agent[64]; /* "127.0.0.1:PORT" */
	char socket[256];
	pid_t snmpd;
	struct link *link;
	struct notify *notify;
	unsigned ups, downs;
} lab;

/* ---- Processes ---- */

/* Its output goes to the file, or nowhere. */
static pid_t
start(const char *const argv[], const char *output)
{
	pid_t pid = fork();
	int fd;

	REQUIRE(pid >= 0);
	if (pid > 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open(output != NULL ? output : "/dev/null",
	    O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	setenv("MIBS", "", 1);
	setenv("SNMPCONFPATH", lab.dir, 1);
	setenv("SNMP_PERSISTENT_DIR", check_path(lab.dir, "state"), 1);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

static void
ended(void *arg, short revents)
{
	(void)arg;
	(void)revents;
	loop_stop(fixture.loop);
}

static void
too_long(void *arg)
{
	bool *late = arg;

	*late = true;
	loop_stop(fixture.loop);
}

/* Runs the loop until the process has ended; its exit status. */
static int
await(pid_t pid)
{
	bool late = false;
	struct watch watch = { .fd = (int)syscall(SYS_pidfd_open, pid, 0),
		.events = POLLIN,
		.ready = ended };
	struct timer timer = { .expired = too_long, .arg = &late };
	int status;

	REQUIRE(watch.fd >= 0);
	REQUIRE(loop_watch(fixture.loop, &watch));
	loop_timer_set(fixture.loop, &timer, PATIENCE_MS);
	REQUIRE(loop_run(fixture.loop));
	loop_timer_clear(fixture.loop, &timer);
	loop_unwatch(fixture.loop, &watch);
	close(watch.fd);
	if (late)
		kill(pid, SIGKILL);
	REQUIRE(waitpid(pid, &status, 0) == pid);
	CHECK(!late);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Runs the loop until the condition holds. */
static bool
until(bool (*holds)(void))
{
	int64_t deadline = loop_now_ms() + PATIENCE_MS;
	bool late = false;
	struct timer timer = { .expired = too_long, .arg = &late };

	while (!holds() && loop_now_ms() < deadline) {
		loop_timer_set(fixture.loop, &timer, 10);
		REQUIRE(loop_run(fixture.loop));
	}
	loop_timer_clear(fixture.loop, &timer);
	return holds();
}

/* What a tool prints; the text lives until the next call. */
static const char *
tool(const char *name, ...)
{
	static char *text;
	const char *output = check_path(lab.dir, "output");
	const char *argv[64] = { name, "-v2c", "-cpublic", "-On", "-OQ", "-Oe",
		"-Ot", "-r0", "-t120", lab.agent };
	size_t n = 10;
	va_list args;

	va_start(args, name);
	while ((argv[n] = va_arg(args, const char *)) != NULL)
		n++;
	va_end(args);
	(void)await(start(argv, output));
	free(text);
	text = check_read(output, NULL);
	return text;
}

/* ---- The lab ---- */

static int
free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	REQUIRE(bind(fd, (struct sockaddr *)&address, len) == 0);
	REQUIRE(getsockname(fd, (struct sockaddr *)&address, &len) == 0);
	close(fd);
	return ntohs(address.sin_port);
}

static void
start_snmpd(void)
{
	const char *argv[] = { "snmpd", "-f", "-Lf",
		check_path(lab.dir, "snmpd.log"), "-C", "-c",
		check_path(lab.dir, "lab.conf"), "-p",
		check_path(lab.dir, "snmpd.pid"), "-I", "-smux", lab.agent,
		NULL };

	lab.snmpd = start(argv, check_path(lab.dir, "snmpd.out"));
}

static void
stop_snmpd(int signo)
{
	kill(lab.snmpd, signo);
	REQUIRE(waitpid(lab.snmpd, NULL, 0) == lab.snmpd);
	unlink(lab.socket);
}

static void
went_up(void *arg)
{
	(void)arg;
	lab.ups++;
	notify_poke(lab.notify);
}

static void
went_down(void *arg)
{
	(void)arg;
	lab.downs++;
	notify_link_down(lab.notify);
}

static void
answered(void *arg, uint32_t packet, bool taken)
{
	(void)arg;
	notify_answered(lab.notify, packet, taken);
}

static const uint32_t region_id[] = { LICENSE_MIB };
static const struct link_region region = { region_id, NITEMS(region_id), 127,
	"licenses" };

/* Its name lives until the next call. */
static struct link_master
master_at(const char *format, ...)
{
	static char name[300];
	struct link_master master = { .name = name, .ping_s = 15 };
	const char *wrong;
	va_list args;

	va_start(args, format);
	vsnprintf(name, sizeof name, format, args);
	va_end(args);
	REQUIRE(endpoint_parse(name, &master.endpoint, &wrong));
	return master;
}

static struct link *
open_link(struct serve serve)
{
	struct link_options options = { .regions = &region,
		.nregions = 1,
		.serve = serve,
		.up = went_up,
		.down = went_down,
		.answered = answered };

	options.master = master_at("unix:%s", lab.socket);
	return link_new(fixture.loop, &options);
}

static void
open_lab(void)
{
	struct sender sender;
	char conf[1024];

	fixture_open();
	fixture_add_rows();
	lab.ups = lab.downs = 0;
	lab.dir = check_dir();
	snprintf(lab.agent, sizeof lab.agent, "127.0.0.1:%d", free_port());
	snprintf(lab.socket, sizeof lab.socket, "%s/agentx", lab.dir);
	snprintf(conf, sizeof conf,
	    "master agentx\nagentXSocket unix:%s\nrwcommunity public\n",
	    lab.socket);
	check_write(check_path(lab.dir, "lab.conf"), conf, strlen(conf));
	lab.notify = notify_new(fixture.loop, &fixture.core);
	lab.link = open_link((struct serve){ &fixture.mib, fixture.sets });
	REQUIRE(lab.link != NULL);
	sender = link_sender(lab.link);
	notify_set_sender(lab.notify, &sender);
}

static void
close_lab(void)
{
	stop_snmpd(SIGTERM);
	link_free(lab.link);
	notify_free(lab.notify);
	fixture_close();
}

static bool
is_up(void)
{
	return link_is_up(lab.link);
}

static bool
is_down(void)
{
	return !link_is_up(lab.link);
}

/* ---- Tests ---- */

/* The daemon is there before snmpd, and walks agree. */
static void
walks(void)
{
	char *walk;
	const char *bulk;

	open_lab();
	start_snmpd();
	REQUIRE(until(is_up));
	walk = strdup(tool("snmpwalk", MODULE, NULL));
	bulk = tool("snmpbulkwalk", "-Cr7", MODULE, NULL);
	CHECK_STR(bulk, walk);
	CHECK_HAS(walk, "." MODULE ".1.1.1.0 = 1\n");
	CHECK_HAS(walk, "." MODULE ".1.2.3.1.3.1.1.4294967295 = \"datak9\"\n");
	CHECK_HAS(walk, "." MODULE ".1.4.3.0 = 1\n");
	CHECK_HAS(
	    tool("snmpget", MODULE ".1.2.3.1.1.1.1.1", NULL), "No Such Object");
	CHECK_HAS(tool("snmpget", MODULE ".1.2.3.1.3.1.1.2", NULL),
	    "No Such Instance");
	CHECK_HAS(tool("snmpwalk", "1.3.6.1.2.1.1.9.1.2", NULL), MODULE);
	free(walk);
	close_lab();
}

/* The error and the varbind that snmpset reports. */
static void
sets(void)
{
	open_lab();
	start_snmpd();
	REQUIRE(until(is_up));
	CHECK_HAS(tool("snmpset", MODULE ".1.4.1.0", "i", "2",
		      MODULE ".1.2.3.1.13.1.1.1", "s", "night", NULL),
	    "night");
	CHECK_STR(fixture_get("4.1.0"), "i2");
	CHECK_STR(fixture_get("2.3.1.13.1.1.1"), "snight");
	CHECK_HAS(tool("snmpset", MODULE ".1.4.1.0", "i", "1",
		      MODULE ".1.2.3.1.3.1.1.1", "s", "x", NULL),
	    "Reason: notWritable (That object does not support modification)"
	    "\nFailed object: ." MODULE ".1.2.3.1.3.1.1.1");
	CHECK_HAS(tool("snmpset", MODULE ".1.4.1.0", "i", "1",
		      MODULE ".1.1.2.1.15.4", "i", "2", NULL),
	    "Reason: inconsistentName");
	CHECK_HAS(tool("snmpset", MODULE ".1.1.2.1.20.4", "i", "4",
		      MODULE ".1.1.2.1.15.4", "i", "9", NULL),
	    "Reason: wrongValue (The set value is illegal or unsupported in "
	    "some way)\nFailed object: ." MODULE ".1.1.2.1.15.4");
	CHECK_HAS(tool("snmpset", MODULE ".1.1.2.1.20.4", "u", "4", NULL),
	    "Reason: wrongType");
	CHECK_STR(fixture_get("4.1.0"), "i2");
	check_write(check_path(fixture.flash.directory, "a.lic"), "a\nb\n", 4);
	CHECK_HAS(tool("snmpset", MODULE ".1.1.2.1.8.4", "s", "flash:a.lic",
		      MODULE ".1.1.2.1.15.4", "i", "2", MODULE ".1.1.2.1.20.4",
		      "i", "4", NULL),
	    ".20.4 = 4");
	CHECK_HAS(tool("snmpget", MODULE ".1.1.2.1.16.4", NULL), "= 4");
	CHECK_HAS(tool("snmpwalk", MODULE ".1.1.3", NULL),
	    ".1.3.1.2.4.1 = 4\n." MODULE ".1.1.3.1.2.4.2 = 4\n");
	CHECK_UINT(fixture.core.runs, 1);
	close_lab();
}

/*
 * A master that dies is back within a second of its return.  That is the
 * link's own waiting, and not the machine's: the best of several counts.
 */
static void
restarts(void)
{
	int64_t back, best = INT64_MAX;

	open_lab();
	start_snmpd();
	REQUIRE(until(is_up));
	for (unsigned i = 1; i <= 3; i++) {
		stop_snmpd(i % 2 ? SIGKILL : SIGTERM);
		REQUIRE(until(is_down));
		CHECK_UINT(lab.downs, i);
		start_snmpd();
		while (access(lab.socket, F_OK) != 0)
			REQUIRE(waitpid(lab.snmpd, NULL, WNOHANG) == 0 &&
				usleep(1000) == 0);
		back = loop_now_ms();
		REQUIRE(until(is_up));
		if (loop_now_ms() - back < best)
			best = loop_now_ms() - back;
	}
	CHECK(best < 1000);
	CHECK_HAS(tool("snmpget", MODULE ".1.1.1.0", NULL), "= 1");
	close_lab();
}

/* A master that is stopped holds up nobody. */
static void
hung_master(void)
{
	open_lab();
	start_snmpd();
	REQUIRE(until(is_up));
	kill(lab.snmpd, SIGSTOP);
	fake_event(&fixture.core, LC_EVENT_INSTALLED);
	notify_poke(lab.notify);
	/* One that waited for it would lose it, or never end. */
	for (unsigned i = 0; i < 200; i++)
		fixture_turn();
	kill(lab.snmpd, SIGCONT);
	CHECK_HAS(tool("snmpget", MODULE ".1.1.1.0", NULL), "= 1");
	CHECK_UINT(lab.downs, 0);
	CHECK_UINT(fixture.core.done_seq, fixture.core.last_seq);
	close_lab();
}

static bool
all_delivered(void)
{
	return fixture.core.done_seq == fixture.core.last_seq;
}

/* Thousands of notifications at once, and the master killed among them. */
static void
burst(void)
{
	open_lab();
	for (unsigned i = 0; i < 2000; i++)
		fake_event(&fixture.core,
		    i % 2 ? LC_EVENT_INSTALLED : LC_EVENT_EULA_ACCEPTED);
	start_snmpd();
	REQUIRE(until(is_up));
	stop_snmpd(SIGKILL);
	start_snmpd();
	REQUIRE(until(is_up));
	CHECK(until(all_delivered));
	for (unsigned i = 0; i < 2000; i++)
		fake_event(&fixture.core, LC_EVENT_CLEARED);
	notify_poke(lab.notify);
	CHECK(until(all_delivered));
	CHECK_HAS(tool("snmpget", MODULE ".1.1.1.0", NULL), "= 1");
	close_lab();
}

/* A second agent for the same objects is refused and the first one works. */
static void
duplicate(void)
{
	struct link *other;

	open_lab();
	start_snmpd();
	REQUIRE(until(is_up));
	other = open_link((struct serve){ &fixture.mib, fixture.sets });
	CHECK_HAS(tool("snmpget", MODULE ".1.1.1.0", NULL), "= 1");
	CHECK(!link_is_up(other));
	link_free(other);
	CHECK_HAS(tool("snmpget", MODULE ".1.1.1.0", NULL), "= 1");
	CHECK(link_is_up(lab.link));
	close_lab();
}

/* A response that net-snmp's master could not take is an error instead, and
 * the session lives. */
static void
too_big(void)
{
	static char long_text[LC_COMMENT_MAX + 1];
	char name[64];
	const char *argv[400] = { "snmpget", "-v2c", "-cpublic", "-r0", "-t120",
		lab.agent };
	size_t n = 6;

	open_lab();
	memset(long_text, 'x', LC_COMMENT_MAX);
	REQUIRE(lc_comment_set(&fixture.core, 1, 1, 1, long_text) == LC_OK);
	start_snmpd();
	REQUIRE(until(is_up));
	snprintf(name, sizeof name, MODULE ".1.2.3.1.13.1.1.1");
	while (n < 300)
		argv[n++] = name;
	CHECK(await(start(argv, check_path(lab.dir, "output"))) != 0);
	CHECK_HAS(tool("snmpget", MODULE ".1.1.1.0", NULL), "= 1");
	CHECK_UINT(lab.downs, 0);
	close_lab();
}

static void
over_tcp(void)
{
	char conf[256];
	int port = free_port();
	struct link_master master = master_at("tcp:127.0.0.1:%d", port);

	open_lab();
	snprintf(conf, sizeof conf,
	    "master agentx\nagentXSocket tcp:127.0.0.1:%d\n"
	    "rwcommunity public\n",
	    port);
	check_write(check_path(lab.dir, "lab.conf"), conf, strlen(conf));
	link_move(lab.link, &master);
	start_snmpd();
	REQUIRE(until(is_up));
	CHECK_HAS(tool("snmpget", MODULE ".1.1.1.0", NULL), "= 1");
	close_lab();
}

/* ---- Masters with names ---- */

#define NAME "master.example"

static void
open_named(const char *const *addresses, int error, const char *listener)
{
	fixture_open();
	log_lines_begin();
	resolver_tells(addresses, error);
	fake_master_open_tcp(listener, NAME, 3600);
}

static void
close_named(void)
{
	fake_master_close();
	fixture_close();
}

/* The first address refuses the connection; at the second one is the master. */
static void
every_address(void)
{
	static const char *const two[] = { "127.0.0.2", "127.0.0.1", NULL };

	open_named(two, 0, "127.0.0.1");
	fake_master_welcome();
	CHECK_UINT(resolver_asked(), 1);
	CHECK_UINT(log_lines_with(" (127.0.0.1)"), 1);
	CHECK_UINT(log_lines_with("cannot connect"), 0);
	close_named();
}

/* At the first address is somebody who hangs up, or does not want us. */
static void
refused_there(void)
{
	static const char *const two[] = { "127.0.0.2", "127.0.0.1", NULL };
	struct fake_pdu pdu;

	open_named(two, 0, "127.0.0.2");
	fake_master_accept();
	pdu = fake_master_expect(AGENTX_OPEN);
	fake_master_move("127.0.0.1");
	fake_master_respond(&pdu, AGENTX_REQUEST_DENIED);
	fake_master_welcome();
	CHECK_UINT(log_lines_with("(127.0.0.2) refused our session"), 1);
	close_named();
}

/* A name is looked up again for each round. */
static void
moves(void)
{
	static const char *const before[] = { "127.0.0.1", NULL };
	static const char *const after[] = { "127.0.0.3", NULL };

	open_named(before, 0, "127.0.0.1");
	fake_master_welcome();
	resolver_tells(after, 0);
	fake_master_move("127.0.0.3");
	fake_master_welcome();
	CHECK_UINT(fake_master.downs, 1);
	CHECK_UINT(log_lines_with("lost the master agent"), 1);
	CHECK_UINT(log_lines_with("connected to the master agent"), 2);
	CHECK_UINT(log_lines_with(" (127.0.0.3)"), 1);
	close_named();
}

static bool
asked_again(void)
{
	return resolver_asked() >= 2;
}

/* Each kind of failure is logged once, and ends when its cause does. */
static void
unknown_name(void)
{
	static const char *const wrong[] = { "127.0.0.2", "127.0.0.3", NULL };
	static const char *const right[] = { "127.0.0.1", NULL };

	open_named(NULL, EAI_NONAME, "127.0.0.1");
	REQUIRE(until(asked_again));
	resolver_tells(wrong, 0);
	REQUIRE(until(asked_again));
	resolver_tells(NULL, EAI_AGAIN);
	REQUIRE(until(asked_again));
	resolver_tells(right, 0);
	fake_master_welcome();
	CHECK_UINT(log_lines_with("cannot resolve the host of the master"), 1);
	CHECK_UINT(log_lines_with(gai_strerror(EAI_NONAME)), 1);
	CHECK_UINT(log_lines_with("127.0.0.2: Connection refused, "
				  "127.0.0.3: Connection refused; retrying"),
	    1);
	CHECK_UINT(log_lines_count(), 3);
	close_named();
}

static bool
asked(void)
{
	return resolver_asked() >= 1;
}

/* While a name is looked up everything else goes on, the end included. */
static void
slow_name(void)
{
	static const char *const one[] = { "127.0.0.1", NULL };

	resolver_hold();
	open_named(one, 0, "127.0.0.1");
	REQUIRE(until(asked));
	for (unsigned i = 0; i < 100; i++)
		fixture_turn();
	close_named();
	resolver_release();

	resolver_hold();
	open_named(one, 0, "127.0.0.1");
	REQUIRE(until(asked));
	fixture_settle();
	resolver_release();
	fake_master_welcome();
	CHECK_UINT(resolver_asked(), 1);
	close_named();
}

/* ---- Masters that vanish ---- */

static void
open_pinged(void)
{
	fixture_open();
	log_lines_begin();
	fake_master_open_tcp("127.0.0.1", "127.0.0.1", 1);
	fake_master_welcome();
}

/* One that keeps the connection and says nothing any more. */
static void
vanished(void)
{
	struct fake_pdu pdu;

	open_pinged();
	pdu = fake_master_await(AGENTX_PING);
	CHECK_UINT(pdu.header.session, FAKE_SESSION);
	CHECK_UINT(pdu.header.payload, 0);
	fake_master_respond(&pdu, SNMP_OK);
	pdu = fake_master_await(AGENTX_PING);
	fake_master_await_hang_up();
	CHECK_UINT(fake_master.downs, 1);
	CHECK_UINT(log_lines_with("no answer to a ping; reconnecting"), 1);
	fake_master_welcome();
	close_named();
}

/* One that was restarted behind something that kept the connection. */
static void
forgotten(void)
{
	struct fake_pdu pdu;

	open_pinged();
	pdu = fake_master_await(AGENTX_PING);
	fake_master_respond(&pdu, AGENTX_NOT_OPEN);
	fake_master_await_hang_up();
	CHECK_UINT(log_lines_with("our session is unknown to it"), 1);
	fake_master_welcome();
	close_named();
}

static bool passed;

static void
pass(void *arg)
{
	(void)arg;
	passed = true;
}

static bool
has_passed(void)
{
	return passed;
}

/* The kernel tells when a Unix socket's other end is gone. */
static void
no_pings(void)
{
	struct timer timer = { .expired = pass };

	fixture_open();
	fake_master_open();
	fake_master_welcome();
	passed = false;
	loop_timer_set(fixture.loop, &timer, 2500); /* it would be 1 s */
	REQUIRE(until(has_passed));
	CHECK(fake_master_silent());
	CHECK_UINT(fake_master.downs, 0);
	close_named();
}

/* ---- Masters that are none ---- */

static const struct {
	const char *says;
	size_t len;
} strangers[] = {
	{ "", 0 }, /* hangs up at once */
	{ "HTTP/1.1 400 Bad Request\r\n\r\n", 28 },
	/* a response of 4 GB */
	{ "\1\22\20\0\0\0\0\0\0\0\0\0\0\0\0\1\377\377\377\374", 20 },
	/* one that is too short for what it is */
	{ "\1\22\20\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4\0\0\0\0", 24 },
	/* another version */
	{ "\2\22\20\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0", 20 },
};

static struct {
	struct watch watch;
	size_t calls;
} stranger;

static void
answer_strangely(void *arg, short revents)
{
	int fd = accept(stranger.watch.fd, NULL, NULL);
	size_t which = stranger.calls++ % CHECK_COUNT(strangers);

	(void)arg;
	(void)revents;
	REQUIRE(fd >= 0);
	REQUIRE(write(fd, strangers[which].says, strangers[which].len) >= 0);
	close(fd);
}

static bool
all_strangers_called(void)
{
	return stranger.calls > CHECK_COUNT(strangers);
}

static void
strange_masters(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	open_lab();
	stranger.calls = 0;
	stranger.watch = (struct watch){
		.fd = socket(AF_UNIX, SOCK_STREAM, 0),
		.events = POLLIN,
		.ready = answer_strangely,
	};
	strcpy(address.sun_path, lab.socket);
	REQUIRE(bind(stranger.watch.fd, (struct sockaddr *)&address,
		    sizeof address) == 0);
	REQUIRE(listen(stranger.watch.fd, 5) == 0);
	REQUIRE(loop_watch(fixture.loop, &stranger.watch));
	CHECK(until(all_strangers_called));
	CHECK_UINT(lab.ups, 0);
	loop_unwatch(fixture.loop, &stranger.watch);
	close(stranger.watch.fd);
	unlink(lab.socket);
	/* and then comes the real one */
	start_snmpd();
	CHECK(until(is_up));
	close_lab();
}

static const struct check_test tests[] = {
	{ "every address of a name", every_address },
	{ "a refusal at one of them", refused_there },
	{ "a name that moves", moves },
	{ "a name that is unknown for a while", unknown_name },
	{ "a slow name server", slow_name },
	{ "a master that vanished", vanished },
	{ "a session that was forgotten", forgotten },
	{ "no pings over Unix sockets", no_pings },
	{ "walks", walks },
	{ "a master over TCP", over_tcp },
	{ "masters that are none", strange_masters },
	{ "SETs", sets },
	{ "a master that dies", restarts },
	{ "a master that hangs", hung_master },
	{ "a burst of notifications", burst },
	{ "a duplicate registration", duplicate },
	{ "a response that is too big", too_big },
};

int
main(int argc, char **argv)
{
	char path[] = "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin";

	setenv("PATH", path, 1);
	if (system("command -v snmpd snmpget >/dev/null 2>&1") != 0) {
		puts("skipped: net-snmp's snmpd and tools are not installed");
		return SKIPPED;
	}
	return check_main("link", tests, CHECK_COUNT(tests), argc, argv);
}
