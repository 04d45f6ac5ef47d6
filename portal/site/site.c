/* site.c - see site.h. */
#include "portal/site/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>

#include "array.h"
#include "ops/shown.h"
#include "portal/access.h"
#include "portal/api.h"
#include "portal/api_write.h"
#include "portal/site/adapt.h"
#include "portal/site/assets.h"
#include "portal/site/by_mail.h"
#include "portal/site/me.h"
#include "portal/site/members.h"
#include "portal/site/recover.h"
#include "portal/site/redeem.h"
#include "portal/site/replace.h"
#include "portal/site/shape.h"
#include "portal/site/sign.h"
#include "portal/site/slow.h"
#include "portal/site/visit.h"
#include "web/answer.h"
#include "web/pam.h"
#include "web/route.h"

struct whole {
	struct site site;
	struct web_templates *templates;
	struct assets *assets;
	struct slow *slow;
	char host[256];
};

#define COMPARING_MAX 2 /* passwords at once: each is work for a core */
#define ASKING_MAX 8    /* at once, of others, who are waited for */

#define PAGE_ALSO 2
#define TITLE_SIZE 320

/*
 * One of: operation, the interface's own, as "POST /api/v1/rmas"; call; also
 * alone; or none, and the template has all.
 */
struct page {
	const char *template;
	const char *title; /* "*" at its end is the part of the path */
	const char *operation;
	/* The field of a form that takes the place of the operation's part of
	   the path; NULL: the page's own path has it. */
	const char *part;
	const char *fixed; /* this is that part */
	/* Reading, whose answers the template gets, too. */
	const char *also[PAGE_ALSO];
	/* Makes the form's JSON into the operation's body, or says why it
	   cannot; NULL: it is that.  What reads has no body: it checks. */
	const char *(*adapt)(json_t *body);
	/* Adds what other tables say to what a reading operation answers. */
	void (*look)(const struct visit *, const json_t *fields, json_t *value);
	void (*prepare)(json_t *value, const json_t *page); /* as in visit.h */
	/* Where a success leads; "*" is the part of the path.  NULL: it is
	   shown. */
	const char *then;
	void (*call)(struct visit *);
	bool is_slow;   /* a password is compared or hashed; it has a call */
	unsigned may;   /* who may call; 0: anybody.  See portal/access.h */
	bool is_answer; /* as in visit.h */
	/* A list that is shown the last row first, and whose filters find
	   parts, unless the address says otherwise. */
	bool is_newest, finds_parts;
	/* The page whose form this is the answer of: it is shown again with
	   what was refused.  NULL: there is only problem.html. */
	const char *form;
	/* The operation's answer is a file, not JSON, and has this name; if
	   it begins with ".", that of the device comes before it. */
	const char *file;
	/* A template that leads to an operation: who may do that sees it. */
	const char *leads_to;
};

/* ---- Who asks -------------------------------------------------------- */

/*
 * Browsers say which site a form came from.  A form of a person shows what only
 * their pages know.
 */
static bool
form_is_ours(const struct visit *visit)
{
	const char *origin = web_header(visit->request, "Origin");
	const char *site = web_header(visit->request, "Sec-Fetch-Site");

	if (origin != NULL &&
	    (strncmp(origin, "https://", 8) != 0 ||
		strcasecmp(origin + 8, visit->site->host) != 0))
		return false;
	if (site != NULL && strcmp(site, "same-origin") != 0)
		return false;
	return !visit->signed_in || people_same(visit->session.form,
					web_form_text(visit->form, "_form"));
}

/* False: answered. */
static bool
may_see(const struct visit *visit, unsigned may)
{
	char path[1024];

	if ((may & MAY(visit->token.role)) != 0 ||
	    visit->token.role == LC_ROLE_ADMIN)
		return true;
	if (visit->signed_in) {
		visit_problem(visit, 403, "This page is for others",
		    "Your role does not let you do this.  An administrator "
		    "of your account can change it.");
		return false;
	}
	(void)snprintf(path, sizeof path, "/sign-in?next=%s",
	    strcmp(web_method(visit->request), "GET") == 0
		? web_path(visit->request)
		: "/");
	visit_redirect(visit, visit_is_path(path) ? path : "/sign-in");
	return false;
}

/* ---- Operations ------------------------------------------------------ */

/* The variable part of an operation's path; "" if there is none. */
static const char *
part_of(const struct visit *visit, const struct page *page)
{
	const char *part = visit->parts[0];

	if (page->fixed != NULL)
		return page->fixed;
	if (page->part != NULL && visit->fields != NULL)
		part = json_string_value(
		    json_object_get(visit->fields, page->part));
	else if (page->part != NULL)
		part = visit->form != NULL
			   ? web_form_text(visit->form, page->part)
			   : web_query(visit->request, page->part);
	return part != NULL ? part : "";
}

