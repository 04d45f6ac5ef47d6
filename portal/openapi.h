/* openapi.h - the description of the interface, openapi.json. */
#ifndef PORTAL_OPENAPI_H
#define PORTAL_OPENAPI_H

#include <stddef.h>

extern const char openapi_text[]; /* without a NUL */
extern const size_t openapi_len;

#endif
