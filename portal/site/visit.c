/* visit.c - see visit.h. */
#include "portal/site/visit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/token.h"
#include "array.h"
#include "portal/access.h"
#include "portal/api.h"
#include "portal/site/files.h"
#include "portal/site/problem.h"
#include "portal/site/qr.h"
#include "web/answer.h"

#define PAGE_MAX (8 << 20) /* bytes */
#define QUERY_MAX 16384

/* What is shown, kept until the answer is there. */
struct showing {
	struct site *site;
	struct lc_token token;
	const char *template;
	void (*prepare)(json_t *value, const json_t *page);
	bool is_answer;
	struct view_form form;
	char page[]; /* the frame, as JSON */
};

/* ---- The frame of a page --------------------------------------------- */

static json_t *
person_json(const struct visit *visit)
{
	const struct person *person = &visit->session.person;

	return visit->signed_in
		   ? json_pack("{s:s, s:s, s:s}", "name", person->name,
			 "account", person->account, "role", person->role)
		   : json_null();
}

static json_t *
fields_json(const struct visit *visit)
{
	char why[128];
	json_t *fields = visit->form != NULL
			     ? web_form_json(visit->form, why, sizeof why)
			     : NULL;

	return fields != NULL ? fields : json_object();
}

/* What leads to operations is shown to those who may use them. */
static json_t *
may_json(enum lc_role role)
{
	static const struct {
		const char *what, *operation;
	} all[] = {
		{ "list", "GET /api/v1/licenses" },
		{ "redeem", "POST /api/v1/contracts/{number}/redeem" },
		{ "send", "GET /api/v1/devices/{udi}/licenses.lic" },
		{ "administer", "POST /api/v1/tokens" },
		{ "catalog", "PUT /api/v1/catalog" },
		{ "paks", "POST /api/v1/paks" },
		{ "approve", "POST /api/v1/devices/{udi}/approve" },
		{ "audit", "POST /api/v1/log/audit" },
		{ "make_lots", "POST /api/v1/lots" },
		{ "see_waiting", "GET /api/v1/approvals" },
		{ "see_keys", "GET /api/v1/keys/proposals" },
	};
	json_t *may = json_object();

	for (size_t i = 0; i < NITEMS(all); i++) {
		const struct operation *o = api_operation(all[i].operation);

		(void)json_object_set_new(may, all[i].what,
		    json_boolean(
			role == LC_ROLE_ADMIN || (o->may & MAY(role)) != 0));
	}
	return may;
}

/* ---- Queries --------------------------------------------------------- */

/* Of lists; see licportal-api(7). */
static const char *const filters[] = { "udi", "feature", "type", "pak", "sku",
	"order", "account", "left", "days", "expiring", "kind", "subject",
	"who", "since", "until", "sort", "match", "limit" };

/* What a link fills a form with. */
static const char *const fills[] = { "license", "from", "to" };

static json_t *
query_json(const struct visit *visit)
{
	json_t *query = json_object();

	for (size_t i = 0; i < NITEMS(fills); i++) {
		const char *text = web_query(visit->request, fills[i]);

		if (text != NULL)
			(void)json_object_set_new(
			    query, fills[i], json_string(text));
	}
	for (size_t i = 0; i < NITEMS(filters); i++) {
		const char *text = web_query(visit->request, filters[i]);

		if (text != NULL)
			(void)json_object_set_new(
			    query, filters[i], json_string(text));
	}
	return query;
}

bool
visit_has_empty_filter(const struct visit *visit)
{
	for (size_t i = 0; i < NITEMS(filters); i++) {
		const char *text = web_query(visit->request, filters[i]);

		if (text != NULL && text[0] == '\0')
			return true;
	}
	return false;
}

static void
text_add(struct buffer *out, const char *text)
{
	buffer_append(out, text, strlen(text));
}

static void
coded_add(struct buffer *out, const char *text)
{
	char code[4];

	for (; *text != '\0'; text++) {
		(void)snprintf(code, sizeof code, "%%%02X",
		    (unsigned)(unsigned char)*text);
		text_add(out, code);
	}
}

static void
filter_add(const struct visit *visit, const char *name, struct buffer *out)
{
	const char *text = web_query(visit->request, name);

	if (text == NULL || text[0] == '\0')
		return;
	text_add(out, name);
	text_add(out, "=");
	coded_add(out, text);
	text_add(out, "&");
}

