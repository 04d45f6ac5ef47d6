/*
 * files.h - the file that an answer has: of licenses, which several devices may
 * share; a permission ticket; or the answer itself.
 */
#ifndef PORTAL_FILES_H
#define PORTAL_FILES_H

#include <stdbool.h>

#include <jansson.h>

struct web_request;

#define FILES_ALL "all" /* no UDI */

/* Has the answer one?  is_answer as in visit.h. */
bool files_has(const json_t *value, bool is_answer);

/*
 * Adds "save", its name; "is_small": people can look at it.  Of licenses also
 * "devices", {udi, save, licenses}, and "several": there are several.
 */
void files_list(json_t *value, bool is_answer);

/*
 * Answers with the file, or with the part of it that is a device's, as a file
 * of its own.  False: there is no such part, or no memory.
 */
bool files_send(struct web_request *, const json_t *value, bool is_answer,
    const char *which);

#endif