static void
write_start(const struct visit *visit, const struct page *page,
    const struct writing *writing)
{
	char why[128];
	json_t *body = web_form_json(visit->form, why, sizeof why);
	const char *wrong;

	if (body == NULL) {
		web_problem(visit->request, 422, "form", "%s",
		    why[0] != '\0' ? why : "no memory");
		return;
	}
	if (page->adapt != NULL && (wrong = page->adapt(body)) != NULL)
		web_problem(visit->request, 422, "form", "%s", wrong);
	else if (by_mail_request(visit, part_of(visit, page)))
		write_form(visit->site->portal, visit->request, writing,
		    &visit->token, part_of(visit, page),
		    web_form_text(visit->form, "_key"), body);
	json_decref(body);
}

/* What a reading operation answers, in place of showing it. */
struct gathering {
	json_t **into;
};

static void
gather(void *arg, struct web_request *request, unsigned status, json_t *value)
{
	const struct gathering *g = arg;

	(void)request;
	(void)status;
	*g->into = value;
}

/* The answer of a reading operation, also if that is a problem. */
static json_t *
operation_read(const struct visit *visit, const char *name, const char *part)
{
	const struct operation *operation = api_operation(name);
	const char *const parts[WEB_PARTS] = { part };
	struct gathering *g = malloc(sizeof *g);
	json_t *value = NULL;

	if (g == NULL)
		return NULL;
	g->into = &value;
	web_set_show(visit->request, gather, g);
	if (access_may_ask(visit->site->portal, visit->request, &visit->token))
		operation->read(
		    visit->site->portal, visit->request, &visit->token, parts);
	web_set_show(visit->request, NULL, NULL);
	return value;
}

static bool
is_problem(const json_t *answer)
{
	return json_is_integer(json_object_get(answer, "status"));
}

/* What a form has, the caller's reference; why as web_form_json. */
static json_t *
fields_read(const struct visit *visit, char *why, size_t size)
{
	if (visit->fields != NULL)
		return json_deep_copy(visit->fields);
	return visit->form != NULL ? web_form_json(visit->form, why, size)
				   : json_object();
}

static void
look(const struct visit *visit, const struct page *page, json_t *value)
{
	char why[128];
	json_t *fields = fields_read(visit, why, sizeof why);

	page->look(visit, fields, value);
	json_decref(fields);
}

/*
 * Several reading operations on one page; of members with the same name the
 * last one counts.  A problem of the first is the answer, one of the others
 * leaves their part of the page empty.
 */
static json_t *
operations_gather(const struct visit *visit, const struct page *page)
{
	json_t *all =
	    page->operation != NULL
		? operation_read(visit, page->operation, part_of(visit, page))
		: json_object();
	bool failed = all == NULL || is_problem(all);

	for (size_t i = 0; i < PAGE_ALSO && !failed && page->also[i] != NULL;
	     i++) {
		const struct operation *also = api_operation(page->also[i]);
		json_t *more;

		if ((also->may & MAY(visit->token.role)) == 0 &&
		    visit->token.role != LC_ROLE_ADMIN)
			continue;
		more =
		    operation_read(visit, page->also[i], part_of(visit, page));
		/* The page turns the pages of one list, the first. */
		if (i > 0)
			(void)json_object_del(more, "next");
		if (!is_problem(more))
			(void)json_object_update(all, more);
		json_decref(more);
	}
	if (!failed && page->look != NULL)
		look(visit, page, all);
	return all;
}

static void
operations_read(
    const struct visit *visit, const struct page *page, const struct view *view)
{
	json_t *all = operations_gather(visit, page);

	if (!visit_show(visit, view))
		json_decref(all);
	else if (all == NULL || is_problem(all))
		web_answer_json(visit->request,
		    all != NULL ? (unsigned)json_integer_value(
				      json_object_get(all, "status"))
				: 503,
		    all);
	else
		web_answer_json(visit->request, 200, all);
}

/* False: the form of a page that reads is wrong, answered. */
static bool
form_check(
    const struct visit *visit, const struct page *page, const struct view *view)
{
	char why[128] = "";
	const char *wrong = why;
	json_t *fields;

	if (page->adapt == NULL || visit->form == NULL)
		return true;
	if ((fields = web_form_json(visit->form, why, sizeof why)) != NULL)
		wrong = page->adapt(fields);
	json_decref(fields);
	if (wrong != NULL && visit_show(visit, view))
		web_problem(visit->request, 422, "form", "%s", wrong);
	return wrong == NULL;
}

