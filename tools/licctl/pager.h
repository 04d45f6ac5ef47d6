/* pager.h - long output, a screen at a time, as on IOS. */
#ifndef LICCTL_PAGER_H
#define LICCTL_PAGER_H

#include <stdio.h>

/*
 * A sink_work: shows what it reads, and asks " --More-- " before the screen is
 * full.  A blank shows the next screen, Return the next line, any other key
 * ends it.  `lines` is a size_t, the lines of a screen.
 */
int pager_run(void *lines, FILE *from);

/* The lines of the terminal; 24 if it does not say. */
size_t terminal_lines(void);

#endif
