/* check.c - see check.h. */
#include "check.h"

#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "licensecore.h"

static char context[256];
static unsigned checks, failures; /* of all tests that ran */

/* What check_dir and check_path handed out; the directories come first. */
static struct held {
	struct held *next;
	bool is_dir;
	char text[];
} * held;

/* ---- Running --------------------------------------------------------- */

static bool
is_wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strncmp(name, argv[i], strlen(argv[i])) == 0)
			return true;
	}
	return argc <= 1;
}

static bool
run_one(CU_pSuite suite, const struct check_test *test)
{
	CU_pTest made = CU_add_test(suite, test->name, test->run);
	unsigned before = failures;

	if (made == NULL) {
		fprintf(stderr, "%s: %s\n", test->name, CU_get_error_msg());
		abort();
	}
	check_context(NULL);
	(void)CU_run_test(suite, made);
	printf("%s - %s\n", failures == before ? "ok" : "not ok", test->name);
	fflush(stdout);
	return failures == before;
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	(void)remove(path); /* what stays is in the temporary directory */
	return 0;
}

void
check_clean(void)
{
	while (held != NULL) {
		struct held *next = held->next;

		if (held->is_dir)
			(void)nftw(
			    held->text, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
		free(held);
		held = next;
	}
}

int
check_main(const char *name, const struct check_test *tests, size_t n, int argc,
    char **argv)
{
	unsigned total = 0, failed = 0;
	CU_pSuite suite;

	if (CU_initialize_registry() != CUE_SUCCESS ||
	    (suite = CU_add_suite(name, NULL, NULL)) == NULL) {
		fprintf(stderr, "%s: %s\n", name, CU_get_error_msg());
		return 99;
	}
	for (size_t i = 0; i < n; i++) {
		if (!is_wanted(tests[i].name, argc, argv))
			continue;
		failed += !run_one(suite, &tests[i]);
		total++;
	}
	printf("%s: %u tests, %u checks, %u tests failed\n", name, total,
	    checks, failed);
	CU_cleanup_registry();
	check_clean();
	return failed > 0 || total == 0;
}

void
check_context(const char *format, ...)
{
	va_list args;

	context[0] = '\0';
	if (format == NULL)
		return;
	va_start(args, format);
	(void)vsnprintf(context, sizeof context, format, args);
	va_end(args);
}

/* ---- Checks ---------------------------------------------------------- */

static bool settle(const char *file, unsigned line, bool held_true, bool fatal,
    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Counts the check with CUnit; a failed one is printed at once. */
static bool
settle(const char *file, unsigned line, bool held_true, bool fatal,
    const char *format, ...)
{
	va_list args;

	if (!held_true) {
		printf("%s:%u: ", file, line);
		if (context[0] != '\0')
			printf("[%s] ", context);
		va_start(args, format);
		(void)vprintf(format, args);
		va_end(args);
		putchar('\n');
		fflush(stdout);
	}
	checks++;
	failures += !held_true;
	if (CU_get_current_test() != NULL)
		(void)CU_assertImplementation(
		    held_true, line, format, file, "", fatal);
	else if (!held_true && fatal)
		exit(99); /* before the tests, or after them */
	return held_true;
}

bool
check_true(const char *file, unsigned line, const char *what, bool value)
{
	return settle(file, line, value, false, "%s is false", what);
}

void
check_require(const char *file, unsigned line, const char *what, bool value)
{
	(void)settle(file, line, value, true, "%s is false (errno: %s)", what,
	    strerror(errno));
}

bool
check_int(const char *file, unsigned line, const char *what, long long found,
    long long expected)
{
	return settle(file, line, found == expected, false,
	    "%s is %lld, expected %lld", what, found, expected);
}

bool
check_uint(const char *file, unsigned line, const char *what,
    unsigned long long found, unsigned long long expected)
{
	return settle(file, line, found == expected, false,
	    "%s is %llu, expected %llu", what, found, expected);
}

bool
check_str(const char *file, unsigned line, const char *what, const char *found,
    const char *expected)
{
	bool same = found == expected || (found != NULL && expected != NULL &&
					     strcmp(found, expected) == 0);

	return settle(file, line, same, false, "%s is \"%s\", expected \"%s\"",
	    what, found == NULL ? "(null)" : found,
	    expected == NULL ? "(null)" : expected);
}

bool
check_has(const char *file, unsigned line, const char *what, const char *found,
    const char *part)
{
	return settle(file, line, found != NULL && strstr(found, part) != NULL,
	    false, "%s is \"%s\", which does not contain \"%s\"", what,
	    found == NULL ? "(null)" : found, part);
}

/* The first bytes in hexadecimal, into text. */
static const char *
hex(const void *data, size_t len, char text[68])
{
	const unsigned char *bytes = data;
	size_t shown = len < 32 ? len : 32;

	text[0] = '\0';
	for (size_t i = 0; i < shown; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	if (shown < len)
		strcat(text, "..");
	return text;
}

bool
check_mem(const char *file, unsigned line, const char *what, const void *found,
    size_t found_len, const void *expected, size_t expected_len)
{
	char found_hex[68], expected_hex[68];
	bool same = found_len == expected_len &&
		    (found_len == 0 || memcmp(found, expected, found_len) == 0);

	return settle(file, line, same, false,
	    "%s is %zu bytes %s, expected %zu bytes %s", what, found_len,
	    hex(found, found_len, found_hex), expected_len,
	    hex(expected, expected_len, expected_hex));
}

bool
check_err(const char *file, unsigned line, const char *what, int found,
    int expected, const struct lc_detail *detail)
{
	return settle(file, line, found == expected, false,
	    "%s is %d (%s%s%s), expected %d (%s)", what, found,
	    lc_strerror((enum lc_err)found),
	    detail == NULL || found == LC_OK ? "" : ": ",
	    detail == NULL || found == LC_OK ? "" : detail->text, expected,
	    lc_strerror((enum lc_err)expected));
}

/* ---- Random numbers -------------------------------------------------- */

static uint64_t
first_state(void)
{
	const char *text = getenv("CHECK_SEED");
	uint64_t seed;

	if (text != NULL)
		seed = strtoull(text, NULL, 10);
	else
		seed = ((uint64_t)time(NULL) << 16 ^ (uint64_t)getpid()) &
		       0xffffffffffU;
	printf("# seed: CHECK_SEED=%llu\n", (unsigned long long)seed);
	return seed;
}

/* splitmix64 */
uint64_t
check_random(uint64_t n)
{
	static uint64_t state;
	static bool seeded;
	uint64_t z;

	if (!seeded) {
		state = first_state();
		seeded = true;
	}
	z = state += 0x9e3779b97f4a7c15U;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return (z ^ (z >> 31)) % n;
}

/* ---- Files ----------------------------------------------------------- */

static struct held *
hold(size_t size, bool is_dir)
{
	struct held *made = calloc(1, sizeof *made + size);

	REQUIRE(made != NULL);
	made->is_dir = is_dir;
	made->next = held;
	held = made;
	return made;
}

const char *
check_dir(void)
{
	const char *base = getenv("TMPDIR");
	struct held *made;

	/* In memory if there is such a place: syncing costs most of a test. */
	if (base == NULL || base[0] != '/')
		base = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" :
		    "/tmp";
	made = hold(strlen(base) + sizeof "/licagent-test-XXXXXX", true);
	(void)sprintf(made->text, "%s/licagent-test-XXXXXX", base);
	REQUIRE(mkdtemp(made->text) != NULL);
	return made->text;
}

const char *
check_path(const char *dir, const char *name)
{
	struct held *made = hold(strlen(dir) + strlen(name) + 2, false);

	(void)sprintf(made->text, "%s/%s", dir, name);
	return made->text;
}

void
check_write(const char *path, const void *data, size_t len)
{
	FILE *file = fopen(path, "w");

	REQUIRE(file != NULL);
	REQUIRE(fwrite(data, 1, len, file) == len);
	REQUIRE(fclose(file) == 0);
}

char *
check_read(const char *path, size_t *len)
{
	FILE *file = fopen(path, "r");
	struct stat st;
	char *data;

	REQUIRE(file != NULL);
	REQUIRE(fstat(fileno(file), &st) == 0);
	data = calloc(1, (size_t)st.st_size + 1);
	REQUIRE(data != NULL);
	REQUIRE(fread(data, 1, (size_t)st.st_size, file) == (size_t)st.st_size);
	(void)fclose(file);
	if (len != NULL)
		*len = (size_t)st.st_size;
	return data;
}