/* ---- Forms that are shown again -------------------------------------- */

static const struct page *page_at(const char *path);

static json_t *
form_read(const struct visit *visit, const struct page *page)
{
	json_t *value = operations_gather(visit, page);

	if (!is_problem(value))
		return value;
	json_decref(value);
	return NULL;
}

static struct view_form
form_of(const struct page *page)
{
	const struct page *form = NULL, *first = page;
	const char *back = NULL;

	/* A check leads to the next form. */
	while (first != NULL && first->form != NULL) {
		back = first->form;
		first = page_at(back);
		form = form != NULL ? form : first;
	}
	if (form == NULL)
		return (struct view_form){ .template = NULL };
	return (struct view_form){
		.template = form->template,
		.title = form->title,
		.prepare = form->prepare,
		.read = form_read,
		.page = form,
		.back = back,
		.is_check = api_operation(page->operation)->read != NULL,
	};
}

/* ---- Answers --------------------------------------------------------- */

/* Where a success leads; false: it is shown. */
static bool
then_make(
    const struct visit *visit, const struct page *page, char *out, size_t size)
{
	const char *star;

	if (page->then == NULL)
		return false;
	star = strchr(page->then, '*');
	if (star == NULL) {
		(void)snprintf(out, size, "%s?done=1", page->then);
		return true;
	}
	(void)snprintf(out, size, "%.*s", (int)(star - page->then), page->then);
	for (const char *c = part_of(visit, page); *c != '\0'; c++)
		(void)snprintf(out + strlen(out), size - strlen(out), "%%%02X",
		    (unsigned)(unsigned char)*c);
	(void)snprintf(
	    out + strlen(out), size - strlen(out), "%s?done=1", star + 1);
	return true;
}

/* A long part is in no title. */
static void
title_make(
    const struct visit *visit, const struct page *page, char *out, size_t size)
{
	size_t len = strlen(page->title);
	bool has_part = len > 0 && page->title[len - 1] == '*';
	json_t *part = has_part ? json_string(part_of(visit, page)) : NULL;

	(void)snprintf(out, size, "%s", page->title);
	if (has_part)
		out[len - 1] = '\0';
	if (part != NULL && len + json_string_length(part) < size)
		strcpy(out + len - 1, json_string_value(part));
	json_decref(part);
}

/* A form of filters sends those that are left empty, too. */
static void
query_shorten(const struct visit *visit)
{
	struct buffer out = BUFFER_INIT(16384);
	const char *path = web_path(visit->request);

	buffer_append(&out, path, strlen(path));
	visit_query(visit, &out);
	buffer_append(&out, "", 1);
	visit_redirect(visit, out.failed ? "/" : (const char *)out.data);
	buffer_free(&out);
}

static void
file_name(const struct visit *visit, const char *name)
{
	char header[128];

	(void)snprintf(
	    header, sizeof header, "attachment; filename=\"%s\"", name);
	(void)web_header_add(visit->request, "Content-Disposition", header);
}

static bool
wants_csv(const struct visit *visit)
{
	const char *format = web_query(visit->request, "format");

	return format != NULL && strcmp(format, "csv") == 0;
}

/* Without memory the list is as programs get it. */
static void
defaults_set(const struct visit *visit, const struct page *page)
{
	if (page->is_newest)
		(void)web_query_default(visit->request, "sort", "newest");
	if (page->finds_parts)
		(void)web_query_default(visit->request, "match", "part");
}

static void
operation_run(const struct visit *visit, const struct page *page)
{
	const struct operation *operation = api_operation(page->operation);
	char then[1024], title[TITLE_SIZE], name[LC_SHOWN_NAME];
	struct view view = {
		.template = page->template,
		.title = title,
		.prepare = page->prepare,
		.is_answer = page->is_answer,
		.form = form_of(page),
	};
	const char *const parts[WEB_PARTS] = { part_of(visit, page) };

	if (!may_see(visit, operation->may))
		return;
	title_make(visit, page, title, sizeof title);
	if (visit->form == NULL && visit_has_empty_filter(visit)) {
		query_shorten(visit);
		return;
	}
	defaults_set(visit, page);
	if (then_make(visit, page, then, sizeof then))
		view.then = then;
	if (operation->read != NULL && !form_check(visit, page, &view))
		return;
	if (page->also[0] != NULL || page->look != NULL) {
		operations_read(visit, page, &view);
		return;
	}
	/* Errors are pages in any case. */
	if (!visit_show(visit, &view) ||
	    !access_may_ask(visit->site->portal, visit->request, &visit->token))
		return;
	if (page->file != NULL && page->file[0] == '.') {
		lc_shown_name(part_of(visit, page), page->file, name);
		file_name(visit, name);
	} else if (page->file != NULL) {
		file_name(visit, page->file);
	}
	if (page->prepare == report_prepare && wants_csv(visit)) {
		lc_shown_name(part_of(visit, page), ".csv", name);
		file_name(visit, name);
	}
	if (operation->read == NULL)
		write_start(visit, page, &operation->writing);
	else
		operation->read(
		    visit->site->portal, visit->request, &visit->token, parts);
}

