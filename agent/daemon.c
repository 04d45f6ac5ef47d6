/*
 * daemon.c - licagentd, put together: the core, what SNMP sees of it, and the
 * signals.
 */
#include "daemon.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "callhome/callhome.h"
#include "become.h"
#include "clockwatch.h"
#include "compat.h"
#include "control/control.h"
#include "jobs/eventlog.h"
#include "jobs/jobs.h"
#include "log.h"
#include "loop.h"
#include "mib/actions.h"
#include "mib/notify.h"
#include "mib/tables.h"
#include "readiness.h"
#include "snmp/master.h"
#include "user.h"

#define END_MS 1000
/* Room for the name of the file, and why it is not in force. */
#define WHY_MAX (PATH_MAX + CONF_ERROR_MAX + 256)

struct daemon {
	const char *path;
	struct conf *conf;
	struct loop *loop;
	struct agent agent;
	struct jobs *jobs;
	struct callhome *callhome;
	struct mib mib;
	struct sets *sets;
	struct notify *notify;
	struct control *control; /* NULL before it is open */
	struct link *link;       /* of ROLE_AGENTX */
	struct master *master;   /* of ROLE_MASTER */
	struct watch signals;    /* fd is -1 before it is open */
	struct task reload;
	struct timer due;    /* when the core wants to be called */
	enum lc_err due_err; /* why it could not do what was due */
	struct clockwatch clock;
	struct timer end; /* set while answers are awaited */
};

static const uint32_t license_mib[] = { LICENSE_MIB };
static const uint32_t image_mib[] = { IMAGE_MIB };
static const uint32_t entities[] = { ENTITY_TABLE };
static const struct link_region regions[] = {
	{ license_mib, NITEMS(license_mib), 127,
	    "Software licenses of the device, CISCO-LICENSE-MGMT-MIB" },
	{ image_mib, NITEMS(image_mib), 127,
	    "Levels of the device's software, CISCO-IMAGE-LICENSE-MGMT-MIB" },
	/* Whoever knows more of the hardware goes first.  Without a word in
	 * sysORTable: one table is no compliance with ENTITY-MIB, which wants
	 * entLastChangeTime and entConfigChange as well. */
	{ entities, NITEMS(entities), 250, NULL },
};

/* ---- The core ---- */

/* Once when it begins, or has another cause, and once when it is over. */
static void
log_saving(struct daemon *d, enum lc_err err)
{
	if (err != LC_OK && err != d->due_err)
		log_warn("core", "cannot save state: %s; retrying",
		    lc_strerror(err));
	if (err == LC_OK && d->due_err != LC_OK)
		log_info("core", "state saved again");
	d->due_err = err;
}

/* Does what came due, and comes back when the next thing is. */
static void
tick(void *arg)
{
	struct daemon *d = arg;
	int64_t wait_ms;

	log_saving(d, lc_tick(d->agent.core, &wait_ms));
	if (wait_ms >= 0)
		loop_timer_set(d->loop, &d->due, wait_ms);
	control_ticked(d->control);
}

static void
on_notice(void *arg, enum lc_err err, const char *text)
{
	struct daemon *d = arg;

	control_notice(d->control, err, text);
	log_warn("core", "%s", text[0] != '\0' ? text : lc_strerror(err));
	if (err == LC_EIO && d->notify != NULL) /* when is it tried again? */
		loop_timer_set(d->loop, &d->due, 0);
}

static void
on_event(void *arg, const struct lc_event *event)
{
	struct daemon *d = arg;

	eventlog(event);
	if (d->notify == NULL)
		return; /* not everything is open yet */
	notify_poke(d->notify);
	if (d->control != NULL)
		control_event(d->control, event);
	loop_timer_set(d->loop, &d->due, 0); /* other things may be due now */
}

static void
on_lease(void *arg, struct lc_lease *lease)
{
	(void)arg;
	control_lease(lease);
}

static void
on_leases_changed(void *arg)
{
	struct daemon *d = arg;

	loop_timer_set(d->loop, &d->due, 0);
}

static void
on_clock_changed(void *arg)
{
	struct daemon *d = arg;

	callhome_clock_changed(d->callhome);
	loop_timer_set(d->loop, &d->due, 0);
}

/* While the state is loaded nobody reads the descriptor of signals. */
static bool
is_stopped(void *arg)
{
	sigset_t pending;

	(void)arg;
	return sigpending(&pending) == 0 &&
	       (sigismember(&pending, SIGTERM) == 1 ||
		   sigismember(&pending, SIGINT) == 1);
}

