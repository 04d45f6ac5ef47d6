/*
 * main.c - licagentd's options, and its life as a process.
 *
 * In the background the first process stays until the daemon is ready, and
 * its exit status says whether it is; until then errors go to the terminal.
 */

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf.h"
#include "daemon.h"
#include "jobs/landlock.h"
#include "log.h"
#include "readiness.h"
#include "try.h"
#include "user.h"

#define EXIT_USAGE 2

struct arguments {
	const char *conf;
	const char *debug;
	bool foreground;
	bool test;
};

static void
usage(FILE *to)
{
	fputs("usage: licagentd [-f] [-c FILE] [-d SUBJECT[,SUBJECT...]]\n"
	      "       licagentd -t [-c FILE]\n"
	      "       licagentd -V\n"
	      "  -c FILE      configuration (" CONF_DEFAULT ")\n"
	      "  -d SUBJECTS  debug these: control, job, link, notify, set,\n"
	      "               snmp, transfer, or all\n"
	      "  -f           stay in the foreground and log to standard "
	      "error\n"
	      "  -t           check what a start needs, and start nothing\n"
	      "  -V           print the version\n",
	    to);
}

static void
parse_arguments(int argc, char **argv, struct arguments *arguments)
{
	int option;

	*arguments = (struct arguments){ .conf = CONF_DEFAULT };
	while ((option = getopt(argc, argv, "c:d:fhtV")) != -1)
		switch (option) {
		case 'c':
			arguments->conf = optarg;
			break;
		case 'd':
			arguments->debug = optarg;
			break;
		case 'f':
			arguments->foreground = true;
			break;
		case 't':
			arguments->test = true;
			break;
		case 'V':
			puts("licagentd " PACKAGE_VERSION);
			exit(EXIT_SUCCESS);
		case 'h':
			usage(stdout);
			exit(EXIT_SUCCESS);
		default:
			usage(stderr);
			exit(EXIT_USAGE);
		}
	if (optind == argc)
		return;
	fprintf(stderr, "licagentd: unexpected argument %s\n", argv[optind]);
	usage(stderr);
	exit(EXIT_USAGE);
}

/* What is closed must not become a file of ours: there would be words in it
 * that were meant for the terminal. */
static void
hold_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* A request may bring a password, and JSON goes through many hands. */
static void
free_json(void *memory)
{
	if (memory != NULL)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

/* The device key and passwords of file servers pass through this memory: no
 * core dump and no debugger gets at it, unless one is debugging. */
static void
keep_secrets(const struct arguments *arguments)
{
	static const struct rlimit none = { 0, 0 };

	umask(077);
	json_set_alloc_funcs(malloc, free_json);
	if (arguments->debug != NULL)
		return;
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* the best we can do */
	(void)setrlimit(RLIMIT_CORE, &none);
}

/* Waits for the daemon's word, or its end. */
static int
await_daemon(pid_t daemon, int from)
{
	int status;
	char word;
	ssize_t n;

	do
		n = read(from, &word, 1);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		return EXIT_SUCCESS;
	if (waitpid(daemon, &status, 0) == daemon && WIFSIGNALED(status))
		log_error("main",
		    "the daemon was killed by signal %d before "
		    "it was ready",
		    WTERMSIG(status));
	return EXIT_FAILURE;
}

/* Returns in the daemon, with the descriptor that is for its word. */
static int
go_to_background(void)
{
	int ends[2];
	pid_t daemon;

	if (pipe2(ends, O_CLOEXEC) < 0 || (daemon = fork()) < 0) {
		log_error("main", "cannot run in the background: %s",
		    strerror(errno));
		exit(EXIT_FAILURE);
	}
	if (daemon > 0) {
		close(ends[1]);
		/* What it read is the daemon's to give back. */
		_exit(await_daemon(daemon, ends[0]));
	}
	close(ends[0]);
	(void)setsid(); /* a child is no group leader: cannot fail */
	return ends[1];
}

/* Lets go of the terminal: from here on there is the log. */
static bool
say_ready(int to)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	bool said;

	if (null < 0 || chdir("/") < 0)
		return false;
	log_to_syslog();
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		(void)dup2(null, fd);
	if (null > STDERR_FILENO)
		close(null);
	said = write(to, "", 1) == 1;
	close(to);
	return said;
}

static int
serve(const struct arguments *arguments, struct conf *conf, const char *path)
{
	int word = arguments->foreground ? -1 : go_to_background();
	bool good;
	struct daemon *daemon = daemon_open(path, conf, &good);

	if (daemon == NULL) /* stopping when asked to is good */
		return good ? EXIT_SUCCESS : EXIT_FAILURE;
	if (word >= 0 && !say_ready(word)) {
		log_error("main", "cannot detach from the terminal: %s",
		    strerror(errno));
		daemon_close(daemon);
		return EXIT_FAILURE;
	}
	log_info("main", "licagentd %s is ready", PACKAGE_VERSION);
	readiness_ready();
	good = daemon_run(daemon);
	readiness_stopping();
	daemon_close(daemon);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Everything that a start needs. */
static int
try_all(const struct arguments *arguments, struct conf *conf)
{
	bool good = user_try(conf, arguments->conf) && try_snmp(conf) &&
		    try_state(conf);

	conf_free(conf);
	if (!good)
		return EXIT_FAILURE;
	printf("%s: no errors\n", arguments->conf);
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	struct arguments arguments;
	char error[CONF_ERROR_MAX], path[PATH_MAX];
	struct conf *conf;

	hold_streams();
	log_program("licagentd");
	parse_arguments(argc, argv, &arguments);
	log_debug_subjects(arguments.debug);
	keep_secrets(&arguments);
	if ((conf = conf_load(arguments.conf, error)) == NULL) {
		log_error("config", "%s", error);
		return EXIT_FAILURE;
	}
	if (arguments.test)
		return try_all(&arguments, conf);
	/* The background has another working directory. */
	if (realpath(arguments.conf, path) == NULL) {
		log_error("config", "%s: %s", arguments.conf, strerror(errno));
		conf_free(conf);
		return EXIT_FAILURE;
	}
	if (!user_change(conf, path)) {
		conf_free(conf);
		return EXIT_FAILURE;
	}
	if (!landlock_is_available())
		log_warn("transfer",
		    "the kernel has no Landlock; only file modes keep "
		    "transfers from the state");
	return serve(&arguments, conf, path);
}
