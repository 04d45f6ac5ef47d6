/*
 * replay.c - runs a fuzz target without libFuzzer: over every file of its
 * corpus, and unless the file is longer than fuzz_changed_max, over every
 * beginning of it and the file with every byte changed.
 *
 * Its corpus is tests/fuzz/corpus/NAME below $srcdir, NAME being the
 * program's own without "_fuzz".  With arguments: those files, as they are.
 */
#include "fuzz.h"

#include <dirent.h>
#include <string.h>

#define SEED_MAX 65536

/* Longer seeds are not worth the time. */
size_t fuzz_changed_max __attribute__((weak)) = 4096;

static unsigned long runs;

/* The sanitizers see a read past the end only if it is the end. */
static void
run(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len == 0 ? 1 : len);

	require(copy != NULL);
	memcpy(copy, data, len);
	(void)LLVMFuzzerTestOneInput(copy, len);
	free(copy);
	runs++;
}

static void
run_changed(uint8_t *data, size_t len)
{
	static const uint8_t changes[] = { 0x01, 0x20, 0x80, 0xff };

	for (size_t i = 0; i < len; i++) {
		run(data, i);
		for (size_t c = 0; c < sizeof changes; c++) {
			data[i] ^= changes[c];
			run(data, len);
			data[i] ^= changes[c];
		}
	}
}

static void
replay(const char *path, int changed)
{
	static uint8_t data[SEED_MAX];
	FILE *file = fopen(path, "r");
	size_t len;

	if (file == NULL) {
		perror(path);
		exit(1);
	}
	len = fread(data, 1, sizeof data, file);
	(void)fclose(file);
	run(data, len);
	if (changed && len <= fuzz_changed_max)
		run_changed(data, len);
}

static unsigned
replay_corpus(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char dir[4096], path[4400];
	struct dirent *entry;
	unsigned seeds = 0;
	DIR *entries;

	(void)snprintf(dir, sizeof dir, "%s/tests/fuzz/corpus/%.*s",
	    srcdir == NULL ? "." : srcdir, (int)strcspn(name, "_"), name);
	if ((entries = opendir(dir)) == NULL) {
		perror(dir);
		exit(1);
	}
	while ((entry = readdir(entries)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		replay(path, 1);
		seeds++;
	}
	(void)closedir(entries);
	return seeds;
}

int
main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	unsigned seeds = 0;

	name = name == NULL ? argv[0] : name + 1;
	for (int i = 1; i < argc; i++, seeds++)
		replay(argv[i], 0);
	if (argc == 1)
		seeds = replay_corpus(name);
	printf("%s: %u seeds, %lu runs\n", name, seeds, runs);
	return seeds == 0;
}