/* ---- Pages ----------------------------------------------------------- */

/*
 * Before anything is known of who sent a form, it is shown again only if its
 * page reads no more than a catalog.
 */
static struct view_form
form_unread(const struct page *page)
{
	struct view_form form = { .template = NULL };

	if (page->form != NULL)
		form = form_of(page);
	if (form.page != NULL &&
	    (form.page->operation != NULL || form.page->look != NULL))
		form.template = NULL;
	return form;
}

static void
page_run(struct visit *visit, const struct page *page)
{
	bool is_post = strcmp(web_method(visit->request), "POST") == 0;

	if (is_post) {
		/* A form that cannot be read is answered as a page, too. */
		if (!visit_show(
			visit, &(struct view){ .template = "problem.html",
				   .title = page->title,
				   .form = form_unread(page) }) ||
		    (visit->form = web_form_read(visit->request)) == NULL)
			return;
		web_set_show(visit->request, NULL, NULL);
	}
	if (is_post && !form_is_ours(visit))
		visit_problem(visit, 403, "This form is not from here",
		    "It came from another site, or from a session that has "
		    "ended.  Go back, load the page again, and repeat it.");
	else if (page->may != 0 && !may_see(visit, page->may))
		return;
	else if (page->call != NULL)
		page->call(visit);
	else if (page->operation != NULL)
		operation_run(visit, page);
	else if (page->leads_to != NULL &&
		 !may_see(visit, api_operation(page->leads_to)->may))
		return;
	else if (page->also[0] != NULL)
		operations_read(visit, page,
		    &(struct view){ .template = page->template,
			.title = page->title,
			.prepare = page->prepare });
	else
		visit_answer(visit, 200, page->template, page->title, NULL);
}

static void
visit_run(struct whole *whole, struct web_request *request,
    const struct page *page, const char *const *parts)
{
	struct visit visit = {
		.site = &whole->site,
		.request = request,
		.parts = parts,
	};

	sign_find(&visit);
	page_run(&visit, page);
	web_form_free(visit.form);
	OPENSSL_cleanse(&visit.session, sizeof visit.session);
}

/* A visit that another thread does; of the parts, the first. */
struct later {
	struct whole *whole;
	struct web_request *request;
	const struct page *page;
	char part[];
};

static void
later_run(void *arg)
{
	struct later *later = arg;
	const char *const parts[WEB_PARTS] = { later->part };

	visit_run(later->whole, later->request, later->page, parts);
	free(later);
}

static void
page_later(struct whole *whole, struct web_request *request,
    const struct page *page, const char *const *parts)
{
	const char *part = parts[0] != NULL ? parts[0] : "";
	struct later *later = malloc(sizeof *later + strlen(part) + 1);

	if (later != NULL) {
		later->whole = whole;
		later->request = request;
		later->page = page;
		strcpy(later->part, part);
		if (slow_do(whole->slow, later_run, later))
			return;
		free(later);
	}
	(void)web_header_add(request, "Retry-After", "5");
	visit_problem(
	    &(struct visit){ .site = &whole->site, .request = request }, 503,
	    "Not now", "Too many people sign in just now; try again.");
}

static void
page_handle(void *arg, struct web_request *request,
    const struct web_route *route, const char *const *parts)
{
	const struct page *page = route->more;

	if (page->is_slow)
		page_later(arg, request, page, parts);
	else
		visit_run(arg, request, page, parts);
}

static void
asset_handle(void *arg, struct web_request *request,
    const struct web_route *route, const char *const *parts)
{
	const struct whole *whole = arg;

	(void)route;
	assets_answer(whole->assets, request, parts[0]);
}

#define PAGE(...)                         \
	page_handle, &(const struct page) \
	{                                 \
		__VA_ARGS__               \
	}
#define STILL(file, words) PAGE(.template = (file), .title = (words))
#define LEADING(what, file, words) \
	PAGE(.leads_to = (what), .template = (file), .title = (words))
#define OF(what, file, words) \
	PAGE(.operation = (what), .template = (file), .title = (words))
#define CALL(function) PAGE(.call = (function), .title = "")
#define CALL_OF(who, function) \
	PAGE(.call = (function), .may = (who), .title = "")
#define SLOW(who, function) \
	PAGE(.call = (function), .may = (who), .is_slow = true, .title = "")
