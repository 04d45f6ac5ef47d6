/* form.h - the keys of a catalog's file: tables to read and write it. */
#ifndef LC_CATALOG_FORM_H
#define LC_CATALOG_FORM_H

#include "catalog.h"

enum lc_field_kind {
	LC_FIELD_CODE,   /* a text without blanks and quotes */
	LC_FIELD_TEXT,
	LC_FIELD_WORDS,  /* a list of codes */
	LC_FIELD_NUMBER,
	LC_FIELD_TRUTH,
	LC_FIELD_TYPE,   /* of a license */
	LC_FIELD_PERIOD, /* seconds, or "60d" */
	LC_FIELD_DATE,   /* a day */
	LC_FIELD_LIST,   /* of groups */
};

struct lc_form;

struct lc_field {
	const char *name;
	enum lc_field_kind kind;
	size_t at; /* in the struct of the form */
	bool required;
	uint32_t min, max;    /* of a number; of a text's length in bytes */
	uint32_t fallback;    /* of a number or a truth that is not there */
	const char *text;     /* likewise of a text; NULL: "" */
	const struct lc_form *of;
};

/* The first field of a form is what its groups are known by. */
struct lc_form {
	const struct lc_field *fields;
	size_t nfields;
	size_t size; /* of its struct, which begins with a struct lc_part_of */
};

/* Of the whole file; its struct is struct lc_catalog. */
extern const struct lc_form lc_catalog_form;

#endif
