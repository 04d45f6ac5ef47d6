/* pager.c - long output, a screen at a time. */
#include "pager.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "out.h"

#define MORE " --More-- "
#define USUAL_LINES 24
#define USUAL_COLUMNS 80

struct screen
terminal_screen(void)
{
	struct screen screen = { USUAL_LINES, USUAL_COLUMNS };
	struct winsize size;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) < 0)
		return screen;
	if (size.ws_row != 0)
		screen.lines = size.ws_row;
	if (size.ws_col != 0)
		screen.columns = size.ws_col;
	return screen;
}

/* Lines of the screen that a line takes. */
static size_t
height_of(const char *line, size_t columns)
{
	size_t width = text_width(line) - (strchr(line, '\n') != NULL);

	return width == 0 ? 1 : (width - 1) / columns + 1;
}

/* One key, without echo; Ctrl-C is a key like others. */
static char
read_key(void)
{
	struct termios usual, raw;
	char key = 'q';
	ssize_t n;

	if (tcgetattr(STDIN_FILENO, &usual) < 0)
		return key;
	raw = usual;
	raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO | ISIG);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	do
		n = read(STDIN_FILENO, &key, 1);
	while (n < 0 && errno == EINTR);
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &usual);
	return n == 1 ? key : 'q';
}

/* How many more lines are to be shown; 0: no more. */
static size_t
ask_more(size_t lines)
{
	char key;

	fputs(MORE, stdout);
	fflush(stdout);
	key = read_key();
	printf("\r%*s\r", (int)strlen(MORE), "");
	if (key == ' ')
		return lines - 1;
	return key == '\r' || key == '\n' ? 1 : 0;
}

int
pager_run(void *arg, FILE *from)
{
	const struct screen *screen = arg;
	size_t lines = screen->lines, room = lines - 1, height;
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, from) > 0) {
		height = height_of(line, screen->columns);
		if (height > room && room < lines - 1 &&
		    (room = ask_more(lines)) == 0)
			break;
		fputs(line, stdout);
		room -= height < room ? height : room;
	}
	free(line);
	return EXIT_DONE;
}
