/* text.h - what counts as text: everything read from outside may be shown. */
#ifndef LC_TEXT_H
#define LC_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * UTF-8 without control characters (C0, DEL, C1), so that showing it cannot
 * drive a terminal or forge a row of a log.
 */
bool lc_text_is_plain(const char *text, size_t len);

/* The same, in rows: tabs, line feeds, carriage returns, form feeds may be. */
bool lc_text_is_rows(const char *text, size_t len);

/* Letters, digits and . _ : - only, so that it can stand in any command. */
bool lc_text_is_id(const char *text);

/* "PID:SN": both printable ASCII without ':' and blanks, not empty. */
bool lc_text_is_udi(const char *text, size_t len);

#endif
