/*
 * wishes.h - lists of devices, as files that people make, for fulfill.h.
 *
 * Comma-separated values (RFC 4180): PID:SN[,SKU[,QUANTITY]] a row; a first row
 * that begins with "udi" names the columns, and blank rows are passed over.
 *
 * XML: <devices><device udi="PID:SN" sku="SKU" quantity="1"/>...</devices>.
 * Nothing else is allowed but comments, and no document type: there are no
 * entities.
 */
#ifndef LC_WISHES_H
#define LC_WISHES_H

#include "base/arena.h"
#include "fulfill.h"

#define LC_WISHES_FILE_MAX (4 << 20) /* bytes */
#define LC_WISHES_MAX 20000          /* devices: what a license file holds */

struct lc_wishes {
	struct lc_arena arena;
	struct lc_wish *wishes; /* in the order of the file */
	size_t n;
	/* What a row has that does not say it. */
	const char *sku;
	uint32_t quantity;
	/* The units that there are: a file of more devices is refused before it
	   is read on.  0: LC_WISHES_MAX. */
	size_t max;
};

/*
 * A row that cannot be understood is a wish with an error, so that all of them
 * are reported together.  LC_EFILE: the file is none of this form, or too
 * long; LC_ENOMEM.  Free the list in any case.
 */
enum lc_err lc_wishes_csv(
    struct lc_wishes *, const char *text, size_t len, struct lc_detail *);
enum lc_err lc_wishes_xml(
    struct lc_wishes *, const char *text, size_t len, struct lc_detail *);
/* One more. */
enum lc_err lc_wishes_add(struct lc_wishes *, const char *udi);
void lc_wishes_free(struct lc_wishes *);

/* ---- What the forms share --------------------------------------------- */

/* The next of the list, with the defaults; NULL if memory is short. */
struct lc_wish *lc_wishes_next(struct lc_wishes *, unsigned row);
/* False: the wish has the error. */
bool lc_wish_quantity(struct lc_wish *, const char *text);
/* Is the file text, and not too long?  LC_EFILE. */
enum lc_err lc_wishes_check(
    const char *text, size_t len, struct lc_detail *);
/* LC_EFILE: no more of them. */
enum lc_err lc_wishes_room(const struct lc_wishes *, struct lc_detail *);

#endif
