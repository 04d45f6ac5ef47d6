/* wishes_xml.c - lists of devices as XML; see wishes.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <expat.h>

#include "base/error.h"
#include "wishes.h"

struct reading {
	struct lc_wishes *list;
	XML_Parser parser;
	struct lc_detail *detail;
	unsigned depth; /* of open elements: devices, device */
	enum lc_err err;
};

static void stop(struct reading *, enum lc_err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
stop(struct reading *r, enum lc_err err, const char *format, ...)
{
	char what[200];
	va_list args;

	if (r->err != LC_OK)
		return;
	va_start(args, format);
	(void)vsnprintf(what, sizeof what, format, args);
	va_end(args);
	r->err = lc_fail(r->detail, err, "line %lu: %s",
	    (unsigned long)XML_GetCurrentLineNumber(r->parser), what);
	(void)XML_StopParser(r->parser, XML_FALSE);
}

static void
attribute_read(struct reading *r, struct lc_wish *wish, const char *name,
    const char *value)
{
	char *copy = lc_arena_text(&r->list->arena, value);

	if (copy == NULL)
		stop(r, LC_ENOMEM, "%s", lc_strerror(LC_ENOMEM));
	else if (strcmp(name, "udi") == 0)
		wish->udi = copy;
	else if (strcmp(name, "sku") == 0)
		wish->sku = copy;
	else if (strcmp(name, "quantity") == 0)
		(void)lc_wish_quantity(wish, copy);
	else
		stop(r, LC_EFILE, "unknown attribute \"%.60s\"", name);
}

static void
device_read(struct reading *r, const char **attributes)
{
	struct lc_detail full;
	struct lc_wish *wish;

	if (lc_wishes_room(r->list, &full) != LC_OK) {
		stop(r, LC_EFILE, "%s", full.text);
		return;
	}
	wish = lc_wishes_next(r->list,
	    (unsigned)XML_GetCurrentLineNumber(r->parser));
	if (wish == NULL)
		stop(r, LC_ENOMEM, "%s", lc_strerror(LC_ENOMEM));
	for (; wish != NULL && attributes[0] != NULL; attributes += 2)
		attribute_read(r, wish, attributes[0], attributes[1]);
}

static void XMLCALL
on_start(void *arg, const char *name, const char **attributes)
{
	static const char *const names[] = { "devices", "device" };
	struct reading *r = arg;

	if (r->depth >= 2 || strcmp(name, names[r->depth]) != 0)
		stop(r, LC_EFILE, "<%.60s> does not belong here", name);
	else if (r->depth == 0 && attributes[0] != NULL)
		stop(r, LC_EFILE, "<devices> has no attributes");
	else if (r->depth == 1)
		device_read(r, attributes);
	r->depth++;
}

static void XMLCALL
on_end(void *arg, const char *name)
{
	struct reading *r = arg;

	(void)name;
	r->depth--;
}

static void XMLCALL
on_text(void *arg, const char *text, int len)
{
	for (int i = 0; i < len; i++) {
		if (strchr(" \t\r\n", text[i]) == NULL) {
			stop(arg, LC_EFILE, "text does not belong here");
			return;
		}
	}
}

static void XMLCALL
on_doctype(void *arg, const char *name, const char *system_id,
    const char *public_id, int has_subset)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_subset;
	stop(arg, LC_EFILE, "a document type is not allowed");
}

static void XMLCALL
on_instruction(void *arg, const char *target, const char *data)
{
	(void)data;
	stop(arg, LC_EFILE, "<?%.60s?> is not allowed", target);
}

static enum lc_err
parse(struct reading *r, const char *text, size_t len)
{
	XML_Parser parser = r->parser;

	XML_SetUserData(parser, r);
	XML_SetElementHandler(parser, on_start, on_end);
	XML_SetCharacterDataHandler(parser, on_text);
	XML_SetStartDoctypeDeclHandler(parser, on_doctype);
	XML_SetProcessingInstructionHandler(parser, on_instruction);
	if (XML_Parse(parser, text, (int)len, XML_TRUE) == XML_STATUS_OK)
		return LC_OK;
	if (r->err != LC_OK)
		return r->err;
	if (XML_GetErrorCode(parser) == XML_ERROR_NO_MEMORY)
		return LC_ENOMEM;
	return lc_fail(r->detail, LC_EFILE, "line %lu: not XML: %s",
	    (unsigned long)XML_GetCurrentLineNumber(parser),
	    XML_ErrorString(XML_GetErrorCode(parser)));
}

enum lc_err
lc_wishes_xml(struct lc_wishes *list, const char *text, size_t len,
    struct lc_detail *detail)
{
	struct reading r = { .list = list, .detail = detail };
	enum lc_err err = lc_wishes_check(text, len, detail);

	if (err != LC_OK)
		return err;
	if ((r.parser = XML_ParserCreate("UTF-8")) == NULL)
		return LC_ENOMEM;
	err = parse(&r, text, len);
	XML_ParserFree(r.parser);
	if (err == LC_OK && list->n == 0)
		return lc_fail(detail, LC_EFILE, "no device in it");
	return err;
}
