/*
 * filter.h - "| include PATTERN" and its like after a show command, as on IOS.
 */
#ifndef LICCTL_FILTER_H
#define LICCTL_FILTER_H

#include <stddef.h>
#include <stdio.h>

struct filter;

/* From "|", its keyword and its pattern; returns an exit status. */
int filter_new(char *const *words, size_t n, struct filter **out);
void filter_free(struct filter *);
/* A sink_work: prints the lines that the filter keeps. */
int filter_run(void *filter, FILE *from);

/* Prints the keywords that the typed text begins, a line each. */
void complete_filter(const char *typed);
/* Likewise, with what they keep. */
void help_filter(const char *typed);

#endif
