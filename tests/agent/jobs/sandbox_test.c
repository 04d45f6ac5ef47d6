/*
 * sandbox_test.c - what the transfer helper can and cannot do, tried from
 * inside its sandbox.
 *
 * A process plays the daemon: it has a key and a store, and starts a process
 * that enters the sandbox, tries everything in the tables below and tells how
 * each ended.  Once the daemon is root, and once it is a user whom the helper
 * shares.
 */
#include "jobs/sandbox.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <resolv.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "jobs/landlock.h"

#define DAEMON_UID 1 /* a user who has nothing, but what we give him here */
#define FILE_MAX 4096

/* What the processes share. */
static const char *top;
static char key[256], store[256];
static char known_hosts[64];
static int file = -1;            /* memory, as the daemon's */
static int right, wrong, server; /* listen: at the order's port, another one,
				    and for DNS */

static int
result(bool done)
{
	return done ? 0 : errno != 0 ? errno : EIO;
}

/* ---- What it must not ---- */

static int
open_it(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	return result(fd >= 0);
}

static int
read_key(void)
{
	return open_it(key, O_RDONLY);
}

static int
read_store(void)
{
	return open_it(store, O_RDONLY);
}

static int
write_store(void)
{
	return open_it(store, O_WRONLY);
}

static int
truncate_store(void)
{
	return result(truncate(store, 0) == 0);
}

static int
make_file(void)
{
	return open_it("/tmp/licagent-sandbox-test", O_WRONLY | O_CREAT);
}

static int
remove_store(void)
{
	return result(unlink(store) == 0);
}

static int
list_state(void)
{
	return open_it(top, O_RDONLY | O_DIRECTORY);
}

static int
read_passwords(void)
{
	return open_it("/etc/shadow", O_RDONLY);
}

static int
read_users(void)
{
	return open_it("/etc/passwd", O_RDONLY);
}

static int
read_daemon(const char *name)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/%s", (int)getppid(), name);
	return open_it(path, O_RDONLY);
}

static int
read_memory(void)
{
	return read_daemon("mem");
}

static int
read_environment(void)
{
	return read_daemon("environ");
}

static int
peek(void)
{
	char byte;
	struct iovec here = { &byte, 1 }, there = { &key, 1 };

	return result(process_vm_readv(getppid(), &here, 1, &there, 1, 0) == 1);
}

static int
trace(void)
{
	return result(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0);
}

static int
send_signal(void)
{
	return result(kill(getppid(), SIGURG) == 0);
}

static int
send_thread_signal(void)
{
	return result(syscall(SYS_tgkill, getppid(), getppid(), SIGURG) == 0);
}

static int
queue_signal(void)
{
	return result(
	    sigqueue(getppid(), SIGURG, (union sigval){ .sival_int = 0 }) == 0);
}

static int
own_by_daemon(void)
{
	return result(fcntl(STDIN_FILENO, F_SETOWN, getppid()) == 0);
}

static int
limit_daemon(void)
{
	const struct rlimit none = { 0, 0 };

	return result(prlimit(getppid(), RLIMIT_CORE, &none, NULL) == 0);
}

static int
run_program(void)
{
	static char name[] = "/bin/true", *argv[] = { name, NULL };

	execve(name, argv, NULL);
	return errno;
}

static int
end_child(pid_t pid)
{
	if (pid == 0)
		_exit(0);
	return result(pid > 0);
}

