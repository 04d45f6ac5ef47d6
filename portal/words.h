/* words.h - what a row of the database keeps as one text of several words. */
#ifndef PORTAL_WORDS_H
#define PORTAL_WORDS_H

#include <jansson.h>

/* An array of the words, which single blanks part.  NULL: no memory. */
json_t *words_json(const char *words);

#endif
