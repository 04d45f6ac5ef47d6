/* near.c - how far a word is from the one that was meant. */
#include "near.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#define WORD_MAX 31

static int
letter(char c)
{
	return tolower((unsigned char)c);
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: rows[i][j] is the distance of the first i letters
 * from the first j. */
size_t
distance(const char *word, size_t len, const char *typed)
{
	size_t rows[WORD_MAX + 1][WORD_MAX + 1], n = strlen(typed);

	if (len > WORD_MAX || n > WORD_MAX)
		return SIZE_MAX;
	for (size_t i = 0; i <= len; i++)
		for (size_t j = 0; j <= n; j++) {
			size_t best = i == 0 ? j : i;

			if (i > 0 && j > 0)
				best = least(
				    least(rows[i - 1][j], rows[i][j - 1]) + 1,
				    rows[i - 1][j - 1] +
					(letter(word[i - 1]) !=
					    letter(typed[j - 1])));
			if (i > 1 && j > 1 &&
			    letter(word[i - 1]) == letter(typed[j - 2]) &&
			    letter(word[i - 2]) == letter(typed[j - 1]))
				best = least(best, rows[i - 2][j - 2] + 1);
			rows[i][j] = best;
		}
	return rows[len][n];
}
