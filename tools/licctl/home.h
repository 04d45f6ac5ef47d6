/* home.h - requests to the licensing portal, as people see them. */
#ifndef LICCTL_HOME_H
#define LICCTL_HOME_H

#include <jansson.h>
#include <stdio.h>

/* A line: a request that waits for its answer. */
void print_home_request(FILE *, const json_t *row);

#endif
