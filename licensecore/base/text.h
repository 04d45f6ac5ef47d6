/* text.h - rules for texts from outside: all of them may be shown. */
#ifndef LC_TEXT_H
#define LC_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "licensecore.h"	/* lc_text_is_utf8, lc_text_is_plain */

/* Like lc_text_is_plain, but tabs, line feeds, carriage returns and form feeds
   are allowed. */
bool lc_text_is_rows(const char *text, size_t len);

/* Strips blanks, tabs, line ends and form feeds from both ends. */
void lc_text_trim(const char **text, size_t *len);
bool lc_text_is_blank(char c);

/* Only letters, digits and . _ : -, which are safe in any command line. */
bool lc_text_is_id(const char *text);

/* "PID:SN": both printable ASCII without ':' and blanks, not empty. */
bool lc_text_is_udi(const char *text, size_t len);

/*
 * For tables in memory: the low bits differ as the rest does.  Not against
 * those who choose texts so that they collide: ids are chosen by issuers whom
 * the device trusts.
 */
uint64_t lc_text_hash(uint64_t seed, const char *text);

#endif
