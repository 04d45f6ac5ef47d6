/*
 * main.c - licportald's options, and its life as two processes.
 *
 * The issuing process is forked first: it opens the authority's key, which only
 * root may read, and then becomes the portal's user; no other process, not even
 * of that user, can look into it.  The portal proper becomes the user too,
 * and knows the key not at all.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "api.h"
#include "audit.h"
#include "cache.h"
#include "checkpoint.h"
#include "conf.h"
#include "daemon/become.h"
#include "daemon/log.h"
#include "daemon/readiness.h"
#include "guess.h"
#include "hook.h"
#include "issuer.h"
#include "metrics.h"
#include "portal/mail/mailer.h"
#include "portal/site/site.h"
#include "secret.h"
#include "setup.h"

#define EXIT_USAGE 2
#define BACKLOG 511

/* ---- The issuing process --------------------------------------------- */

/* What it says first: one byte and words. */
#define SAY_READY 'R'
#define SAY_FAILED 'F'

static void
secrets_keep(void)
{
	static const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static bool
user_become(const struct portal_conf *conf)
{
	return conf->user == NULL || conf->uid == geteuid() ||
	       become(conf->user, conf->uid, conf->gid);
}

static bool
authority_open(const struct portal_conf *conf, const struct secrets *secrets,
    struct lc_authority **out)
{
	struct lc_detail detail = { "" };
	enum lc_err err = lc_authority_unlock(
	    conf->authority, &secrets->source, out, &detail);

	if (err == LC_OK)
		return true;
	log_error("issuer", "%s: %s", conf->authority,
	    detail.text[0] != '\0' ? detail.text : lc_strerror(err));
	return false;
}

static int
issuer_live(int fd, const struct portal_conf *conf)
{
	struct lc_authority *authority = NULL;
	struct secrets secrets;
	struct op_settings settings = {
		.user_changed = conf->uid != geteuid(),
		.foreign_keys = conf->foreign_keys,
	};
	int status = EXIT_FAILURE;

	secrets_keep();
	if (secrets_read(&secrets, conf->passphrase_file, conf->pin_file) &&
	    authority_open(conf, &secrets, &authority) && user_become(conf)) {
		secrets_keep(); /* a change of the user took it back */
		settings.has_passphrase = secrets.passphrase[0] != '\0';
		if (write(fd, &(char){ SAY_READY }, 1) == 1)
			status = issuer_run(fd, authority, &settings);
	}
	lc_authority_close(authority);
	secrets_forget(&secrets);
	return status;
}

/* The portal's end of its connection, once it is ready; -1: it is not. */
static int
issuer_start(struct portal_conf *conf, pid_t *pid)
{
	int ends[2], status;
	char word = SAY_FAILED;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0 ||
	    (*pid = fork()) < 0) {
		log_error("main", "cannot start the issuing process: %s",
		    strerror(errno));
		return -1;
	}
	if (*pid == 0) {
		(void)close(ends[0]);
		/* It ends with its connection, after the last answer: signals
		   for both processes are the portal's. */
		(void)signal(SIGTERM, SIG_IGN);
		(void)signal(SIGINT, SIG_IGN);
		status = issuer_live(ends[1], conf);
		portal_conf_free(conf);
		exit(status);
	}
	(void)close(ends[1]);
	if (read(ends[0], &word, 1) == 1 && word == SAY_READY)
		return ends[0];
	(void)close(ends[0]);
	(void)waitpid(*pid, NULL, 0); /* it has said why */
	return -1;
}

/* ---- The socket ------------------------------------------------------ */