#define STILL_OF(who, file, words) \
	PAGE(.may = (who), .template = (file), .title = (words))
/* A form after which a page is shown again. */
#define DOING(what, page) PAGE(.operation = (what), .then = (page), .title = "")
#define MAY_ADMINISTER MAY(LC_ROLE_ACCOUNT_ADMIN)

static const struct web_route routes[] = {
	{ "GET", "/", STILL("front.html", "Licenses for your devices") },
	{ "GET", "/assets/{name}", asset_handle, NULL },
	/* Signing in. */
	{ "GET", "/sign-in", CALL(sign_page) },
	{ "POST", "/sign-in", SLOW(0, sign_in) },
	{ "POST", "/sign-out", CALL(sign_out) },
	{ "GET", "/recover", CALL(recover_page) },
	{ "POST", "/recover", CALL(recover) },
	{ "GET", "/link/{secret}", CALL(sign_link_page) },
	{ "POST", "/link/{secret}", SLOW(0, sign_link) },
	/* Oneself, and others. */
	{ "GET", "/me", CALL_OF(MAY_LIST, me_page) },
	{ "POST", "/me/password", SLOW(MAY_LIST, me_password) },
	{ "POST", "/me/factor", SLOW(MAY_LIST, me_factor_start) },
	{ "POST", "/me/factor/confirm", CALL_OF(MAY_LIST, me_factor_confirm) },
	{ "POST", "/me/factor/end", SLOW(MAY_LIST, me_factor_end) },
	{ "POST", "/me/sessions", CALL_OF(MAY_LIST, me_sessions_end) },
	{ "GET", "/people", CALL_OF(MAY_ADMINISTER, members_page) },
	{ "POST", "/people", CALL_OF(MAY_ADMINISTER, members_add) },
	{ "GET", "/people/{name}", CALL_OF(MAY_ADMINISTER, member_page) },
	{ "POST", "/people/{name}", CALL_OF(MAY_ADMINISTER, member_change) },
	{ "POST", "/people/{name}/link", CALL_OF(MAY_ADMINISTER, member_link) },
	{ "POST", "/people/{name}/factor",
	    CALL_OF(MAY_ADMINISTER, member_factor_end) },
	{ "GET", "/tokens",
	    PAGE(.operation = "GET /api/v1/tokens",
		.also = { "GET /api/v1/accounts" }, .prepare = accounts_prepare,
		.template = "tokens.html", .title = "Tokens") },
	{ "POST", "/tokens",
	    PAGE(.operation = "POST /api/v1/tokens", .form = "/tokens",
		.template = "token.html", .title = "A new token") },
	{ "POST", "/tokens/{name}/stop",
	    DOING("POST /api/v1/tokens/{name}/stop", "/tokens") },
	/* What there is. */
	{ "GET", "/devices",
	    PAGE(.operation = "GET /api/v1/devices",
		.also = { "GET /api/v1/calendar" }, .prepare = calendar_prepare,
		.finds_parts = true, .template = "devices.html",
		.title = "Devices") },
	{ "GET", "/devices/{udi}",
	    PAGE(.operation = "GET /api/v1/devices/{udi}",
		.also = { "GET /api/v1/devices/{udi}/licenses",
		    "GET /api/v1/devices/{udi}/extensions" },
		.is_newest = true, .prepare = device_prepare,
		.template = "device.html", .title = "Device") },
	{ "GET", "/devices/{udi}/history",
	    PAGE(.operation = "GET /api/v1/devices/{udi}/history",
		.is_newest = true, .prepare = history_prepare,
		.template = "device-history.html", .title = "History of *") },
	{ "GET", "/paks",
	    PAGE(.operation = "GET /api/v1/paks",
		.also = { "GET /api/v1/skus", "GET /api/v1/accounts" },
		.is_newest = true, .finds_parts = true, .prepare = paks_prepare,
		.template = "paks.html", .title = "PAKs") },
	{ "GET", "/paks/{code}",
	    PAGE(.operation = "GET /api/v1/paks/{code}",
		.prepare = paks_prepare, .template = "pak.html",
		.title = "PAK") },
	{ "GET", "/licenses",
	    PAGE(.operation = "GET /api/v1/licenses", .is_newest = true,
		.finds_parts = true, .template = "license-list.html",
		.title = "Licenses") },
	{ "GET", "/expiring",
	    PAGE(.operation = "GET /api/v1/reports/{name}", .fixed = "expiring",
		.also = { "GET /api/v1/calendar" }, .prepare = calendar_prepare,
		.template = "expiring.html", .title = "What expires") },
	{ "GET", "/extension",
	    LEADING("POST /api/v1/extensions/requests", "extension.html",
		"Ask for more time") },
	{ "POST", "/extension",
	    PAGE(.operation = "POST /api/v1/extensions/requests",
		.form = "/extension", .template = "extension-asked.html",
		.title = "Ask for more time") },
	{ "GET", "/rmas",
	    PAGE(.operation = "GET /api/v1/rmas", .is_newest = true,
		.finds_parts = true, .template = "rmas.html",
		.title = "Replaced devices") },
	{ "GET", "/reports", STILL_OF(MAY_LIST, "reports.html", "Reports") },
	{ "GET", "/reports/{name}",
	    PAGE(.operation = "GET /api/v1/reports/{name}",
		.prepare = report_prepare, .template = "report.html",
		.title = "Report: *") },
	/* The staff. */
	{ "GET", "/staff",
	    PAGE(.may = MAY_STAFF,
		.also = { "GET /api/v1/approvals",
		    "GET /api/v1/keys/proposals" },
		.prepare = staff_prepare, .template = "staff.html",
		.title = "Staff") },
	{ "POST", "/paks",
	    PAGE(.operation = "POST /api/v1/paks", .form = "/paks",
		.adapt = pak_adapt, .template = "pak-made.html",
		.title = "A new PAK") },
	{ "POST", "/paks/{code}/stop",
	    DOING("POST /api/v1/paks/{code}/stop", "/paks/*") },
	{ "POST", "/paks/{code}/start",
	    DOING("POST /api/v1/paks/{code}/start", "/paks/*") },
	{ "GET", "/catalog",
	    PAGE(.operation = "GET /api/v1/skus",
		.also = { "GET /api/v1/catalog" }, .prepare = catalog_prepare,
		.template = "catalog.html", .title = "Catalog") },
	{ "GET", "/catalog/file",
	    PAGE(.operation = "GET /api/v1/catalog/file",
		.file = "catalog.conf", .title = "Catalog") },
	{ "POST", "/catalog",
	    PAGE(.operation = "PUT /api/v1/catalog", .adapt = catalog_adapt,
		.template = "catalog-loaded.html",
		.title = "The catalog was changed") },
	{ "GET", "/approvals",
	    PAGE(.operation = "GET /api/v1/approvals",
		.prepare = approvals_prepare, .template = "approvals.html",
		.title = "Approvals") },
	{ "POST", "/approvals/{entry}/decline",
	    PAGE(.operation = "POST /api/v1/approvals/{entry}/decline",
		.adapt = decline_adapt, .then = "/approvals", .title = "") },
	{ "POST", "/approvals/device",
	    PAGE(.operation = "POST /api/v1/devices/{udi}/approve",
		.part = "_udi", .adapt = approve_adapt, .then = "/devices/*",
		.title = "") },
	{ "POST", "/approvals/extension",
	    PAGE(.operation = "POST /api/v1/extensions",
		.adapt = extension_adapt, .template = "licenses.html",
		.title = "The extension") },
	{ "POST", "/rmas/{udi}/returned",
	    DOING("POST /api/v1/rmas/{udi}/returned", "/rmas") },
	{ "GET", "/keys",
	    PAGE(.operation = "GET /api/v1/keys",
		.also = { "GET /api/v1/keys/proposals" },
		.prepare = keys_prepare, .template = "keys.html",
		.title = "Keys") },
	{ "GET", "/lots", OF("GET /api/v1/lots", "lots.html", "Lots") },
	{ "POST", "/lots",
	    PAGE(.operation = "POST /api/v1/lots", .form = "/lots",
		.adapt = lot_adapt, .prepare = lot_prepare,
		.template = "lot-made.html", .title = "The lot") },
	{ "POST", "/keys", DOING("POST /api/v1/keys/proposals", "/keys") },
	{ "POST", "/keys/{id}/confirm",
	    DOING("POST /api/v1/keys/proposals/{id}/confirm", "/keys") },
	{ "POST", "/keys/{id}/drop",
	    DOING("POST /api/v1/keys/proposals/{id}/drop", "/keys") },
	{ "GET", "/log",
	    PAGE(.operation = "GET /api/v1/log",
		.also = { "GET /api/v1/log/audit" }, .is_newest = true,
		.finds_parts = true, .prepare = log_prepare,
		.template = "log.html", .title = "Log") },
	{ "POST", "/log/audit", DOING("POST /api/v1/log/audit", "/log") },
	/* Redeem a PAK. */
	{ "GET", "/redeem", STILL("redeem.html", "Redeem a PAK") },
	{ "POST", "/redeem/check",
	    PAGE(.operation = "GET /api/v1/paks/{code}", .part = "pak",
		.form = "/redeem", .also = { "GET /api/v1/skus" },
		.look = redeem_look, .template = "redeem-check.html",
		.title = "Redeem a PAK") },
	{ "POST", "/redeem",
	    PAGE(.operation = "POST /api/v1/paks/{code}/redeem", .part = "pak",
		.form = "/redeem/check", .adapt = redeem_adapt,
		.prepare = redeemed_prepare, .template = "licenses.html",
		.title = "Your licenses") },
	{ "GET", "/contract",
	    LEADING("POST /api/v1/contracts/{number}/redeem", "contract.html",
		"Licenses of a contract") },
	{ "POST", "/contract",
	    PAGE(.operation = "POST /api/v1/contracts/{number}/redeem",
		.part = "contract", .form = "/contract",
		.adapt = contract_adapt, .template = "licenses.html",
		.title = "Your licenses") },
	/* For a device without a network. */
	{ "GET", "/upload", STILL("upload.html", "Upload a request") },
	{ "POST", "/upload",
	    PAGE(.operation = "POST /api/v1/requests", .form = "/upload",
		.adapt = upload_adapt, .prepare = answer_prepare,
		.is_answer = true, .template = "answer.html",
		.title = "The answer") },
	/* Evaluation. */
	{ "GET", "/evaluation",
	    PAGE(.leads_to = "POST /api/v1/evaluations",
		.also = { "GET /api/v1/skus" }, .prepare = evaluation_prepare,
		.template = "evaluation.html", .title = "Try a feature") },
	{ "POST", "/evaluation",
	    PAGE(.operation = "POST /api/v1/evaluations", .form = "/evaluation",
		.adapt = evaluation_adapt, .prepare = trial_prepare,
		.template = "licenses.html",
		.title = "Your evaluation license") },
	/* Move. */
	{ "GET", "/move",
	    LEADING("POST /api/v1/rehosts", "move.html", "Move licenses") },
	{ "GET", "/import",
	    LEADING("POST /api/v1/imports", "import.html",
		"Licenses of another authority") },
	{ "POST", "/import",
	    PAGE(.operation = "POST /api/v1/imports", .form = "/import",
		.template = "imported.html",
		.title = "Licenses of another authority") },
	{ "POST", "/move/check",
	    PAGE(.operation = "GET /api/v1/devices/{udi}/licenses",
		.also = { "GET /api/v1/skus" }, .part = "from", .form = "/move",
		.adapt = move_check, .prepare = move_prepare,
		.template = "move-check.html", .title = "Move licenses") },
	{ "POST", "/move/permit",
	    PAGE(.operation = "POST /api/v1/rehosts/permits",
		.form = "/move/check", .adapt = permit_adapt,
		.template = "move-permit.html",
		.title = "Your permission ticket") },
	{ "POST", "/move",
	    PAGE(.operation = "POST /api/v1/rehosts", .form = "/move",
		.adapt = rehost_adapt, .template = "licenses.html",
		.title = "Licenses for the new device") },
	/* Replace. */
	{ "GET", "/replace",
	    LEADING("POST /api/v1/rmas", "replace.html", "Replace a device") },
	{ "POST", "/replace/check",
	    PAGE(.operation = "GET /api/v1/devices/{udi}/licenses",
		.part = "from", .form = "/replace", .adapt = replace_check,
		.look = replace_look, .prepare = replace_prepare,
		.template = "replace-check.html",
		.title = "Replace a device") },
	{ "POST", "/replace",
	    PAGE(.operation = "POST /api/v1/rmas", .form = "/replace/check",
		.adapt = replace_adapt, .template = "licenses.html",
		.title = "Licenses for the new device") },
	/* Send again. */
	{ "GET", "/send-again",
	    LEADING("GET /api/v1/devices/{udi}/licenses.lic", "send-again.html",
		"Send again") },
	{ "POST", "/send-again",
	    PAGE(.operation = "GET /api/v1/devices/{udi}/licenses.lic",
		.part = "udi", .form = "/send-again", .file = ".lic",
		.title = "Send again") },
	{ "POST", "/send-again/mail",
	    CALL_OF(MAY_ACCOUNT | MAY(LC_ROLE_SUPPORT), by_mail_device) },
};