static struct lc_options
core_options(struct daemon *d, const struct conf *conf)
{
	struct lc_options options = conf->options;

	options.notice = on_notice;
	options.event = on_event;
	options.lease = on_lease;
	options.stop = is_stopped;
	options.arg = d;
	return options;
}

/* ---- What the link tells ---- */

static void
on_link_up(void *arg)
{
	struct daemon *d = arg;

	notify_poke(d->notify);
}

static void
on_link_down(void *arg)
{
	struct daemon *d = arg;

	notify_link_down(d->notify);
	if (d->end.armed)
		loop_stop(d->loop);
}

static void
on_answered(void *arg, uint32_t packet, bool taken)
{
	struct daemon *d = arg;

	notify_answered(d->notify, packet, taken);
	if (d->end.armed && !notify_waits(d->notify))
		loop_stop(d->loop);
}

/* ---- The control socket ---- */

/*
 * Programs may do without it where it is not asked for; what the operator has
 * asked for has to be there.  False: why says what is wrong.
 */
static bool
listen_for_programs(
    struct daemon *d, const struct conf *conf, char why[CONTROL_ERROR_MAX])
{
	const char *path =
	    conf->control != NULL ? conf->control : CONTROL_DEFAULT;

	control_set_access(d->control, &conf->access);
	if (path[0] == '\0') {
		control_close(d->control);
		return true;
	}
	if (control_listen(d->control, path, why))
		return true;
	if (conf->control != NULL)
		return false;
	log_warn("control",
	    "%s; continuing without a control socket (the key \"control\" sets "
	    "its path)",
	    why);
	return true;
}

static void
on_reload_wanted(void *arg)
{
	struct daemon *d = arg;

	loop_defer(d->loop, &d->reload);
}

static bool
open_callhome(struct daemon *d)
{
	const struct callhome_options options = {
		.loop = d->loop,
		.core = d->agent.core,
		.jobs = d->jobs,
		.conf = &d->conf->call_home,
		.transfer = &d->conf->transfer,
	};

	return (d->callhome = callhome_new(&options)) != NULL;
}

static bool
open_control(struct daemon *d)
{
	const struct control_options options = {
		.loop = d->loop,
		.core = d->agent.core,
		.jobs = d->jobs,
		.callhome = d->callhome,
		.access = d->conf->access,
		.changed = on_leases_changed,
		.reload = on_reload_wanted,
		.arg = d,
	};

	return (d->control = control_new(&options)) != NULL;
}

/* ---- Signals ---- */

static bool
is_same_agent(const struct conf *a, const struct conf *b)
{
	return strcmp(a->snmp_conf, b->snmp_conf) == 0 &&
	       strcmp(a->snmp_state, b->snmp_state) == 0;
}

/* Everything of the core is in force, or nothing is. */
static enum lc_err
reconfigure(struct daemon *d, const struct conf *conf, struct lc_detail *detail)
{
	struct lc_options options = core_options(d, conf);

	if (!user_is_current(conf))
		snprintf(detail->text, sizeof detail->text,
		    "the user cannot be changed to %s while the daemon runs",
		    conf->user);
	else if (conf->role != d->conf->role)
		snprintf(detail->text, sizeof detail->text,
		    "the role cannot be changed while the daemon runs");
	else if (conf->role == ROLE_MASTER && !is_same_agent(d->conf, conf))
		snprintf(detail->text, sizeof detail->text,
		    "snmp_conf and state cannot be changed while the daemon "
		    "runs");
	else
		return lc_reconfigure(d->agent.core, &options, detail);
	return LC_EOPTIONS;
}

/* False: why says what is not in force, and what is. */
static bool
take_configuration(struct daemon *d, struct conf *conf, char why[WHY_MAX])
{
	struct lc_detail detail = { "" };
	enum lc_err err = reconfigure(d, conf, &detail);
	char socket[CONTROL_ERROR_MAX];
	bool good;

	if (err != LC_OK) {
		snprintf(why, WHY_MAX,
		    "%s: %s; the old configuration stays in force", d->path,
		    detail.text[0] != '\0' ? detail.text : lc_strerror(err));
		conf_free(conf);
		return false;
	}
	loop_timer_set(d->loop, &d->due, 0);
	jobs_set_conf(
	    d->jobs, &(struct jobs_conf){ &conf->files, &conf->transfer });
	callhome_set_conf(d->callhome, &conf->call_home, &conf->transfer);
	if (d->link != NULL)
		link_move(d->link, &conf->master);
	good = listen_for_programs(d, conf, socket);
	if (!good)
		snprintf(why, WHY_MAX,
		    "%s; the old control socket stays, the rest of %s is in "
		    "force",
		    socket, d->path);
	conf_free(d->conf);
	d->conf = conf;
	return good;
}

