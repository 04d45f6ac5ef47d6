/* metrics.c - see metrics.h. */
#include "metrics.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_read.h"
#include "hook.h"
#include "portal/mail/mailer.h"
#include "web/answer.h"

#define REASONS 64 /* the program has fewer kinds of problems */

typedef atomic_ulong classes[WEB_CLASSES];

struct metrics {
	const struct web_route *routes;
	size_t nroutes;
	pthread_mutex_t lock; /* of the reasons */
	struct {
		char kind[32];
		unsigned long n;
	} reasons[REASONS];
	size_t nreasons;
	classes requests[]; /* of the routes, of pages, of others */
};

struct metrics *
metrics_new(const struct web_route *routes, size_t n)
{
	struct metrics *metrics =
	    calloc(1, sizeof *metrics + (n + 2) * sizeof(classes));

	if (metrics == NULL)
		return NULL;
	metrics->routes = routes;
	metrics->nroutes = n;
	(void)pthread_mutex_init(&metrics->lock, NULL); /* cannot fail */
	return metrics;
}

void
metrics_free(struct metrics *metrics)
{
	if (metrics == NULL)
		return;
	(void)pthread_mutex_destroy(&metrics->lock);
	free(metrics);
}

atomic_ulong *
metrics_operation(struct metrics *metrics, size_t i)
{
	return metrics->requests[i];
}

atomic_ulong *
metrics_pages(struct metrics *metrics)
{
	return metrics->requests[metrics->nroutes];
}

atomic_ulong *
metrics_others(struct metrics *metrics)
{
	return metrics->requests[metrics->nroutes + 1];
}

void
metrics_refused(struct metrics *metrics, const char *kind)
{
	size_t i;

	(void)pthread_mutex_lock(&metrics->lock);
	for (i = 0; i < metrics->nreasons &&
		    strcmp(metrics->reasons[i].kind, kind) != 0;
	     i++)
		;
	if (i == metrics->nreasons && i < REASONS) {
		(void)snprintf(metrics->reasons[i].kind,
		    sizeof metrics->reasons[i].kind, "%s", kind);
		metrics->nreasons++;
	}
	if (i < REASONS)
		metrics->reasons[i].n++;
	(void)pthread_mutex_unlock(&metrics->lock);
}

/* ---- Printing -------------------------------------------------------- */

static void
head_print(FILE *file, const char *name, const char *type, const char *help)
{
	fprintf(file, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
number_print(FILE *file, const char *name, const char *type, const char *help,
    unsigned long number)
{
	head_print(file, name, type, help);
	fprintf(file, "%s %lu\n", name, number);
}

/* Those of an operation that were answered at all. */
static void
requests_print(const char *operation, atomic_ulong *counted, FILE *file)
{
	for (unsigned i = 0; i < WEB_CLASSES; i++) {
		unsigned long n = atomic_load(&counted[i]);

		if (n > 0)
			fprintf(file,
			    "licportal_requests_total{operation=\"%s\","
			    "status=\"%uxx\"} %lu\n",
			    operation, i, n);
	}
}

static void
all_requests_print(struct metrics *metrics, FILE *file)
{
	char operation[128];

	head_print(
	    file, "licportal_requests_total", "counter", "Requests answered.");
	for (size_t i = 0; i < metrics->nroutes; i++) {
		(void)snprintf(operation, sizeof operation, "%s %s",
		    metrics->routes[i].method, metrics->routes[i].pattern);
		requests_print(operation, metrics_operation(metrics, i), file);
	}
	requests_print("page", metrics_pages(metrics), file);
	requests_print("none", metrics_others(metrics), file);
}

static void
refusals_print(struct metrics *metrics, FILE *file)
{
	head_print(file, "licportal_refusals_total", "counter",
	    "Requests refused, by the kind of the problem.");
	(void)pthread_mutex_lock(&metrics->lock);
	for (size_t i = 0; i < metrics->nreasons; i++)
		fprintf(file, "licportal_refusals_total{reason=\"%s\"} %lu\n",
		    metrics->reasons[i].kind, metrics->reasons[i].n);
	(void)pthread_mutex_unlock(&metrics->lock);
}

static void
desk_print(struct desk *desk, FILE *file)
{
	struct desk_counts counts;

	desk_count(desk, &counts);
	number_print(file, "licportal_waiting", "gauge",
	    "Requests that wait for the issuing process.", desk_waiting(desk));
	histogram_print(&counts.groups, "licportal_commit_requests",
	    "Requests that one commit of the issuing process did.", file);
	histogram_print(&counts.seconds, "licportal_issuing_seconds",
	    "Time from asking the issuing process to its answer.", file);
}

static void
hooks_print(struct hooks *hooks, FILE *file)
{
	static const char name[] = "licportal_webhook_deliveries_total";
	struct hook_counts counts;

	hooks_count(hooks, &counts);
	head_print(file, name, "counter",
	    "Events told to webhooks, and attempts that failed.");
	fprintf(file,
	    "%s{result=\"delivered\"} %lu\n%s{result=\"failed\"} %lu\n", name,
	    counts.delivered, name, counts.failed);
	number_print(file, "licportal_webhooks_stopped_total", "counter",
	    "Webhooks that were stopped after failing for too long.",
	    counts.stopped);
}

static void
mails_print(struct mailer *mailer, FILE *file)
{
	static const char name[] = "licportal_mails_total";
	struct mailer_counts counts;

	if (mailer == NULL)
		return;
	mailer_count(mailer, &counts);
	head_print(file, name, "counter",
	    "Mails sent, attempts that failed, and mails given up.");
	fprintf(file,
	    "%s{result=\"sent\"} %lu\n%s{result=\"failed\"} %lu\n"
	    "%s{result=\"given_up\"} %lu\n",
	    name, counts.sent, name, counts.failed, name, counts.given_up);
	number_print(file, "licportal_mails_waiting", "gauge",
	    "Mails that wait to be sent.", counts.waiting);
}

void
read_metrics(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);

	(void)token;
	(void)parts;
	if (file == NULL) {
		web_problem(request, 503, "unavailable", "no memory");
		return;
	}
	all_requests_print(portal->metrics, file);
	refusals_print(portal->metrics, file);
	number_print(file, "licportal_unknown_total", "counter",
	    "Requests for PAKs and devices that do not exist.",
	    portal->unknown);
	number_print(file, "licportal_slowed_total", "counter",
	    "Requests of those who have to wait, since they guessed too "
	    "often.",
	    portal->slowed);
	desk_print(portal->desk, file);
	hooks_print(portal->hooks, file);
	mails_print(portal->mailer, file);
	if (fclose(file) != 0) {
		free(text);
		text = NULL;
		len = 1;
	}
	web_answer(request, 200, "text/plain; version=0.0.4", text, len);
}
