/* text.h - what counts as text: everything read from outside may be shown. */
#ifndef LC_TEXT_H
#define LC_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "licensecore.h"	/* lc_text_is_utf8, lc_text_is_plain */

/* Like lc_text_is_plain, but tabs, line feeds, carriage returns and form feeds
   are allowed. */
bool lc_text_is_rows(const char *text, size_t len);

/* Blanks, line ends and form feeds around a text do not count. */
void lc_text_trim(const char **text, size_t *len);
bool lc_text_is_blank(char c);

/* Letters, digits and . _ : - only, so that it can stand in any command. */
bool lc_text_is_id(const char *text);

/* "PID:SN": both printable ASCII without ':' and blanks, not empty. */
bool lc_text_is_udi(const char *text, size_t len);

#endif