/* The first of the path: one that is shown comes before what it leads to. */
static const struct page *
page_at(const char *path)
{
	for (size_t i = 0; i < NITEMS(routes); i++) {
		if (strcmp(routes[i].pattern, path) == 0)
			return routes[i].more;
	}
	return NULL;
}

void
site_handle(void *arg, struct web_request *request)
{
	struct whole *whole = arg;
	struct visit visit = { .site = &whole->site, .request = request };
	char allow[64];
	unsigned status =
	    web_route(routes, NITEMS(routes), arg, request, allow);

	if (status == 0)
		return;
	if (status == 405)
		(void)web_header_add(request, "Allow", allow);
	/* Who has signed in keeps the menu. */
	sign_find(&visit);
	visit_problem(&visit, status,
	    status == 404   ? "There is no such page"
	    : status == 405 ? "This page takes other methods"
			    : "This address cannot be read",
	    "Look at the address, or begin at the front page.");
	OPENSSL_cleanse(&visit.session, sizeof visit.session);
}

/* ---- Opening --------------------------------------------------------- */

/* Of the portal's URL. */
static void
host_take(struct whole *whole, const char *url)
{
	const char *host = strstr(url, "://");

	host = host != NULL ? host + 3 : url;
	(void)snprintf(whole->host, sizeof whole->host, "%.*s",
	    (int)strcspn(host, "/"), host);
	whole->site.host = whole->host;
}

