/* progress.c - how far something is, on a terminal. */
#include "licissue.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

#define FIRST_MS 2000
#define NEXT_MS 500

static int64_t due_ms; /* when to show it next; 0: nothing is under way */
static bool is_shown;

static int64_t
now_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return 0;
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
show_progress(const char *what, int64_t done, int64_t of)
{
	int64_t now = now_ms();

	if (due_ms == 0)
		due_ms = now + FIRST_MS;
	if (now < due_ms || !isatty(STDERR_FILENO))
		return;
	due_ms = now + NEXT_MS;
	is_shown = true;
	fprintf(stderr, "\r%s: %" PRId64, what, done);
	if (of > 0)
		fprintf(stderr, " of %" PRId64, of);
	fputs("\033[K", stderr);
}

void
end_progress(void)
{
	if (is_shown)
		fputs("\r\033[K", stderr);
	is_shown = false;
	due_ms = 0;
}
