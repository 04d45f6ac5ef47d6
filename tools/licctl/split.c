/* split.c - a line that was typed, as words. */
#include "split.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Takes the quotes out of a word, and ends it; true: a blank came behind. */
static bool
take_word(struct split *split, char **from)
{
	char *at = *from, *to = at, quote = '\0';
	bool blank;

	for (; *at != '\0' && (quote != '\0' || !is_blank(*at)); at++) {
		if (quote != '\0' && *at == quote)
			quote = '\0';
		else if (quote == '\0' && (*at == '\'' || *at == '"'))
			quote = *at;
		else if (quote != '\'' && *at == '\\' && at[1] != '\0')
			*to++ = *++at;
		else
			*to++ = *at;
	}
	blank = *at != '\0';
	split->open = quote != '\0';
	*from = at + blank;
	*to = '\0';
	return blank;
}

void
split_line(struct split *split, char *line, bool partial)
{
	static char bar[] = "|";
	bool blank = true; /* behind the last word */

	*split = (struct split){ .n = 0 };
	while (split->n < SPLIT_MAX) {
		while (is_blank(*line))
			line++;
		if (*line == '\0')
			break;
		split->words[split->n++] = *line == '|' && partial ? bar : line;
		if (*line == '|' && !partial)
			return;
		if (*line == '|')
			line++;
		else
			blank = take_word(split, &line);
	}
	split->too_many = *line != '\0';
	if (partial && blank && split->n < SPLIT_MAX)
		split->words[split->n++] = line;
}
