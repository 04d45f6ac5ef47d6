/*
 * master.c - see master.h.
 *
 * Of net-snmp's modules those are begun that SNMP itself needs (MODULES), not
 * the ones about the host.  libnetsnmpmibs, which has them, is loaded for this
 * role alone: it brings libraries for sensors and buses along.
 */
#include "master.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/library/large_fd_set.h>

#include "handler.h"
#include "log.h"
#include "pdu.h"
#include "wrappers.h"

/* snmpd's name, so that its configuration and its state are read as such. */
#define NAME "snmpd"
#define MODULES                                                              \
	"usmConf,vacm_conf,vacm_vars,vacm_context,system_mib,sysORTable,"    \
	"snmp_mib,snmpEngine,snmpMPDStats,usmStats,usmUser,target_counters," \
	"snmpTargetAddrEntry,snmpTargetAddrEntry_data,"                      \
	"snmpTargetParamsEntry,snmpTargetParamsEntry_data,"                  \
	"snmpNotifyTable,snmpNotifyTable_data,snmpNotifyFilterTable,"        \
	"snmpNotifyFilterTable_data_storage,snmpNotifyFilterProfileTable,"   \
	"snmpNotifyFilterProfileTable_data"
#define FDS_FIRST 256 /* the set grows */

/* A descriptor of the library's. */
struct port {
	struct watch watch;
	struct master *master;
	struct port *next;
};

struct master {
	struct loop *loop;
	struct master_options options;
	char *conf; /* that of the options, kept for reading it again */
	struct port *ports;
	netsnmp_large_fd_set fds;
	struct timer timer; /* when the library wants to be called */
	struct task answer;
	uint32_t sent, answered; /* the last packets */
};

/* What the library said while it read the configuration and listened. */
static struct {
	const char *conf; /* NULL: it does neither */
	char *why;
	bool is_wrong;
} reading;

/* ---- What the library says ---- */

/* "FILE: line 3: Error: text." becomes "FILE:3: text". */
static bool
is_complaint(const char *text, char why[MASTER_ERROR_MAX])
{
	size_t len = strlen(reading.conf), end;
	const char *rest;
	unsigned line;
	int at = 0;

	if (strncmp(text, reading.conf, len) != 0 ||
	    sscanf(text + len, ": line %u: %*[A-Za-z]: %n", &line, &at) != 1 ||
	    at == 0)
		return false;
	rest = text + len + at;
	end = strlen(rest);
	end -= end > 0 && rest[end - 1] == '.';
	snprintf(why, MASTER_ERROR_MAX, "%s:%u: %.*s", reading.conf, line,
	    (int)end, rest);
	return true;
}

/* The first one counts. */
static void
complain(const char *text)
{
	char complaint[MASTER_ERROR_MAX];

	if (!is_complaint(text, complaint))
		return;
	if (!reading.is_wrong)
		memcpy(reading.why, complaint, MASTER_ERROR_MAX);
	reading.is_wrong = true;
}

static int
library_says(int major, int minor, void *message, void *arg)
{
	const struct snmp_log_message *said = message;
	char text[MASTER_ERROR_MAX];

	(void)major;
	(void)minor;
	(void)arg;
	snprintf(text, sizeof text, "%.*s", (int)strcspn(said->msg, "\n"),
	    said->msg);
	if (reading.conf != NULL)
		complain(text);
	if (said->priority <= LOG_ERR)
		log_warn("snmp", "net-snmp: %s", text);
	else
		log_debug("snmp", "net-snmp: %s", text);
	return SNMPERR_SUCCESS;
}

/* ---- Its descriptors ---- */

static void update_ports(struct master *);

/* After everything that the library does. */
static void
after(struct master *master)
{
	snmp_store_if_needed();
	run_alarms();
	netsnmp_check_outstanding_agent_requests();
	update_ports(master);
}

static void
ready(void *arg, short revents)
{
	struct port *port = arg;
	struct master *master = port->master;

	(void)revents;
	NETSNMP_LARGE_FD_ZERO(&master->fds);
	NETSNMP_LARGE_FD_SET(port->watch.fd, &master->fds);
	snmp_read2(&master->fds);
	after(master);
}

static void
expired(void *arg)
{
	struct master *master = arg;

	snmp_timeout();
	after(master);
}

static void
remove_port(struct port **at)
{
	struct port *port = *at;

	*at = port->next;
	loop_unwatch(port->master->loop, &port->watch);
	free(port);
}

