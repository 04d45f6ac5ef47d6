/* b64.h - base64url without padding, RFC 4648 section 5 as RFC 7515 uses it. */
#ifndef LC_B64_H
#define LC_B64_H

#include <stdbool.h>
#include <stddef.h>

/* Characters that len bytes become, and at most so many bytes the other way. */
#define LC_B64_LEN(len) (((len)*8 + 5) / 6)
#define LC_B64_BYTES(len) ((len)*6 / 8)

/* Writes LC_B64_LEN(len) characters and a NUL. */
void lc_b64_encode(const void *data, size_t len, char *text);

/*
 * Writes LC_B64_BYTES(len) bytes.  False, with data undefined, if text holds
 * any other character, has a length that nothing encodes to, or ends in bits
 * that are not zero: one run of bytes has one text only.
 */
bool lc_b64_decode(const char *text, size_t len, void *data);

#endif
