/*
 * check.h - CUnit checks that print both values, and what tests share.
 *
 * A test program is a table and one line:
 *
 *	static const struct check_test tests[] = {
 *		{ "an empty line is refused", empty_line },
 *	};
 *	int main(int argc, char **argv)
 *	{
 *		return check_main("line", tests, CHECK_COUNT(tests), argc,
 *argv);
 *	}
 *
 * Its arguments, if any, are the names (or beginnings) of the tests to run.
 * It exits 0 if every check of every test held, 1 if not.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHECK_COUNT(array) (sizeof(array) / sizeof(array)[0])

struct check_test {
	const char *name;
	void (*run)(void);
};
int check_main(const char *suite, const struct check_test *, size_t n, int argc,
    char **argv);

/* Each takes what was found first and what was expected second. */
#define CHECK(condition) check_true(__FILE__, __LINE__, #condition, (condition))
#define CHECK_INT(found, expected)                                \
	check_int(__FILE__, __LINE__, #found, (long long)(found), \
	    (long long)(expected))
#define CHECK_UINT(found, expected) \
	check_uint(__FILE__, __LINE__, #found, (found), (expected))
#define CHECK_STR(found, expected) \
	check_str(__FILE__, __LINE__, #found, (found), (expected))
/* Does the text contain this? */
#define CHECK_HAS(found, part) \
	check_has(__FILE__, __LINE__, #found, (found), (part))
#define CHECK_MEM(found, found_len, expected, expected_len)         \
	check_mem(__FILE__, __LINE__, #found, (found), (found_len), \
	    (expected), (expected_len))
/* An error of the core; detail (may be NULL) is shown if it is another. */
#define CHECK_ERR(found, expected, detail) \
	check_err(__FILE__, __LINE__, #found, (found), (expected), (detail))
/* Without this the test cannot go on: ends it. */
#define REQUIRE(condition) \
	check_require(__FILE__, __LINE__, #condition, (condition))

/* All return whether the check held. */
bool check_true(const char *file, unsigned line, const char *what, bool);
bool check_int(const char *file, unsigned line, const char *what,
    long long found, long long expected);
bool check_uint(const char *file, unsigned line, const char *what,
    unsigned long long found, unsigned long long expected);
bool check_str(const char *file, unsigned line, const char *what,
    const char *found, const char *expected);
bool check_has(const char *file, unsigned line, const char *what,
    const char *found, const char *part);
bool check_mem(const char *file, unsigned line, const char *what,
    const void *found, size_t found_len, const void *expected,
    size_t expected_len);
struct lc_detail;
bool check_err(const char *file, unsigned line, const char *what, int found,
    int expected, const struct lc_detail *);
void check_require(const char *file, unsigned line, const char *what, bool);

/*
 * What the following checks are about, printed with those that fail: the row
 * of a table, the round of a loop.  NULL for nothing; ends with the test.
 */
void check_context(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/*
 * Random numbers below n (n > 0) from a seed that is printed at the start if
 * any test asks for one, and can be set again: CHECK_SEED=1234 ./line_test
 */
uint64_t check_random(uint64_t n);

/*
 * A new directory (0700), removed with all that is in it when the program
 * ends; the path is absolute and lives as long.  Ends the test on failure.
 */
const char *check_dir(void);
/* What check_main does at its end, for programs without it. */
void check_clean(void);
/* "dir/name", living as long as the program. */
const char *check_path(const char *dir, const char *name);
/* Writes, or reads (caller frees; *len may be NULL), a whole file. */
void check_write(const char *path, const void *data, size_t len);
char *check_read(const char *path, size_t *len);

#endif
