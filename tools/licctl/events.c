/* events.c - `show events`. */
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "commands.h"
#include "data.h"
#include "out.h"

/* Uncounted is null. */
static json_t *
count_json(int64_t count)
{
	return count >= 0 ? json_integer(count) : json_null();
}

/* One line for each, so that a reader need not wait for an end. */
static void
print_event_json(const struct lic_event *e)
{
	json_t *event = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, "
				  "s:I, s:o, s:o, s:o}",
	    "kind", e->kind, "at", e->at, "feature", e->feature, "version",
	    e->version, "type", e->type, "device", (json_int_t)e->device,
	    "store", (json_int_t)e->store, "license", (json_int_t)e->license,
	    "left_s", (json_int_t)e->left_s, "end",
	    e->end[0] != '\0' ? json_string(e->end) : json_null(), "count",
	    count_json(e->count), "count_left", count_json(e->count_left));

	(void)json_dumpf(event, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(event);
}

static void
print_event_text(const struct lic_event *e)
{
	print_words(stdout, "%s %s ", e->at, e->kind);
	print_text(stdout, e->feature);
	print_words(
	    stdout, " %s %s, device %u", e->version, e->type, e->device);
	if (e->license != 0)
		printf(", store %u, license %u", e->store, e->license);
	if (e->count >= 0)
		printf(", count %lld", (long long)e->count);
	putchar('\n');
}

static void
print_event(void *arg, const struct lic_event *e)
{
	const struct ctl *ctl = arg;

	if (ctl->device != 0 && e->device != ctl->device)
		return;
	if (ctl->json)
		print_event_json(e);
	else
		print_event_text(e);
	fflush(stdout);
}

/* Until it is interrupted, or standard output has no reader. */
int
show_events(struct ctl *ctl)
{
	const struct lic_options options = { .event = print_event, .arg = ctl };
	struct pollfd waits[] = {
		{ .events = POLLIN },
		{ .fd = STDOUT_FILENO }, /* POLLERR: a pipe without a reader */
	};
	int status = open_daemon(ctl, options);

	if (status != EXIT_DONE)
		return status;
	waits[0].fd = lic_fd(ctl->lic);
	while (!ferror(stdout) && (waits[1].revents & POLLERR) == 0)
		if (poll(waits, 2, -1) > 0 && waits[0].revents != 0 &&
		    lic_process(ctl->lic) == LIC_ENOMEM)
			return fail("out of memory");
	return EXIT_FAILED;
}