void
visit_query(const struct visit *visit, struct buffer *out)
{
	text_add(out, "?");
	for (size_t i = 0; i < NITEMS(filters); i++)
		filter_add(visit, filters[i], out);
}

/* The address with the filters but those of a page. */
static void
all_query(const struct visit *visit, struct buffer *out)
{
	text_add(out, "?");
	for (size_t i = 0; i < NITEMS(filters); i++) {
		if (strcmp(filters[i], "limit") != 0)
			filter_add(visit, filters[i], out);
	}
	text_add(out, "format=csv&limit=all");
}

/* The same list from its other end. */
static void
turned_query(const struct visit *visit, struct buffer *out)
{
	const char *sort = web_query(visit->request, "sort");

	text_add(out, "?");
	for (size_t i = 0; i < NITEMS(filters); i++) {
		if (strcmp(filters[i], "sort") != 0)
			filter_add(visit, filters[i], out);
	}
	text_add(out, sort != NULL && strcmp(sort, "newest") == 0
			  ? "sort=oldest"
			  : "sort=newest");
}

static json_t *
here_json(const struct visit *visit,
    void (*add)(const struct visit *, struct buffer *))
{
	struct buffer out = BUFFER_INIT(QUERY_MAX);
	json_t *text;

	add(visit, &out);
	text = out.failed ? json_string("?")
			  : json_stringn((const char *)out.data, out.len);
	buffer_free(&out);
	return text;
}

/* Where the licenses of a form's request go by mail; NULL: nowhere. */
static const char *
mailed(const struct visit *visit)
{
	const char *own = visit->session.person.mail;
	const char *given =
	    visit->form != NULL ? web_form_text(visit->form, "_mail") : "";

	if (visit->site->portal->mailer == NULL)
		return NULL;
	if (given[0] != '\0')
		return given;
	return visit->signed_in && own[0] != '\0' ? own : NULL;
}

/* Pages of the staff that no other tab has. */
static bool
is_of_staff(const char *first)
{
	static const char *const parts[] = { "approvals", "catalog", "keys",
		"log", "lots", "rmas" };

	for (size_t i = 0; i < NITEMS(parts); i++) {
		if (strcmp(first, parts[i]) == 0)
			return true;
	}
	return false;
}

/* The first word of the path. */
static json_t *
at_json(const struct visit *visit)
{
	const char *path = web_path(visit->request) + 1;
	char first[16], name[24];

	(void)snprintf(
	    first, sizeof first, "%.*s", (int)strcspn(path, "/"), path);
	if (is_of_staff(first))
		strcpy(first, "staff");
	/* It may be no text. */
	if (first[strspn(first, "abcdefghijklmnopqrstuvwxyz-")] != '\0')
		first[0] = '\0';
	/* No name that an answer has: those are looked up, too. */
	(void)snprintf(name, sizeof name, "at_%s", first);
	return json_pack("{s:b}", name, true);
}

static json_t *
page_json(const struct visit *visit, const char *title)
{
	enum lc_role role = visit->token.role;
	char key[PEOPLE_SECRET_LEN + 1];

	if (!people_secret(key))
		return NULL;
	return json_pack(
	    "{s:s, s:s, s:o, s:b, s:b, s:b, s:o, s:s, s:s, s:o,"
	    " s:o, s:o, s:o, s:o, s:o, s:s?, s:b, s:b, s:b, s:s?, s:b,"
	    " s:b, s:b}",
	    "title", title, "url", visit->site->portal->url, "person",
	    person_json(visit), "is_staff", lc_role_is_staff(role), "is_admin",
	    role == LC_ROLE_ADMIN, "is_account_admin",
	    role == LC_ROLE_ACCOUNT_ADMIN, "may", may_json(role), "form",
	    visit->signed_in ? visit->session.form : "", "key", key, "fields",
	    fields_json(visit), "query", query_json(visit), "at",
	    at_json(visit), "here", here_json(visit, visit_query), "csv",
	    here_json(visit, all_query), "turned",
	    here_json(visit, turned_query), "cursor",
	    web_query(visit->request, "cursor"), "done",
	    web_query(visit->request, "done") != NULL, "is_form",
	    strcmp(web_method(visit->request), "POST") == 0, "mails",
	    visit->site->portal->mailer != NULL, "mailed", mailed(visit),
	    "passwords", visit->site->has_passwords, "factors",
	    visit->site->has_factors, "named", visit->site->header != NULL);
}

