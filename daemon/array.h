/* array.h - how many items an array has. */
#ifndef DAEMON_ARRAY_H
#define DAEMON_ARRAY_H

#define NITEMS(array) (sizeof(array) / sizeof((array)[0]))

#endif
