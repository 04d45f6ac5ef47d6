/* lists.c - lists that are shown as a table: devices, leases, modules. */
#include <stdio.h>

#include "commands.h"
#include "data.h"
#include "out.h"
#include "row.h"
#include "table.h"

struct list {
	const char *name; /* of the request */
	const struct column *columns;
	size_t n;
	enum table_form form;
};

static int
show_list(struct ctl *ctl, const struct list *list)
{
	json_t *rows;
	int status = ask_rows(ctl, list->name, NULL, &rows);

	if (status != EXIT_DONE)
		return status;
	if (ctl->json)
		return print_json(rows);
	table_print(list->columns, list->n, list->form, rows);
	json_decref(rows);
	return EXIT_DONE;
}

/* IOS numbers the members of a stack from 0. */
static const char *
member_text(const json_t *row, char buffer[CELL_SIZE])
{
	snprintf(
	    buffer, CELL_SIZE, "%lld", (long long)number_of(row, "device") - 1);
	return buffer;
}

/* "*0": the master. */
static const char *
device_text(const json_t *row, char buffer[CELL_SIZE])
{
	buffer[0] = is_true(row, "master") ? '*' : ' ';
	snprintf(buffer + 1, CELL_SIZE - 1, "%lld",
	    (long long)number_of(row, "device") - 1);
	return buffer;
}

static const char *
next_level(const json_t *row, char buffer[CELL_SIZE])
{
	(void)buffer;
	return is(row, "wanted", "") ? "highest" : text_of(row, "wanted");
}

static const struct column devices[] = {
	{ "Device#", 10, NULL, device_text },
	{ "PID", 24, "pid", NULL },
	{ "SN", 24, "sn", NULL },
	{ "UDI", 0, "udi", NULL },
};

static const struct column leases[] = {
	{ "Handle", 8, "handle", NULL },
	{ "Process", 9, "pid", NULL },
	{ "User", 8, "uid", NULL },
	{ "Count", 8, "count", NULL },
	{ "State", 12, "state", NULL },
	{ "Feature", 26, "feature", NULL },
	{ "Version", 0, "version", NULL },
};

static const struct column handles[] = {
	{ "Handle", 12, "handle", NULL },
	{ "Feature", 26, "feature", NULL },
	{ "Version", 12, "version", NULL },
	{ "Count", 10, "count", NULL },
	{ "Process", 0, "pid", NULL },
};

static const struct column modules[] = {
	{ "Device#", 10, NULL, member_text },
	{ "Module", 16, "module", NULL },
	{ "Running", 16, "running", NULL },
	{ "Next", 16, NULL, next_level },
	{ "Levels", 0, "levels", NULL },
};

int
show_udi(struct ctl *ctl)
{
	return show_list(
	    ctl, &(struct list){ "devices", devices, NITEMS(devices), TABLE_IOS_LINE });
}

int
show_leases(struct ctl *ctl)
{
	return show_list(
	    ctl, &(struct list){ "leases", leases, NITEMS(leases), TABLE_PLAIN });
}

int
show_handle(struct ctl *ctl)
{
	return show_list(
	    ctl, &(struct list){ "leases", handles, NITEMS(handles), TABLE_PLAIN });
}

int
show_level(struct ctl *ctl)
{
	return show_list(
	    ctl, &(struct list){ "modules", modules, NITEMS(modules), TABLE_PLAIN });
}
