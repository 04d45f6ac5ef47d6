/* memory.c - see memory.h. */
#include "memory.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static unsigned left; /* allocations until the one that fails; 0: never */
static bool failed;

/* The linker's --wrap=malloc makes these of malloc's callers and malloc. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t n, size_t size);
void *__wrap_reallocarray(void *old, size_t n, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);
char *__wrap_realpath(const char *path, char *resolved);
char *__real_realpath(const char *path, char *resolved);
int __wrap_vasprintf(char **out, const char *format, va_list args);
int __wrap_asprintf(char **out, const char *format, ...);
int __wrap___vasprintf_chk(
    char **out, int flag, const char *format, va_list args);
int __wrap___asprintf_chk(char **out, int flag, const char *format, ...);

void
memory_fail_at(unsigned n)
{
	left = n;
	failed = n == 0 ? failed : false;
}

bool
memory_failed(void)
{
	return failed;
}

static bool
is_due(void)
{
	if (left == 0 || --left > 0)
		return false;
	failed = true;
	errno = ENOMEM;
	return true;
}

void *
__wrap_malloc(size_t size)
{
	return is_due() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return is_due() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return is_due() ? NULL : __real_realloc(old, size);
}

void *
__wrap_reallocarray(void *old, size_t n, size_t size)
{
	return is_due() ? NULL : __real_reallocarray(old, n, size);
}

char *
__wrap_strndup(const char *text, size_t len)
{
	size_t size = strnlen(text, len);
	char *made = __wrap_malloc(size + 1);

	if (made == NULL)
		return NULL;
	memcpy(made, text, size);
	made[size] = '\0';
	return made;
}

char *
__wrap_strdup(const char *text)
{
	return __wrap_strndup(text, strlen(text));
}

char *
__wrap_realpath(const char *path, char *resolved)
{
	return is_due() ? NULL : __real_realpath(path, resolved);
}

int
__wrap_vasprintf(char **out, const char *format, va_list args)
{
	char small[1];
	va_list again;
	int len;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	va_copy(again, args);
	len = vsnprintf(small, sizeof small, format, again);
	va_end(again);
	if (len < 0 || (*out = __wrap_malloc((size_t)len + 1)) == NULL)
		return -1;
	return vsnprintf(*out, (size_t)len + 1, format, args);
#pragma GCC diagnostic pop
}

int
__wrap_asprintf(char **out, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = __wrap_vasprintf(out, format, args);
	va_end(args);
	return len;
}

int
__wrap___vasprintf_chk(char **out, int flag, const char *format, va_list args)
{
	(void)flag;
	return __wrap_vasprintf(out, format, args);
}

int
__wrap___asprintf_chk(char **out, int flag, const char *format, ...)
{
	va_list args;
	int len;

	(void)flag;
	va_start(args, format);
	len = __wrap_vasprintf(out, format, args);
	va_end(args);
	return len;
}

void
memory_exhaust(enum lc_err (*try)(void))
{
	bool reached = true;
	unsigned n, refused = 0;

	CHECK_ERR(try(), LC_OK, NULL);
	for (n = 1; reached; n++) {
		enum lc_err err;

		check_context("allocation %u", n);
		memory_fail_at(n);
		err = try();
		memory_fail_at(0);
		reached = memory_failed();
		if (!reached || err != LC_ENOMEM)
			CHECK_ERR(err, LC_OK, NULL);
		refused += err == LC_ENOMEM;
		REQUIRE(n < 100000);
	}
	printf("# %u allocations failed, one at a time; it did without %u\n",
	    n - 2, n - 2 - refused);
	CHECK(refused > 0 && n > 2);
	check_context(NULL);
	CHECK_ERR(try(), LC_OK, NULL);
}
