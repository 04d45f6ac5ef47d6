/*
 * openat.c - for a daemon under valgrind, which does not know openat2: opens
 * with openat instead, without what the other one promises.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/syscall.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT long syscall(long number, ...);

long
syscall(long number, ...)
{
	long (*next)(long, ...) =
	    (long (*)(long, ...))(intptr_t)dlsym(RTLD_NEXT, "syscall");
	long arg[6];
	va_list list;

	va_start(list, number);
	for (unsigned i = 0; i < 6; i++)
		arg[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_openat2) {
		const struct open_how *how = (const struct open_how *)arg[2];

		return openat((int)arg[0], (const char *)arg[1],
		    (int)how->flags, (mode_t)how->mode);
	}
	return next(number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}