/* ---- Answers --------------------------------------------------------- */

static void
headers_add(struct web_request *request)
{
	static const char *const headers[][2] = {
		{ "Content-Security-Policy",
		    "default-src 'none'; style-src 'self'; script-src 'self'; "
		    "img-src 'self' data:; form-action 'self'; "
		    "frame-ancestors 'none'; base-uri 'none'" },
		{ "X-Frame-Options", "DENY" },
		{ "Cache-Control", "no-store" },
	};

	for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
		(void)web_header_add(request, headers[i][0], headers[i][1]);
}

static void
plain_answer(struct web_request *request, unsigned status, const char *text)
{
	char *copy = strdup(text);

	web_answer(request, status, "text/plain; charset=utf-8", copy,
	    copy != NULL ? strlen(copy) : 1);
}

/* Takes over the page's frame and the value. */
static void
page_answer(const struct site *site, struct web_request *request,
    unsigned status, const char *template, json_t *page, json_t *value)
{
	struct buffer out = BUFFER_INIT(PAGE_MAX);
	bool good;

	if (value == NULL)
		value = json_object();
	good = page != NULL && json_object_set_new(value, "page", page) == 0 &&
	       web_template_render(site->templates, template, value, &out);
	json_decref(value);
	headers_add(request);
	if (good) {
		web_answer(request, status, "text/html; charset=utf-8",
		    (char *)out.data, out.len);
		return;
	}
	buffer_free(&out);
	plain_answer(request, 503, "The page cannot be shown now.\n");
}

static const char *
text_of(const json_t *value, const char *name)
{
	return json_string_value(json_object_get(value, name));
}

static void
redirect(struct web_request *request, const char *path)
{
	headers_add(request);
	(void)web_header_add(request, "Location", path);
	web_answer(request, 303, NULL, NULL, 0);
}

/* The text of a license file is scanned from the screen, if it is small. */
static void
qr_add(json_t *page, const json_t *value)
{
	const char *file = text_of(value, "file");
	bool several = json_is_true(json_object_get(value, "several"));
	char *image = file != NULL && !several ? qr_image(file) : NULL;

	if (image != NULL)
		(void)json_object_set_new(page, "qr", json_string(image));
	free(image);
}

/*
 * The form that was sent is shown again, with what was refused.  False: it
 * cannot be.  Takes over both if it is.
 */
static bool
form_show(const struct showing *showing, struct web_request *request,
    unsigned status, json_t *page, json_t *problem)
{
	static const char *const none[WEB_PARTS] = { NULL };
	const struct view_form *form = &showing->form;
	const struct visit visit = {
		.site = showing->site,
		.request = request,
		.token = showing->token,
		.parts = none,
		.fields = json_object_get(page, "fields"),
	};
	json_t *value;

	/* Who has to wait has nothing to correct. */
	if (status >= 500 || status == 429 || form->template == NULL ||
	    (value = form->read(&visit, form->page)) == NULL)
		return false;
	(void)json_object_set_new(page, "title", json_string(form->title));
	(void)json_object_set_new(page, "back", json_string(form->back));
	(void)json_object_set_new(value, "problem", problem);
	if (form->prepare != NULL)
		form->prepare(value, page);
	page_answer(
	    showing->site, request, status, form->template, page, value);
	return true;
}

/* Takes over both. */
static void
problem_show(const struct showing *showing, struct web_request *request,
    unsigned status, json_t *page, json_t *problem)
{
	/* A page is no file, though one was asked for. */
	web_header_drop(request, "Content-Disposition");
	problem_prepare(problem, page);
	if (form_show(showing, request, status, page, problem))
		return;
	(void)json_object_set_new(page, "title",
	    json_string(status >= 500 ? "Not now" : "This cannot be done"));
	if (status >= 500)
		(void)json_object_set_new(page, "is_unsure", json_true());
	page_answer(
	    showing->site, request, status, "problem.html", page, problem);
}

