/* decode.h - texts from the network. */
#ifndef WEB_DECODE_H
#define WEB_DECODE_H

#include <stdbool.h>

/* Decodes percent-encoding in place; false: malformed, or a NUL. */
bool web_decode(char *text);
/* Well-formed UTF-8. */
bool web_is_utf8(const char *text);

#endif
