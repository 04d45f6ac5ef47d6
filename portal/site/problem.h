/* problem.h - problems of the interface for programs, said on a page. */
#ifndef PORTAL_SITE_PROBLEM_H
#define PORTAL_SITE_PROBLEM_H

#include <jansson.h>

/*
 * What is wrong with a field names it as its label does; what is wrong with
 * each device is not said of all of them once more.
 */
void problem_prepare(json_t *value, const json_t *page);

#endif
