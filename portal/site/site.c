/* site.c - see site.h. */
#include "portal/site/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>

#include "array.h"
#include "portal/access.h"
#include "portal/api.h"
#include "portal/api_write.h"
#include "portal/site/assets.h"
#include "portal/site/sign.h"
#include "portal/site/visit.h"
#include "web/answer.h"
#include "web/route.h"

struct whole {
	struct site site;
	struct web_templates *templates;
	struct assets *assets;
	char host[256];
};

/*
 * One of: operation, the interface's own, as "POST /api/v1/rmas"; call; or
 * neither, and the template has all.
 */
struct page {
	const char *template, *title;
	const char *operation;
	/* The field of a form that takes the place of the operation's part of
	   the path; NULL: the page's own path has it. */
	const char *part;
	void (*call)(struct visit *);
	bool is_file; /* the operation's answer is one, not JSON */
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

static void
problem(const struct visit *visit, unsigned status, const char *title,
    const char *detail)
{
	visit_answer(visit, status, "problem.html", title,
	    json_pack("{s:s, s:i, s:s}", "title", title, "status", (int)status,
		"detail", detail));
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
		problem(visit, 403, "This page is for others",
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

/* ---- Pages ----------------------------------------------------------- */

static void
write_start(const struct visit *visit, const struct page *page,
    const struct writing *writing)
{
	char why[128];
	json_t *body = web_form_json(visit->form, why, sizeof why);
	const char *part = page->part != NULL
			       ? web_form_text(visit->form, page->part)
			       : visit->parts[0];

	if (body == NULL) {
		web_problem(visit->request, 422, "form", "%s",
		    why[0] != '\0' ? why : "no memory");
		return;
	}
	(void)json_object_del(body, "download"); /* the page's, visit.c */
	write_form(visit->site->portal, visit->request, writing, &visit->token,
	    part, web_form_text(visit->form, "_key"), body);
	json_decref(body);
}

static void
operation_run(const struct visit *visit, const struct page *page)
{
	const struct operation *operation = api_operation(page->operation);
	const char *parts[WEB_PARTS];

	if (!may_see(visit, operation->may))
		return;
	/* Errors are pages in any case. */
	if (!visit_show(visit, page->template, page->title))
		return;
	if (page->is_file)
		(void)web_header_add(visit->request, "Content-Disposition",
		    "attachment; filename=\"licenses.lic\"");
	if (operation->read == NULL) {
		write_start(visit, page, &operation->writing);
		return;
	}
	memcpy(parts, visit->parts, sizeof parts);
	if (page->part != NULL)
		parts[0] = visit->form != NULL
			       ? web_form_text(visit->form, page->part)
			       : web_query(visit->request, page->part);
	if (parts[0] == NULL && page->part != NULL)
		parts[0] = "";
	operation->read(
	    visit->site->portal, visit->request, &visit->token, parts);
}

static void
page_run(struct visit *visit, const struct page *page)
{
	bool is_post = strcmp(web_method(visit->request), "POST") == 0;

	if (is_post) {
		/* A form that cannot be read is answered as a page, too. */
		if (!visit_show(visit, "problem.html", page->title) ||
		    (visit->form = web_form_read(visit->request)) == NULL)
			return;
		web_set_show(visit->request, NULL, NULL);
	}
	if (is_post && !form_is_ours(visit))
		problem(visit, 403, "This form is not from here",
		    "It came from another site, or from a session that has "
		    "ended.  Go back, load the page again, and repeat it.");
	else if (page->call != NULL)
		page->call(visit);
	else if (page->operation != NULL)
		operation_run(visit, page);
	else if (page->leads_to == NULL ||
		 may_see(visit, api_operation(page->leads_to)->may))
		visit_answer(visit, 200, page->template, page->title, NULL);
}

static void
page_handle(void *arg, struct web_request *request,
    const struct web_route *route, const char *const *parts)
{
	struct whole *whole = arg;
	struct visit visit = {
		.site = &whole->site,
		.request = request,
		.parts = parts,
	};

	sign_find(&visit);
	page_run(&visit, route->more);
	web_form_free(visit.form);
	OPENSSL_cleanse(&visit.session, sizeof visit.session);
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
#define OF_PART(what, field, file, words)                              \
	PAGE(.operation = (what), .part = (field), .template = (file), \
	    .title = (words))
#define CALL(function) PAGE(.call = (function), .title = "")

static const struct web_route routes[] = {
	{ "GET", "/", STILL("front.html", "Licenses") },
	{ "GET", "/assets/{name}", asset_handle, NULL },
	/* Signing in. */
	{ "GET", "/sign-in", CALL(sign_page) },
	{ "POST", "/sign-in", CALL(sign_in) },
	{ "POST", "/sign-out", CALL(sign_out) },
	{ "GET", "/link/{secret}", CALL(sign_link_page) },
	{ "POST", "/link/{secret}", CALL(sign_link) },
	/* Redeem a PAK. */
	{ "GET", "/redeem", STILL("redeem.html", "Redeem a PAK") },
	{ "POST", "/redeem/check",
	    OF_PART("GET /api/v1/paks/{code}", "pak", "redeem-check.html",
		"Redeem a PAK") },
	{ "POST", "/redeem",
	    OF_PART("POST /api/v1/paks/{code}/redeem", "_pak", "licenses.html",
		"Your licenses") },
	/* Evaluation. */
	{ "GET", "/evaluation",
	    LEADING("POST /api/v1/evaluations", "evaluation.html",
		"Try a feature") },
	{ "POST", "/evaluation",
	    OF("POST /api/v1/evaluations", "licenses.html",
		"Your evaluation license") },
	/* Move. */
	{ "GET", "/move",
	    LEADING("POST /api/v1/rehosts", "move.html", "Move licenses") },
	{ "POST", "/move/permit",
	    OF("POST /api/v1/rehosts/permits", "move-permit.html",
		"Your permission ticket") },
	{ "POST", "/move",
	    OF("POST /api/v1/rehosts", "licenses.html",
		"Licenses for the new device") },
	/* Replace. */
	{ "GET", "/replace",
	    LEADING("POST /api/v1/rmas", "replace.html", "Replace a device") },
	{ "POST", "/replace",
	    OF("POST /api/v1/rmas", "licenses.html",
		"Licenses for the new device") },
	/* Send again. */
	{ "GET", "/send-again",
	    LEADING("GET /api/v1/devices/{udi}/licenses.lic", "send-again.html",
		"Send again") },
	{ "POST", "/send-again",
	    PAGE(.operation = "GET /api/v1/devices/{udi}/licenses.lic",
		.part = "udi", .is_file = true, .title = "Send again") },
};

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
	problem(&visit, status,
	    status == 404   ? "There is no such page"
	    : status == 405 ? "This page takes other methods"
			    : "This address cannot be read",
	    "Look at the address, or begin at the front page.");
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
		if (page != NULL && page->template != NULL &&
		    !web_templates_have(whole->templates, page->template))
			missing = page->template;
		if (page != NULL && page->leads_to != NULL &&
		    api_operation(page->leads_to) == NULL)
			missing = page->leads_to;
		if (missing != NULL) {
			(void)snprintf(
			    why, size, "there is no \"%s\"", missing);
			return false;
		}
	}
	return true;
}

struct site *
site_open(struct portal *portal, const char *folder, const char *people,
    const char *bootstrap, char *why, size_t size)
{
	struct whole *whole = calloc(1, sizeof *whole);
	struct people_words words;

	if (whole == NULL || (whole->templates = web_templates_new()) == NULL) {
		(void)snprintf(why, size, "no memory");
		free(whole);
		return NULL;
	}
	whole->site.portal = portal;
	whole->site.templates = whole->templates;
	host_take(whole, portal->url);
	if (!web_templates_load(whole->templates, folder, why, size) ||
	    !pages_check(whole, why, size) ||
	    (whole->assets = assets_open(folder, bootstrap, why, size)) ==
		NULL) {
		site_close(&whole->site);
		return NULL;
	}
	if (people != NULL && people_open(people, portal->now,
				  &whole->site.people, &words) != PEOPLE_OK) {
		(void)snprintf(why, size, "people: %s", words.text);
		site_close(&whole->site);
		return NULL;
	}
	return &whole->site;
}

void
site_close(struct site *site)
{
	struct whole *whole = (struct whole *)site;

	if (whole == NULL)
		return;
	people_close(whole->site.people);
	web_templates_free(whole->templates);
	assets_close(whole->assets);
	free(whole);
}
