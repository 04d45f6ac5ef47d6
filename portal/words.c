/* words.c - see words.h. */
#include "words.h"

#include <string.h>

json_t *
words_json(const char *words)
{
	json_t *list = json_array();

	while (*words != '\0') {
		size_t len = strcspn(words, " ");

		(void)json_array_append_new(list, json_stringn(words, len));
		words += len + (words[len] == ' ');
	}
	return list;
}