/* The proxy's user is in the group. */
static int
socket_open(const struct portal_conf *conf)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)snprintf(
	    address.sun_path, sizeof address.sun_path, "%s", conf->listen);
	(void)unlink(conf->listen); /* of a portal that was killed */
	if (fd >= 0 &&
	    bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
	    chown(conf->listen, conf->uid, conf->socket_gid) == 0 &&
	    chmod(conf->listen, 0660) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	log_error("main", "%s: %s", conf->listen, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* ---- The portal ------------------------------------------------------ */

static int64_t
wall_clock(void)
{
	return (int64_t)time(NULL);
}

static atomic_bool issuer_is_gone;

static void
gone(void *arg)
{
	(void)arg;
	log_error("main", "the issuing process has ended; so does the portal");
	issuer_is_gone = true;
	(void)kill(getpid(), SIGTERM);
}

static void
complain(const char *text)
{
	log_debug("http", "%s", text);
}

/* SIGTERM or SIGINT ends it. */
static bool
wait_for_end(void)
{
	sigset_t set;
	int signal;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	while (sigwait(&set, &signal) != 0)
		;
	return !issuer_is_gone;
}

/* What the server's requests go to. */
struct doors {
	struct portal *portal;
	struct site *site;
};

static void
handle(void *arg, struct web_request *request)
{
	const struct doors *doors = arg;
	const char *path = web_path(request);
	struct metrics *metrics = doors->portal->metrics;

	if (strncmp(path, "/api/", 5) == 0 || strcmp(path, "/metrics") == 0) {
		web_count(request, metrics_others(metrics));
		api_handle(doors->portal, request);
	} else {
		web_count(request, metrics_pages(metrics));
		site_handle(doors->site, request);
	}
}

static void
refused(void *arg, const char *kind)
{
	const struct doors *doors = arg;

	metrics_refused(doors->portal->metrics, kind);
}

static const char *
pages_of(const struct portal_conf *conf)
{
	return conf->pages != NULL ? conf->pages : PORTAL_PAGES_DEFAULT;
}

static struct site_options
site_options(const struct portal_conf *conf)
{
	return (struct site_options){
		.pages = pages_of(conf),
		.bootstrap = conf->bootstrap != NULL ? conf->bootstrap
						     : PORTAL_BOOTSTRAP_DEFAULT,
		.people = conf->people,
		.pam = conf->people_pam,
		.header = conf->people_header,
	};
}

static struct site *
site_start(struct portal *portal, const struct portal_conf *conf)
{
	const struct site_options options = site_options(conf);
	char why[512];
	struct site *site = site_open(portal, &options, why, sizeof why);

	if (site == NULL)
		log_error("main", "pages: %s", why);
	return site;
}

static bool
serve(struct doors *doors, const struct portal_conf *conf, int fd)
{
	const struct web_options options = {
		.fd = fd,
		.threads = conf->threads,
		.connections = conf->connections,
		.idle_s = 75,
		.body_max = conf->body,
		.handler = handle,
		.arg = doors,
		.complain = complain,
		.refused = refused,
	};
	struct web_server *server = web_start(&options);
	bool good;

	if (server == NULL) {
		log_error("main", "cannot start the HTTP server: %s",
		    strerror(errno));
		desk_end(doors->portal->desk);
		return false;
	}
	log_info("main", "licportald %s is ready at %s", PACKAGE_VERSION,
	    conf->listen);
	readiness_ready();
	good = wait_for_end();
	readiness_stopping();
	/* Connections that stay open may ask until the server has ended. */
	web_refuse(server);
	desk_end(doors->portal->desk);
	site_end(doors->site);
	web_stop(server);
	return good;
}

static struct hooks *
hooks_start(const struct portal_conf *conf, struct desk *desk)
{
	return hooks_open(
	    &(const struct hook_options){
		.dir = conf->authority,
		.ca_file = conf->webhook_ca,
		.may_private = conf->webhook_private,
		.retry_s = conf->webhook_retry,
		.give_up_s = conf->webhook_give_up,
	    },
	    desk);
}

/* False: it was to be started, and cannot be. */
static bool
mailer_start(
    struct portal *portal, const struct portal_conf *conf, const char *password)
{
	const struct mailer_options options = {
		.conf = &conf->mail,
		.password = conf->mail.user != NULL ? password : NULL,
		.dir = conf->authority,
		.people = conf->people,
		.pages = pages_of(conf),
		.url = conf->url,
		.now = wall_clock,
	};
	char why[512];

	if (conf->mail.url == NULL)
		return true;
	portal->mailer = mailer_open(&options, why, sizeof why);
	if (portal->mailer == NULL)
		log_error("main", "mail: %s", why);
	return portal->mailer != NULL;
}

static bool
portal_run(
    const struct portal_conf *conf, int issuer, int fd, const char *password)
{
	struct portal portal = {
		.dir = conf->authority,
		.url = conf->url,
		.now = wall_clock,
	};
	struct checkpoint *checkpoint = NULL;
	struct doors doors = { .portal = &portal };
	struct lc_detail detail = { "" };
	bool good = false;

	if (readers_open(conf->authority, conf->threads, &portal.readers,
		&detail) != LC_OK)
		log_error("main", "%s: %s", conf->authority, detail.text);
	else if ((portal.guesses = guesses_new()) == NULL ||
		 (portal.cache = cache_new()) == NULL ||
		 (portal.metrics = metrics_new(api_routes, api_nroutes)) ==
		     NULL ||
		 (portal.audit = audit_open(conf->authority)) == NULL ||
		 (portal.desk = desk_open(issuer, gone, NULL)) == NULL)
		log_error("main", "no memory, or no thread");
	else if (checkpoint_open(conf->authority, portal.desk, &checkpoint,
		     &detail) != LC_OK)
		log_error("main", "%s: %s", conf->authority, detail.text);
	else if ((portal.hooks = hooks_start(conf, portal.desk)) == NULL)
		log_error("main", "no memory, or no thread");
	else if (mailer_start(&portal, conf, password) &&
		 (doors.site = site_start(&portal, conf)) != NULL)
		good = serve(&doors, conf, fd);
	site_close(doors.site);
	mailer_close(portal.mailer);
	hooks_close(portal.hooks);
	checkpoint_close(checkpoint);
	audit_close(portal.audit);
	metrics_free(portal.metrics);
	cache_free(portal.cache);
	guesses_free(portal.guesses);
	if (portal.desk == NULL)
		(void)close(issuer);
	desk_close(portal.desk);
	readers_close(portal.readers);
	return good;
}

/* Signals go to wait_for_end alone, from here on in all threads. */
static void
signals_block(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

static bool
live(struct portal_conf *conf)
{
	char password[LC_SECRET_SIZE] = "";
	pid_t pid;
	int issuer = issuer_start(conf, &pid), fd = -1, status = 0;
	bool good = false;

	if (issuer < 0)
		return false;
	signals_block();
	if (secret_file_read(conf->mail.password_file, password) &&
	    (fd = socket_open(conf)) >= 0 && user_become(conf))
		good = portal_run(conf, issuer, fd, password);
	else
		(void)close(issuer);
	explicit_bzero(password, sizeof password);
	if (fd >= 0) {
		(void)unlink(conf->listen);
		(void)close(fd);
	}
	/* It ends when nobody is at the other end. */
	(void)waitpid(pid, &status, 0);
	return good && status == 0;
}

/* ---- Options --------------------------------------------------------- */

static void
usage(FILE *to)
{
	fputs("usage: licportald [-c FILE] [-d SUBJECT[,SUBJECT...]]\n"
	      "       licportald -t [-c FILE]\n"
	      "       licportald -R\n"
	      "       licportald [-c FILE] setup NAME [MAIL]\n"
	      "       licportald -V\n"
	      "  -c FILE      configuration (" PORTAL_CONF_DEFAULT ")\n"
	      "  -d SUBJECTS  debug these: http, or all\n"
	      "  -R           print the operations, and the roles that may "
	      "use each\n"
	      "  -t           check the configuration, the pages and the "
	      "authority, and start\n"
	      "               nothing\n"
	      "  -V           print the version\n",
	    to);
}

static bool
pages_try(const struct portal_conf *conf)
{
	const struct site_options options = site_options(conf);
	char why[512];

	if (site_check(&options, why, sizeof why))
		return true;
	log_error("main", "pages: %s", why);
	return false;
}

static int
try_all(const struct portal_conf *conf, const char *path)
{
	struct lc_authority *authority = NULL;
	struct secrets secrets;
	char password[LC_SECRET_SIZE] = "";
	bool good =
	    secrets_read(&secrets, conf->passphrase_file, conf->pin_file) &&
	    secret_file_read(conf->mail.password_file, password) &&
	    authority_open(conf, &secrets, &authority) && pages_try(conf);

	lc_authority_close(authority);
	secrets_forget(&secrets);
	explicit_bzero(password, sizeof password);
	if (good)
		printf("%s: no errors\n", path);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	const char *path = PORTAL_CONF_DEFAULT;
	char error[CONF_ERROR_MAX];
	struct portal_conf *conf;
	char **setup = NULL; /* what follows the word */
	bool test = false;
	int option, status;

	log_program("licportald");
	while ((option = getopt(argc, argv, "c:d:hRtV")) != -1)
		switch (option) {
		case 'c':
			path = optarg;
			break;
		case 'd':
			log_debug_subjects(optarg);
			break;
		case 'R':
			api_routes_print(stdout);
			return EXIT_SUCCESS;
		case 't':
			test = true;
			break;
		case 'V':
			puts("licportald " PACKAGE_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			usage(stdout);
			return EXIT_SUCCESS;
		default:
			usage(stderr);
			return EXIT_USAGE;
		}
	if (optind < argc && strcmp(argv[optind], "setup") == 0) {
		setup = argv + optind + 1;
		if (setup[0] == NULL ||
		    (setup[1] != NULL && setup[2] != NULL)) {
			usage(stderr);
			return EXIT_USAGE;
		}
	} else if (optind != argc) {
		fprintf(stderr, "licportald: unexpected argument %s\n",
		    argv[optind]);
		return EXIT_USAGE;
	}
	(void)umask(077);
	if ((conf = portal_conf_load(path, error)) == NULL) {
		log_error("config", "%s", error);
		return EXIT_FAILURE;
	}
	if (setup != NULL)
		status = user_become(conf)
			     ? setup_run(conf, setup[0],
				   setup[1] != NULL ? setup[1] : "")
			     : EXIT_FAILURE;
	else if (test)
		status = try_all(conf, path);
	else
		status = live(conf) ? EXIT_SUCCESS : EXIT_FAILURE;
	portal_conf_free(conf);
	return status;
}