static int
new_process(void)
{
	return end_child((pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}

static int
new_process_3(void)
{
	uint64_t args[8] = { 0, 0, 0, 0, SIGCHLD, 0, 0, 0 };

	return end_child((pid_t)syscall(435 /* clone3 */, args, sizeof args));
}

static int
new_namespace(void)
{
	return result(unshare(CLONE_NEWUSER) == 0);
}

static int
mount_it(void)
{
	return result(mount("none", top, "tmpfs", 0, NULL) == 0);
}

static int
become_root(void)
{
	return result(setuid(0) == 0);
}

static int
show_memory(void)
{
	return result(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0);
}

static int
write_and_run(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return result(page != MAP_FAILED);
}

static int
open_socket(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	return result(fd >= 0);
}

static int
unix_socket(void)
{
	return open_socket(AF_UNIX, SOCK_STREAM, 0);
}

#ifdef SYS_socketcall
/* Wherever the arguments are: a filter may have looked at their address. */
static int
try_socketcall(int call, int family, int type)
{
	union {
		char bytes[8 * sizeof(long)];
		long longs[8];
	} memory;
	int done = EPERM;

	for (size_t at = 0; at < 16 && done != 0; at++) {
		int ends[2];
		const long arg[] = { family, type, 0, (long)ends };

		memcpy(memory.bytes + at, arg, sizeof arg);
		done = result(
		    syscall(SYS_socketcall, call, memory.bytes + at) >= 0);
	}
	return done;
}

static int
unix_socketcall(void)
{
	return try_socketcall(1, AF_UNIX, SOCK_STREAM);
}

static int
pair_socketcall(void)
{
	return try_socketcall(8, AF_UNIX, SOCK_DGRAM);
}
#endif

static int
netlink_socket(void)
{
	return open_socket(AF_NETLINK, SOCK_RAW, 0);
}

static int
packet_socket(void)
{
	return open_socket(AF_PACKET, SOCK_DGRAM, 0);
}

static int
raw_socket(void)
{
	return open_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

/* Which, unlike one of streams, could be pointed at another socket. */
static int
datagram_pair(void)
{
	int ends[2];

	return result(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0);
}

static int
connect_to(int listener)
{
	struct sockaddr_in address = { 0 };
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return result(
	    fd >= 0 &&
	    getsockname(listener, (struct sockaddr *)&address, &len) == 0 &&
	    connect(fd, (struct sockaddr *)&address, len) == 0);
}

static int
other_port(void)
{
	return connect_to(wrong);
}

static int
listen_tcp(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return result(fd >= 0 && bind(fd, (struct sockaddr *)&address,
				     sizeof address) == 0);
}

static int
grow(void)
{
	return result(pwrite(file, "x", 1, FILE_MAX) == 1);
}

/* ---- What it must be able to ---- */

static int
read_hosts(void)
{
	return open_it("/etc/hosts", O_RDONLY);
}

static int
read_known_hosts(void)
{
	char text[8] = "";
	int fd = open(known_hosts, O_RDONLY | O_CLOEXEC);

	return result(fd >= 0 && read(fd, text, sizeof text) == 3 &&
		      strcmp(text, "key") == 0);
}

static int
write_file(void)
{
	return result(pwrite(file, "x", 1, FILE_MAX - 1) == 1);
}

static int
configured_port(void)
{
	return connect_to(right);
}

static int
ipv6_socket(void)
{
	int error = open_socket(AF_INET6, SOCK_STREAM, 0);

	return error == EAFNOSUPPORT ? 0 : error; /* a kernel without it */
}

/* libcurl looks names up in a thread. */
static void *
look_up(void *arg)
{
	struct addrinfo *found = NULL;
	int *error = arg;

	*error = getaddrinfo("localhost", "69", NULL, &found);
	if (*error == 0)
		freeaddrinfo(found);
	return NULL;
}

static int
name_of_hosts(void)
{
	pthread_t thread;
	int wrong_name = -1;
	int error = pthread_create(&thread, NULL, look_up, &wrong_name);

	if (error == 0)
		error = pthread_join(thread, NULL);
	return error != 0 ? error : wrong_name;
}

/* Of a server that we play ourselves: play_dns. */
static int
name_of_dns(void)
{
	struct __res_state state = { 0 };
	struct sockaddr_in address = { 0 };
	socklen_t len = sizeof address;
	unsigned char answer[512];
	int n;

	if (res_ninit(&state) != 0 ||
	    getsockname(server, (struct sockaddr *)&address, &len) != 0)
		return EIO;
	state.nscount = 1;
	state.nsaddr_list[0] = address;
	n = res_nquery(
	    &state, "licenses.example", ns_c_in, ns_t_a, answer, sizeof answer);
	res_nclose(&state);
	return n > 4 && memcmp(answer + n - 4, "\300\0\2\1", 4) == 0 ? 0 : EIO;
}

/* ---- Tables ---- */

enum means { MODES = 1, LANDLOCK = 2, SECCOMP = 4, LIMITS = 8 };

/* clang-format off */
static const struct {
	const char *what;
	int (*attempt)(void);
	unsigned means;		/* any of these prevents it */
} forbidden[] = {
	{ "read the device's key", read_key, MODES | LANDLOCK },
	{ "read a store", read_store, MODES | LANDLOCK },
	{ "write a store", write_store, MODES | LANDLOCK },
	{ "truncate a store", truncate_store, MODES | LANDLOCK | SECCOMP },
	{ "remove a store", remove_store, MODES | LANDLOCK | SECCOMP },
	{ "list the state directory", list_state, MODES | LANDLOCK },
	{ "read /etc/shadow", read_passwords, LANDLOCK },
	{ "read /etc/passwd", read_users, LANDLOCK },
	{ "make a file", make_file, LANDLOCK },
	{ "open the daemon's memory", read_memory, LANDLOCK },
	{ "open the daemon's environment", read_environment, LANDLOCK },
	{ "read the daemon's memory", peek, LANDLOCK | SECCOMP },
	{ "trace the daemon", trace, LANDLOCK | SECCOMP },
	{ "signal the daemon", send_signal, MODES | SECCOMP },
	{ "signal its thread", send_thread_signal, MODES | SECCOMP },
	{ "queue it a signal", queue_signal, MODES | SECCOMP },
	{ "have the kernel signal it", own_by_daemon, SECCOMP },
	{ "limit the daemon", limit_daemon, MODES | SECCOMP },
	{ "run a program", run_program, LANDLOCK | SECCOMP },
	{ "make a process", new_process, SECCOMP },
	{ "make a process by clone3", new_process_3, SECCOMP },
	{ "make a namespace", new_namespace, SECCOMP },
	{ "mount", mount_it, MODES | LANDLOCK | SECCOMP },
	{ "become root", become_root, MODES | SECCOMP },
	{ "let its memory be read", show_memory, SECCOMP },
	{ "run what it wrote", write_and_run, SECCOMP },
	{ "open a Unix socket", unix_socket, SECCOMP },
#ifdef SYS_socketcall
	{ "open one by socketcall", unix_socketcall, SECCOMP },
	{ "open a pair by socketcall", pair_socketcall, SECCOMP },
#endif
	{ "open a netlink socket", netlink_socket, SECCOMP },
	{ "open a packet socket", packet_socket, MODES | SECCOMP },
	{ "open a raw socket", raw_socket, MODES | SECCOMP },
	{ "open a pair of datagram sockets", datagram_pair, SECCOMP },
	{ "connect to another port", other_port, LANDLOCK },
	{ "listen", listen_tcp, LANDLOCK },
	{ "write more than it may", grow, LIMITS },
};

static const struct {
	const char *what;
	int (*attempt)(void);
} allowed[] = {
	{ "read /etc/hosts", read_hosts },
	{ "read the known host keys", read_known_hosts },
	{ "write the file", write_file },
	{ "connect to the server's port", configured_port },
	{ "open a socket for IPv6", ipv6_socket },
	{ "find a name in /etc/hosts", name_of_hosts },
	{ "find a name by DNS", name_of_dns },
};
/* clang-format on */

/* How each ended: 0 or an errno. */
struct report {
	bool entered;
	char why[128];
	uid_t uid;
	int forbidden[CHECK_COUNT(forbidden)];
	int allowed[CHECK_COUNT(allowed)];
};

/* ---- The processes ---- */

static int
listen_at(int type)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	REQUIRE(fd >= 0 &&
		bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
	REQUIRE(type != SOCK_STREAM || listen(fd, 8) == 0);
	return fd;
}

static uint16_t
port_of(int fd)
{
	struct sockaddr_in address = { 0 };
	socklen_t len = sizeof address;

	(void)getsockname(fd, (struct sockaddr *)&address, &len);
	return ntohs(address.sin_port);
}

/* Answers one question with 192.0.2.1; its name is repeated as a pointer. */
static void
play_dns(void)
{
	static const unsigned char tail[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60,
		0, 4, 192, 0, 2, 1 };
	unsigned char message[512];
	struct sockaddr_in peer;
	socklen_t len = sizeof peer;
	ssize_t n = recvfrom(server, message, sizeof message - sizeof tail, 0,
	    (struct sockaddr *)&peer, &len);

	if (n < 12)
		_exit(1);
	message[2] |= 0x84; /* an answer, and authoritative */
	message[7] = 1;     /* record */
	memset(message + 8, 0, 4);
	memcpy(message + n, tail, sizeof tail);
	(void)sendto(server, message, (size_t)n + sizeof tail, 0,
	    (struct sockaddr *)&peer, len);
	_exit(0);
}

static void
play_helper(int to)
{
	const struct sandbox sandbox = { FILE_MAX, port_of(right) };
	struct report report = { 0 };

	report.entered = sandbox_enter(&sandbox, report.why, sizeof report.why);
	report.uid = getuid();
	for (size_t i = 0; i < CHECK_COUNT(forbidden) && report.entered; i++) {
		errno = 0;
		report.forbidden[i] = forbidden[i].attempt();
	}
	for (size_t i = 0; i < CHECK_COUNT(allowed) && report.entered; i++) {
		errno = 0;
		report.allowed[i] = allowed[i].attempt();
	}
	_exit(write(to, &report, sizeof report) == sizeof report ? 0 : 1);
}

static void
write_private(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, "secret", 6) != 6)
		_exit(1);
	close(fd);
}

/* It has what a daemon of this user has; the helper is what remains of it. */
static void
play_daemon(uid_t uid, int to)
{
	int hosts = memfd_create("known_hosts", 0), status = 1;
	pid_t pid;

	if (uid != getuid() &&
	    (setresgid(uid, uid, uid) != 0 || setresuid(uid, uid, uid) != 0))
		_exit(1);
	write_private(key);
	write_private(store);
	file = memfd_create("file", 0);
	if (file < 0 || hosts < 0 || write(hosts, "key", 3) != 3)
		_exit(1);
	snprintf(known_hosts, sizeof known_hosts, "/proc/self/fd/%d", hosts);
	if ((pid = fork()) == 0)
		play_helper(to);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		_exit(1);
	_exit(status == 0 && access(store, R_OK) == 0 ? 0 : 1);
}

/* ---- Tests ---- */

static void
judge(const struct report *report, unsigned means)
{
	CHECK_STR(report->why, "");
	REQUIRE(report->entered);
	CHECK(report->uid != 0);
	for (size_t i = 0; i < CHECK_COUNT(forbidden); i++) {
		check_context("forbidden: %s", forbidden[i].what);
		if (forbidden[i].means & means)
			CHECK(report->forbidden[i] != 0);
		else
			printf("NOT TESTED: %s: this build and kernel have no "
			       "means against it\n",
			    forbidden[i].what);
	}
	for (size_t i = 0; i < CHECK_COUNT(allowed); i++) {
		check_context("allowed: %s", allowed[i].what);
		CHECK_INT(report->allowed[i], 0);
	}
}

static unsigned
means_of(uid_t uid)
{
	unsigned means = LIMITS;

	/* Of another user than the daemon. */
	if (uid == 0)
		means |= MODES;
	if (landlock_is_available())
		means |= LANDLOCK;
#ifdef HAVE_SECCOMP
	means |= SECCOMP;
#endif
	return means;
}

static void
try_as(uid_t uid)
{
	struct report report = { 0 };
	int ends[2], status = 1;
	pid_t daemon, dns;

	REQUIRE(pipe(ends) == 0);
	right = listen_at(SOCK_STREAM);
	wrong = listen_at(SOCK_STREAM);
	server = listen_at(SOCK_DGRAM);
	if ((dns = fork()) == 0)
		play_dns();
	if ((daemon = fork()) == 0)
		play_daemon(uid, ends[1]);
	REQUIRE(dns > 0 && daemon > 0);
	close(ends[1]);
	CHECK_INT(read(ends[0], &report, sizeof report), sizeof report);
	CHECK_INT(waitpid(daemon, &status, 0), daemon);
	CHECK_INT(status, 0);
	(void)kill(dns, SIGKILL); /* nobody may have asked it */
	CHECK_INT(waitpid(dns, NULL, 0), dns);
	judge(&report, means_of(uid));
	close(ends[0]);
	close(right);
	close(wrong);
	close(server);
}

static void
prepare(uid_t uid)
{
	top = check_dir();
	snprintf(key, sizeof key, "%s/device.key", top);
	snprintf(store, sizeof store, "%s/store", top);
	REQUIRE(uid == getuid() || chown(top, uid, uid) == 0);
}

static void
daemon_is_root(void)
{
	if (getuid() != 0) {
		puts("NOT TESTED: a daemon that is root: we are not");
		return;
	}
	prepare(0);
	try_as(0);
}

static void
daemon_is_user(void)
{
	uid_t uid = getuid() != 0 ? getuid() : DAEMON_UID;

	prepare(uid);
	try_as(uid);
}

static const struct check_test tests[] = {
	{ "the daemon is root", daemon_is_root },
	{ "the daemon is the helper's user", daemon_is_user },
};

int
main(int argc, char **argv)
{
#ifdef HAVE_SECCOMP
	/* Neither an emulator of processes nor a kernel built without. */
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0) {
		puts("skipped: no filters of system calls here");
		return 77;
	}
#endif
	return check_main("sandbox", tests, CHECK_COUNT(tests), argc, argv);
}