/* A page of an operation or template that is not there. */
static bool
pages_check(const struct whole *whole, char *why, size_t size)
{
	for (size_t i = 0; i < NITEMS(routes); i++) {
		const struct page *page = routes[i].more;
		const char *missing = NULL;

		if (page != NULL && page->operation != NULL &&
		    api_operation(page->operation) == NULL)
			missing = page->operation;
		for (size_t j = 0; page != NULL && j < PAGE_ALSO; j++) {
			if (page->also[j] != NULL &&
			    api_operation(page->also[j]) == NULL)
				missing = page->also[j];
		}
		if (page != NULL && page->template != NULL &&
		    !web_templates_have(whole->templates, page->template))
			missing = page->template;
		if (page != NULL && page->leads_to != NULL &&
		    api_operation(page->leads_to) == NULL)
			missing = page->leads_to;
		if (page != NULL && page->form != NULL &&
		    (page_at(page->form) == NULL ||
			page_at(page->form)->template == NULL))
			missing = page->form;
		if (missing != NULL) {
			(void)snprintf(
			    why, size, "there is no \"%s\"", missing);
			return false;
		}
	}
	return true;
}

static bool
pam_compare(void *arg, const char *name, const char *password)
{
	return web_pam_check(arg, name, password);
}

static bool
parts_open(struct whole *whole, const struct site_options *options, char *why,
    size_t size)
{
	struct site *site = &whole->site;
	struct people_words words;

	if (options->people != NULL &&
	    people_open(options->people, site->portal->now, &site->people,
		&words) != PEOPLE_OK) {
		(void)snprintf(why, size, "people: %s", words.text);
		return false;
	}
	if (options->pam != NULL)
		people_compared_by(
		    site->people, pam_compare, (void *)options->pam);
	whole->slow =
	    slow_open(options->pam != NULL ? ASKING_MAX : COMPARING_MAX);
	if (whole->slow == NULL)
		(void)snprintf(why, size, "no thread");
	return whole->slow != NULL;
}