/* If that fails, it is watched after the next turn. */
static void
add_port(struct master *master, int fd)
{
	struct port *port = calloc(1, sizeof *port);

	if (port == NULL)
		return;
	*port = (struct port){
		.watch = { .fd = fd,
		    .events = POLLIN,
		    .ready = ready,
		    .arg = port },
		.master = master,
		.next = master->ports,
	};
	if (!loop_watch(master->loop, &port->watch)) {
		free(port);
		return;
	}
	/* The library does not, and programs are started here. */
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	master->ports = port;
}

static void
set_timer(struct master *master, const struct timeval *wait, bool forever)
{
	if (forever)
		loop_timer_clear(master->loop, &master->timer);
	else
		loop_timer_set(master->loop, &master->timer,
		    (int64_t)wait->tv_sec * 1000 +
			(wait->tv_usec + 999) / 1000);
}

/* The watches become those that the library wants now. */
static void
update_ports(struct master *master)
{
	struct timeval wait = { .tv_sec = INT32_MAX };
	int n = 0, block = 1;

	NETSNMP_LARGE_FD_ZERO(&master->fds);
	snmp_select_info2(&n, &master->fds, &wait, &block);
	for (struct port **at = &master->ports; *at != NULL;) {
		int fd = (*at)->watch.fd;

		if (fd < n && NETSNMP_LARGE_FD_ISSET(fd, &master->fds)) {
			NETSNMP_LARGE_FD_CLR(fd, &master->fds);
			/* It may be another one by now. */
			(void)loop_watch(master->loop, &(*at)->watch);
			at = &(*at)->next;
		} else
			remove_port(at);
	}
	for (int fd = 0; fd < n; fd++)
		if (NETSNMP_LARGE_FD_ISSET(fd, &master->fds))
			add_port(master, fd);
	set_timer(master, &wait, block);
}

/* ---- Notifications ---- */

static bool
is_up(const void *of)
{
	(void)of;
	return true;
}

static netsnmp_variable_list *
variables_of(const struct varbind *varbinds, size_t n)
{
	netsnmp_variable_list *first = NULL, **end = &first;

	for (size_t i = 0; i < n; i++) {
		*end = pdu_new_varbind(&varbinds[i].name, &varbinds[i].value);
		if (*end == NULL) {
			snmp_free_varbind(first);
			return NULL;
		}
		end = &(*end)->next_variable;
	}
	return first;
}

/* The library repeats informs by itself until they are answered. */
static uint32_t
notify(void *of, const struct varbind *varbinds, size_t n)
{
	struct master *master = of;
	netsnmp_variable_list *variables = variables_of(varbinds, n);

	if (variables == NULL)
		return 0;
	send_v2trap(variables);
	snmp_free_varbind(variables);
	loop_defer(master->loop, &master->answer);
	if (++master->sent == 0)
		master->sent = 1;
	return master->sent;
}

static void
answer(void *arg)
{
	struct master *master = arg;

	update_ports(master); /* there may be informs to repeat */
	while (master->answered != master->sent) {
		if (++master->answered == 0)
			master->answered = 1;
		master->options.answered(
		    master->options.arg, master->answered, true);
	}
}

struct sender
master_sender(struct master *master)
{
	return (struct sender){ is_up, notify, master };
}

/* ---- Beginning ---- */

/* The library of net-snmp's modules stands beside that of its agent. */
static bool
begin_modules(char why[MASTER_ERROR_MAX])
{
	static char modules[] = MODULES; /* it is cut into pieces */
	char path[4096];
	const char *agent;
	void (*begin)(void) = NULL;
	void *library = NULL;
	Dl_info info;

	if (dladdr((void *)(uintptr_t)init_agent, &info) != 0 &&
	    (agent = strstr(info.dli_fname, "libnetsnmpagent")) != NULL &&
	    snprintf(path, sizeof path, "%.*slibnetsnmpmibs%s",
		(int)(agent - info.dli_fname), info.dli_fname,
		agent + strlen("libnetsnmpagent")) < (int)sizeof path)
		library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (library != NULL)
		*(void **)&begin = dlsym(library, "init_mib_modules");
	if (begin == NULL) {
		snprintf(why, MASTER_ERROR_MAX,
		    "cannot load net-snmp's modules: %s",
		    library == NULL ? dlerror() : "no init_mib_modules()");
		return false;
	}
	add_to_init_list(modules);
	if (init_agent(NAME) != 0) {
		snprintf(
		    why, MASTER_ERROR_MAX, "cannot begin net-snmp's agent");
		return false;
	}
	begin();
	return true;
}

