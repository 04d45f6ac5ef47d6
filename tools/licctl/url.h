/* url.h - arguments that are files, and the passwords in their URLs. */
#ifndef LICCTL_URL_H
#define LICCTL_URL_H

#include <stdbool.h>

#include "ctl.h"

/*
 * Args whose letter in `letters` is 'F' become files with their passwords,
 * which are asked for where they are missing.  Returns an exit status.
 */
int take_files(struct ctl *, const char *letters);
void drop_files(struct ctl *);
/* How args[i], which is a file, may be printed. */
const char *shown_file(const struct ctl *, size_t i);
/* Is a password in one of the URLs of a line? */
bool holds_password(const char *line);

#endif
