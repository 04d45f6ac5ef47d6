/* part.h - the part of a license file that is one device's. */
#ifndef PORTAL_PART_H
#define PORTAL_PART_H

/*
 * A license file with the lines of the file that are for this device, and their
 * agreements.  NULL: there are none, or no memory.  The caller frees.
 */
char *part_make(const char *file, const char *udi);

#endif