/* No other files than these, and no MIB modules. */
static void
set_places(const char *conf, const char *folder)
{
	(void)setenv("SNMPCONFPATH", folder, 1);
	(void)setenv("MIBS", "", 1);
	set_persistent_directory(folder);
	netsnmp_ds_set_string(
	    NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_OPTIONALCONFIG, conf);
	/* Each packet would have a line in the log. */
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID,
	    NETSNMP_DS_AGENT_DONT_LOG_TCPWRAPPERS_CONNECTS, 1);
	netsnmp_ds_set_int(
	    NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_CACHE_TIMEOUT, 5);
	netsnmp_ds_set_int(
	    NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_TIMEOUT, -1);
	netsnmp_ds_set_int(
	    NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_RETRIES, -1);
}

static void
begin_reading(const char *conf, char why[MASTER_ERROR_MAX])
{
	reading.conf = conf;
	reading.why = why;
	reading.is_wrong = false;
}

static bool
end_reading(void)
{
	reading.conf = NULL;
	return !reading.is_wrong;
}

static bool
begin(const struct master_options *options, char why[MASTER_ERROR_MAX])
{
	/* The library would go on without it. */
	if (access(options->conf, R_OK) != 0) {
		snprintf(why, MASTER_ERROR_MAX, "%s: %s", options->conf,
		    strerror(errno));
		return false;
	}
	(void)netsnmp_register_loghandler(
	    NETSNMP_LOGHANDLER_CALLBACK, LOG_DEBUG);
	(void)snmp_register_callback(
	    SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, library_says, NULL);
	wrappers_begin();
	set_places(options->conf, options->folder);
	if (!begin_modules(why))
		return false;
	if (!handler_register(
		&options->serve, options->regions, options->nregions)) {
		snprintf(why, MASTER_ERROR_MAX, "cannot register our objects");
		return false;
	}
	begin_reading(options->conf, why);
	init_snmp(NAME);
	return end_reading();
}

static bool
make_folder(const char *folder, char why[MASTER_ERROR_MAX])
{
	if (mkdir(folder, 0700) == 0 || errno == EEXIST)
		return true;
	snprintf(why, MASTER_ERROR_MAX, "%s: %s", folder, strerror(errno));
	return false;
}

static bool
listen_for_managers(char why[MASTER_ERROR_MAX])
{
	const char *where = netsnmp_ds_get_string(
	    NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_PORTS);

	errno = 0;
	if (init_master_agent() == 0)
		return true;
	snprintf(why, MASTER_ERROR_MAX, "cannot listen at %s%s%s",
	    where != NULL ? where : "udp:161", errno != 0 ? ": " : "",
	    errno != 0 ? strerror(errno) : "");
	return false;
}

static void
master_free(struct master *master)
{
	netsnmp_large_fd_set_cleanup(&master->fds);
	free(master->conf);
	free(master);
}

struct master *
master_open(struct loop *loop, const struct master_options *options,
    char why[MASTER_ERROR_MAX])
{
	struct master *master = calloc(1, sizeof *master);
	char *conf = strdup(options->conf);

	if (master == NULL || conf == NULL) {
		snprintf(why, MASTER_ERROR_MAX, "out of memory");
		free(master);
		free(conf);
		return NULL;
	}
	master->conf = conf;
	master->loop = loop;
	master->options = *options;
	master->timer = (struct timer){ .expired = expired, .arg = master };
	master->answer = (struct task){ .run = answer, .arg = master };
	netsnmp_large_fd_set_init(&master->fds, FDS_FIRST);
	if (!make_folder(options->folder, why) ||
	    !begin(&master->options, why) || !listen_for_managers(why)) {
		master_free(master);
		return NULL;
	}
	snmp_store(NAME);
	send_easy_trap(SNMP_TRAP_COLDSTART, 0);
	update_ports(master);
	return master;
}

void
master_close(struct master *master)
{
	if (master == NULL)
		return;
	loop_undefer(master->loop, &master->answer);
	loop_timer_clear(master->loop, &master->timer);
	while (master->ports != NULL)
		remove_port(&master->ports);
	snmp_shutdown(NAME);
	shutdown_agent();
	master_free(master);
}

bool
master_reload(struct master *master, char why[MASTER_ERROR_MAX])
{
	begin_reading(master->conf, why);
	update_config();
	update_ports(master);
	return end_reading();
}

bool
master_try(const char *conf, char why[MASTER_ERROR_MAX])
{
	const struct master_options options = { .conf = conf,
		.folder = "/nonexistent" };

	netsnmp_ds_set_boolean(
	    NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	return begin(&options, why);
}
