/* ticket.c - see ticket.h. */
#include "ticket.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "format/file.h"
#include "format/statement.h"

static char *
ticket_sign(const struct issuer *issuer, const struct ticket *t)
{
	const char *lines[4];
	struct lc_statement s = {
		.kind = LC_PERMISSION_TICKET,
		.id = t->id,
		.issuer = "Test Authority",
		.issued = 1700000000,
		.udi = t->udi != NULL ? t->udi : ISSUER_UDI,
		.seq = t->seq,
		.ids = t->remove,
		.lines = lines,
		.nlines = t->nadd,
		.device = t->device != NULL ? t->device : "",
	};
	struct lc_detail detail = { "" };
	char *text = NULL;

	while (s.nids < 8 && t->remove[s.nids] != NULL)
		s.nids++;
	for (size_t i = 0; i < t->nadd; i++)
		lines[i] = issuer_line(issuer, &t->add[i]);
	CHECK_ERR(lc_statement_sign(&s, issuer->key, &text, &detail), LC_OK,
	    &detail);
	for (size_t i = 0; i < t->nadd; i++)
		free((void *)(uintptr_t)lines[i]);
	REQUIRE(text != NULL);
	return text;
}

char *
ticket_file(const struct issuer *issuer, const struct ticket *t)
{
	struct lc_file_writer w = { 0 };
	char *text = ticket_sign(issuer, t);

	lc_file_writer_text(&w, "A permission ticket of the tests.\n");
	if (t->eula != NULL)
		REQUIRE(lc_file_writer_eula(&w, t->eula, strlen(t->eula),
		    NULL) == LC_OK);
	lc_file_writer_statement(&w, LC_PERMISSION_TICKET, text);
	free(text);
	REQUIRE(lc_file_writer_end(&w) == LC_OK);
	return w.text;
}

struct lc_action *
ticket_run(struct device *d, enum lc_action_kind kind, const char *file,
    struct lc_request r)
{
	struct lc_action *a = NULL;

	r.kind = kind;
	r.data = file;
	r.len = file != NULL ? strlen(file) : 0;
	REQUIRE(lc_action_new(d->lc, &r, &a) == LC_OK);
	lc_action_run(a);
	return a;
}

struct lc_action *
ticket_process(struct device *d, const struct ticket *t, struct lc_request r)
{
	char *file = ticket_file(d->issuer, t);
	struct lc_action *a = ticket_run(d, LC_PROCESS_TICKET, file, r);

	free(file);
	return a;
}

struct lc_statement *
ticket_output(const struct lc_action *a, enum lc_statement_kind kind)
{
	struct lc_detail detail = { "" };
	struct lc_statement *s = NULL;
	struct lc_file *file = NULL;
	const char *output;
	char *text = NULL;
	size_t len;

	output = lc_action_output(a, &len);
	REQUIRE(output != NULL);
	CHECK_UINT(len, strlen(output));
	CHECK_ERR(lc_file_scan(output, len, &file, &detail), LC_OK, &detail);
	CHECK_ERR(lc_file_statement(file, kind, &text, &detail), LC_OK,
	    &detail);
	CHECK_ERR(lc_statement_open(kind, text, NULL, &s, &detail), LC_OK,
	    &detail);
	REQUIRE(s != NULL);
	lc_file_free(file);
	free(text);
	return s;
}
