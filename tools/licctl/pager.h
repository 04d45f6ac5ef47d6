/* pager.h - long output, a screen at a time, as on IOS. */
#ifndef LICCTL_PAGER_H
#define LICCTL_PAGER_H

#include <stdio.h>

struct screen {
	size_t lines;   /* SIZE_MAX: output does not stop */
	size_t columns; /* SIZE_MAX: lines are not wrapped */
};

/* The terminal's; 24 and 80 if it does not say. */
struct screen terminal_screen(void);

/*
 * A sink_work: shows what it reads, and asks " --More-- " before the screen is
 * full.  A blank shows the next screen, Return the next line, any other key
 * ends it.
 */
int pager_run(void *screen, FILE *from);

#endif