/* With the templates and the files beside them.  NULL: why is a sentence. */
static struct whole *
whole_new(const struct site_options *options, char *why, size_t size)
{
	struct whole *whole = calloc(1, sizeof *whole);

	if (whole == NULL || (whole->templates = web_templates_new()) == NULL)
		(void)snprintf(why, size, "no memory");
	else if (web_templates_load(
		     whole->templates, options->pages, why, size) &&
		 pages_check(whole, why, size) &&
		 (whole->assets = assets_open(
		      options->pages, options->bootstrap, why, size)) != NULL)
		return whole;
	site_close((struct site *)whole);
	return NULL;
}

bool
site_check(const struct site_options *options, char *why, size_t size)
{
	struct whole *whole = whole_new(options, why, size);

	site_close((struct site *)whole);
	return whole != NULL;
}

struct site *
site_open(struct portal *portal, const struct site_options *options, char *why,
    size_t size)
{
	struct whole *whole = whole_new(options, why, size);

	if (whole == NULL)
		return NULL;
	whole->site.portal = portal;
	whole->site.templates = whole->templates;
	whole->site.header = options->header;
	whole->site.has_factors = options->header == NULL;
	whole->site.has_passwords =
	    options->header == NULL && options->pam == NULL;
	host_take(whole, portal->url);
	if (parts_open(whole, options, why, size))
		return &whole->site;
	site_close(&whole->site);
	return NULL;
}

void
site_end(struct site *site)
{
	slow_end(((struct whole *)site)->slow);
}

void
site_close(struct site *site)
{
	struct whole *whole = (struct whole *)site;

	if (whole == NULL)
		return;
	slow_close(whole->slow);
	people_close(whole->site.people);
	web_templates_free(whole->templates);
	assets_close(whole->assets);
	free(whole);
}