/* The other file of a daemon that is an agent itself. */
static bool
read_snmp_again(struct daemon *d, char why[WHY_MAX])
{
	char wrong[MASTER_ERROR_MAX];

	if (d->master == NULL || master_reload(d->master, wrong))
		return true;
	snprintf(why, WHY_MAX, "%s; the rest of %s, and %s, are in force",
	    wrong, d->conf->snmp_conf, d->path);
	return false;
}

static bool
read_again(struct daemon *d, char why[WHY_MAX])
{
	char error[CONF_ERROR_MAX];
	struct conf *conf = conf_load(d->path, error);

	if (conf != NULL)
		return take_configuration(d, conf, why) &&
		       read_snmp_again(d, why);
	snprintf(
	    why, WHY_MAX, "%s; the old configuration stays in force", error);
	return false;
}

static void
reload(void *arg)
{
	struct daemon *d = arg;
	char why[WHY_MAX];
	bool good;

	/* What a job has begun it ends under the rules it began with. */
	if (jobs_running(d->jobs)) {
		jobs_when_idle(d->jobs, &d->reload);
		return;
	}
	readiness_reloading();
	if ((good = read_again(d, why)))
		log_info("config", "%s is in force", d->path);
	else
		log_error("config", "%s", why);
	readiness_ready();
	control_reloaded(d->control, good ? NULL : why);
}

/*
 * Notifications that are on their way when the daemon ends would come again
 * after the next start: their answers are awaited, but not for long.
 */
static void
end(struct daemon *d)
{
	bool waiting = d->end.armed;

	notify_stop(d->notify);
	if (waiting || !notify_waits(d->notify))
		loop_stop(d->loop);
	else
		loop_timer_set(d->loop, &d->end, END_MS);
}

static void
give_up(void *arg)
{
	struct daemon *d = arg;

	loop_stop(d->loop);
}

static void
on_signal(void *arg, short revents)
{
	struct daemon *d = arg;
	struct signalfd_siginfo info;

	(void)revents;
	if (read(d->signals.fd, &info, sizeof info) != sizeof info)
		return;
	if (info.ssi_signo == SIGHUP) {
		loop_defer(d->loop, &d->reload);
		return;
	}
	log_info(
	    "main", "stopping on SIG%s", sigabbrev_np((int)info.ssi_signo));
	end(d);
}

static bool
open_signals(struct daemon *d)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	/* Who reads our standard error may go before us. */
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
	    sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return false;
	d->signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return d->signals.fd >= 0 && loop_watch(d->loop, &d->signals);
}

/* ---- Opening and closing ---- */

/* Without it a clock that is set is noticed when something is due. */
static void
watch_clock(struct daemon *d)
{
	if (!clockwatch_open(&d->clock, d->loop))
		log_warn("main",
		    "cannot watch the wall clock: %s; checking it less often",
		    strerror(errno));
}

static enum lc_err
open_core(struct daemon *d)
{
	struct lc_options options = core_options(d, d->conf);
	struct lc_detail detail = { "" };
	enum lc_err err = lc_open(&options, &d->agent.core, &detail);

	if (err == LC_ESTOPPED)
		log_info("main", "stopping on a signal; the state was not "
				 "loaded yet");
	else if (err != LC_OK)
		log_error("core", "cannot open the state: %s",
		    detail.text[0] != '\0' ? detail.text : lc_strerror(err));
	return err;
}

static bool
open_tables(struct daemon *d)
{
	const struct jobs_conf conf = { &d->conf->files, &d->conf->transfer };

	files_clean(&d->conf->files);
	d->jobs = jobs_new(d->loop, d->agent.core, &conf);
	if (d->jobs == NULL)
		return false;
	d->agent.actions = actions_new(d->loop, d->jobs, &actions_limits);
	d->agent.exports = actions_new(d->loop, d->jobs, &exports_limits);
	d->mib = (struct mib){ .tables = tables,
		.ntables = ntables,
		.agent = &d->agent,
		.hints = calloc(ntables, sizeof *d->mib.hints) };
	d->sets = sets_new(&d->mib, &d->agent);
	return d->agent.actions != NULL && d->agent.exports != NULL &&
	       d->mib.hints != NULL && d->sets != NULL;
}

