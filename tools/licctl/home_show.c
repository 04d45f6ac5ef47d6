/* home_show.c - `show license call-home`. */
#include <stdio.h>

#include "commands.h"
#include "data.h"
#include "home.h"
#include "out.h"
#include "row.h"

static void
print_item(const char *name, const char *value)
{
	printf("\t%-15s", name);
	print_text(stdout, value);
	putchar('\n');
}

static const char *
or_none(const json_t *home, const char *key)
{
	return is(home, key, "") ? "none" : text_of(home, key);
}

static void
print_portal(const json_t *home)
{
	char text[640];

	puts("Licensing Portal");
	if (is(home, "url_from", "none"))
		print_item("url", "none");
	else {
		snprintf(text, sizeof text, "%s, %s", text_of(home, "url"),
		    is(home, "url_from", "operator")
			? "set by \"license call-home url\""
			: "from the configuration");
		print_item("url", text);
	}
	print_item("proxy", or_none(home, "proxy"));
	print_item("CA file", is(home, "ca_file", "")
				  ? "the system's"
				  : text_of(home, "ca_file"));
	print_item("token", is_true(home, "token") ? "present" : "none");
	if (!is_true(home, "report"))
		print_item("report", "off");
	else {
		snprintf(text, sizeof text, "daily, next at %s",
		    text_of(home, "next_report"));
		print_item("report", text);
	}
}

static void
print_last(const json_t *last)
{
	puts("Last Contact");
	if (!json_is_object(last)) {
		print_item("time", "never");
		return;
	}
	print_item("time", text_of(last, "at"));
	print_item("purpose", text_of(last, "kind"));
	print_item("outcome",
	    is(last, "code", "") ? "answered" : text_of(last, "text"));
}

/* "install PAK *ABCD", "revoke to PID:SN, licenses revoked" */
void
print_home_request(FILE *to, const json_t *row)
{
	print_words(to, "%s %s", text_of(row, "at"), text_of(row, "kind"));
	if (!is(row, "pak", ""))
		print_words(to, " pak %s", text_of(row, "pak"));
	if (!is(row, "sku", ""))
		print_words(to, " sku %s", text_of(row, "sku"));
	if (!is(row, "to", ""))
		print_words(to, " udi %s", text_of(row, "to"));
	print_words(to, ", device %s%s", text_of(row, "udi"),
	    is_true(row, "revoked") ? ", licenses revoked" : "");
	putc('\n', to);
}

static void
print_pending(const json_t *rows)
{
	const json_t *row;
	size_t i;

	puts("Requests Without an Answer");
	if (json_array_size(rows) == 0)
		puts("\tnone");
	json_array_foreach(rows, i, row)
	{
		putchar('\t');
		print_home_request(stdout, row);
	}
}

int
show_call_home(struct ctl *ctl)
{
	json_t *home;
	int status;

	ctl->device = 0; /* it is for all devices */
	status = ask(ctl, json_pack("{s:s}", "do", "call_home"), &home);
	if (status != EXIT_DONE || ctl->json)
		return finish(ctl, status, home);
	print_portal(home);
	print_last(json_object_get(home, "last"));
	print_pending(json_object_get(home, "pending"));
	json_decref(home);
	return EXIT_DONE;
}