static void
show(void *arg, struct web_request *request, unsigned status, json_t *value)
{
	json_t *page = json_loads(((struct showing *)arg)->page, 0, NULL);
	/* The other is gone as soon as the page of a form reads something. */
	const struct showing copy = *(struct showing *)arg, *showing = &copy;
	const char *file = text_of(page, "which"),
		   *then = text_of(page, "then");

	if (status >= 400) {
		problem_show(showing, request, status, page, value);
		return;
	}
	if (file != NULL && files_has(value, showing->is_answer) &&
	    files_send(request, value, showing->is_answer, file)) {
		json_decref(page);
		json_decref(value);
		return;
	}
	if (then != NULL) {
		redirect(request, then);
		json_decref(page);
		json_decref(value);
		return;
	}
	if (showing->prepare != NULL)
		showing->prepare(value, page);
	if (showing->form.is_check)
		(void)json_object_set_new(
		    page, "back", json_string(showing->form.back));
	files_list(value, showing->is_answer);
	qr_add(page, value);
	page_answer(
	    showing->site, request, status, showing->template, page, value);
}

/* The mail goes once, and the other two are the page's. */
static bool
is_to_send(const json_t *field)
{
	static const char *const others[] = { "_form", "_file", "_mail" };

	for (size_t i = 0; i < NITEMS(others); i++) {
		if (strcmp(text_of(field, "name"), others[i]) == 0)
			return false;
	}
	return true;
}

/* With these the form is sent once more, for its file. */
static json_t *
sent_json(const struct visit *visit)
{
	json_t *sent = web_form_fields(visit->form);

	for (size_t i = json_array_size(sent); i-- > 0;) {
		if (!is_to_send(json_array_get(sent, i)))
			(void)json_array_remove(sent, i);
	}
	return sent;
}

/* What pages of operations have beyond others. */
static void
frame_add(const struct visit *visit, const struct view *view, json_t *page)
{
	const char *file;

	if (view->then != NULL)
		(void)json_object_set_new(
		    page, "then", json_string(view->then));
	if (visit->form == NULL)
		return;
	file = web_form_text(visit->form, "_file");
	if (file[0] != '\0')
		(void)json_object_set_new(page, "which", json_string(file));
	(void)json_object_set_new(page, "mail_given",
	    json_string(web_form_text(visit->form, "_mail")));
	(void)json_object_set_new(
	    page, "path", json_string(web_path(visit->request)));
	(void)json_object_set_new(page, "sent", sent_json(visit));
}

bool
visit_show(const struct visit *visit, const struct view *view)
{
	json_t *page = page_json(visit, view->title);
	struct showing *showing = NULL;
	char *text;

	if (page != NULL)
		frame_add(visit, view, page);
	text = json_dumps(page, JSON_COMPACT);
	if (text != NULL &&
	    (showing = malloc(sizeof *showing + strlen(text) + 1)) != NULL) {
		*showing = (struct showing){
			.site = visit->site,
			.token = visit->token,
			.template = view->template,
			.prepare = view->prepare,
			.is_answer = view->is_answer,
			.form = view->form,
		};
		strcpy(showing->page, text);
		web_set_show(visit->request, show, showing);
	} else {
		plain_answer(visit->request, 503, "No memory.\n");
	}
	free(text);
	json_decref(page);
	return showing != NULL;
}

void
visit_answer(const struct visit *visit, unsigned status, const char *template,
    const char *title, json_t *value)
{
	page_answer(visit->site, visit->request, status, template,
	    page_json(visit, title), value);
}

void
visit_problem(const struct visit *visit, unsigned status, const char *title,
    const char *detail)
{
	visit_answer(visit, status, "problem.html", title,
	    json_pack("{s:s, s:i, s:s}", "title", title, "status", (int)status,
		"detail", detail));
}

void
visit_redirect(const struct visit *visit, const char *path)
{
	redirect(visit->request, path);
}

void
visit_done(const struct visit *visit, const char *path)
{
	char there[512];

	(void)snprintf(there, sizeof there, "%s?done=1", path);
	redirect(visit->request, there);
}

/* ---- Texts ----------------------------------------------------------- */

char *
visit_cookie(const struct web_request *request, const char *name)
{
	const char *at = web_header(request, "Cookie");
	size_t len = strlen(name);

	while (at != NULL) {
		at += strspn(at, "; ");
		if (strncmp(at, name, len) == 0 && at[len] == '=')
			return strndup(
			    at + len + 1, strcspn(at + len + 1, ";"));
		at = strchr(at, ';');
	}
	return NULL;
}

bool
visit_is_path(const char *path)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-._~%/?=&:";

	return path[0] == '/' && path[1] != '/' &&
	       path[strspn(path, allowed)] == '\0';
}
