/* write.h - requests that have the daemon write a file, the last argument. */
#ifndef LICCTL_WRITE_H
#define LICCTL_WRITE_H

#include <jansson.h>

#include "ctl.h"

/* Like ask(); a file that exists is overwritten only if the user says so. */
int ask_to_write(struct ctl *, json_t *request, json_t **result);
/* Like finish(); says that the file was written. */
int finish_written(const struct ctl *, int status, json_t *result);

#endif
