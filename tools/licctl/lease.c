/* lease.c - `license lease end`. */
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "data.h"
#include "out.h"
#include "prompt.h"
#include "row.h"

static bool
has_handle(const json_t *row, const void *handle)
{
	return is(row, "handle", handle);
}

static void
print_lease(const json_t *lease)
{
	print_words(stderr,
	    "Lease %s: process %lld, user %lld: %lld of %s %s, %s",
	    text_of(lease, "handle"), (long long)number_of(lease, "pid"),
	    (long long)number_of(lease, "uid"),
	    (long long)number_of(lease, "count"), text_of(lease, "feature"),
	    text_of(lease, "version"), text_of(lease, "state"));
	fputc('\n', stderr);
}

static int
end(struct ctl *ctl, const json_t *lease, const char *reason)
{
	json_t *result = NULL;
	int status;

	ctl->device = 0; /* the lease says which */
	status = ask(ctl,
	    json_pack("{s:s, s:O, s:O, s:s}", "do", "end_lease", "client",
		json_object_get(lease, "client"), "lease",
		json_object_get(lease, "lease"), "reason", reason),
	    &result);
	if (status == EXIT_DONE && !ctl->json) {
		print_words(stdout, "%s %s, lease %s: ended",
		    text_of(lease, "feature"), text_of(lease, "version"),
		    text_of(lease, "handle"));
		putchar('\n');
	}
	return finish(ctl, status, result);
}

static int
confirm_and_end(struct ctl *ctl, const json_t *lease)
{
	char *reason;
	int status;

	if (!ctl->yes)
		print_lease(lease);
	if (!confirm(ctl, "Are you sure you want to end this lease?"))
		return fail("nothing ended%s",
		    has_terminal() ? "" : "; without a terminal, use --yes");
	if ((reason = join_words(ctl->args + 1, ctl->nargs - 1)) == NULL)
		return fail("out of memory");
	status = end(ctl, lease, reason);
	free(reason);
	return status;
}

int
license_lease_end(struct ctl *ctl)
{
	json_t *rows;
	const json_t *lease;
	int status = ask_rows(ctl, "leases", NULL, &rows);

	if (status != EXIT_DONE)
		return status;
	lease = find_row(rows, has_handle, ctl->args[0]);
	if (lease != NULL)
		status = confirm_and_end(ctl, lease);
	else
		status = fail("lease %s does not exist; \"licctl show leases\" "
			      "lists the leases",
		    ctl->args[0]);
	json_decref(rows);
	return status;
}