static bool
open_link(struct daemon *d, struct sender *sender)
{
	const struct link_options options = {
		.master = d->conf->master,
		.regions = regions,
		.nregions = NITEMS(regions),
		.serve = { &d->mib, d->sets },
		.up = on_link_up,
		.down = on_link_down,
		.answered = on_answered,
		.arg = d,
	};

	if ((d->link = link_new(d->loop, &options)) != NULL)
		*sender = link_sender(d->link);
	else
		log_error("main", "out of memory");
	return d->link != NULL;
}

/* Whoever has asked for a low port needs it no more. */
static bool
open_master(struct daemon *d, struct sender *sender)
{
	const struct master_options options = {
		.conf = d->conf->snmp_conf,
		.folder = d->conf->snmp_state,
		.regions = regions,
		.nregions = NITEMS(regions),
		.serve = { &d->mib, d->sets },
		.answered = on_answered,
		.arg = d,
	};
	char why[MASTER_ERROR_MAX];

	if ((d->master = master_open(d->loop, &options, why)) == NULL) {
		log_error("snmp", "%s", why);
		return false;
	}
	*sender = master_sender(d->master);
	if (geteuid() != 0)
		become_without_ports();
	log_info(
	    "snmp", "answering SNMP, configured by %s", d->conf->snmp_conf);
	return true;
}

/* False: logged. */
static bool
open_snmp(struct daemon *d)
{
	struct sender sender;

	if ((d->notify = notify_new(d->loop, d->agent.core)) == NULL) {
		log_error("main", "out of memory");
		return false;
	}
	if (d->conf->role == ROLE_MASTER ? !open_master(d, &sender)
					 : !open_link(d, &sender))
		return false;
	notify_set_sender(d->notify, &sender);
	notify_poke(d->notify);
	loop_timer_set(d->loop, &d->due, 0);
	return true;
}

struct daemon *
daemon_open(const char *path, struct conf *conf, bool *stopped)
{
	struct daemon *d = calloc(1, sizeof *d);
	char why[CONTROL_ERROR_MAX];
	enum lc_err err;

	*stopped = false;
	if (d == NULL) {
		conf_free(conf);
		log_error("main", "out of memory");
		return NULL;
	}
	d->path = path;
	d->conf = conf;
	d->signals = (struct watch){
		.fd = -1, .events = POLLIN, .ready = on_signal, .arg = d
	};
	d->reload = (struct task){ .run = reload, .arg = d };
	d->due = (struct timer){ .expired = tick, .arg = d };
	d->end = (struct timer){ .expired = give_up, .arg = d };
	d->clock = (struct clockwatch){
		.watch.fd = -1, .changed = on_clock_changed, .arg = d
	};
	if ((d->loop = loop_new()) == NULL || !open_signals(d))
		log_error("main", "cannot start: %s", strerror(errno));
	else if ((err = open_core(d)) != LC_OK)
		*stopped = err == LC_ESTOPPED;
	else {
		if (!open_tables(d) || !open_callhome(d) || !open_control(d))
			log_error("main", "out of memory");
		else if (!open_snmp(d))
			; /* it has said why */
		else if (listen_for_programs(d, d->conf, why)) {
			watch_clock(d);
			return d;
		} else
			log_error("control", "%s", why);
	}
	daemon_close(d);
	return NULL;
}

void
daemon_close(struct daemon *d)
{
	if (d == NULL)
		return;
	/* What the master had begun is undone while the jobs it may start are
	 * there. */
	link_free(d->link);
	master_close(d->master);
	sets_free(d->sets);
	notify_free(d->notify);
	d->notify = NULL;
	control_free(d->control);
	d->control = NULL;
	callhome_free(d->callhome);
	actions_free(d->agent.exports);
	actions_free(d->agent.actions);
	jobs_free(d->jobs);
	lc_close(d->agent.core);
	free(d->mib.hints);
	loop_unwatch(d->loop, &d->signals);
	if (d->signals.fd >= 0)
		close(d->signals.fd);
	clockwatch_close(&d->clock);
	loop_free(d->loop);
	conf_free(d->conf);
	free(d);
}

bool
daemon_run(struct daemon *d)
{
	if (loop_run(d->loop))
		return true;
	log_error("main", "cannot wait for events: %s", strerror(errno));
	return false;
}
