/* authority.c - what the commands that move licenses share. */
#include "licissue.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "base/disk.h"
#include "ops/issue.h"
#include "record/authority.h"

struct lc_authority *
open_authority(const char *dir)
{
	struct lc_authority *authority = NULL;
	struct lc_detail detail = { "" };
	enum lc_err err =
	    lc_authority_unlock(dir, secret_source(), &authority, &detail);

	if (err == LC_OK)
		return authority;
	(void)fail_core(err, &detail);
	if (err == LC_ENOTFOUND)
		fprintf(stderr,
		    "\"licissue init %s\" creates an authority there.\n", dir);
	return NULL;
}

int
with_authority(const char *dir, authority_work *work, void *arg)
{
	struct lc_authority *authority = open_authority(dir);
	struct lc_detail detail = { "" };
	enum lc_err err;

	if (authority == NULL)
		return EXIT_FAILED;
	lc_record_tell(authority->record, &detail);
	err = work(authority, arg);
	lc_authority_close(authority);
	return err == LC_OK ? EXIT_DONE : fail_core(err, &detail);
}

int
change_authority(const char *dir, authority_work *work, void *arg)
{
	struct lc_authority *authority = open_authority(dir);
	struct lc_detail detail = { "" };
	enum lc_err err;

	if (authority == NULL)
		return EXIT_FAILED;
	err = lc_authority_run(authority, work, arg, &detail);
	lc_authority_close(authority);
	return err == LC_OK ? EXIT_DONE : fail_core(err, &detail);
}

bool
is_stdout(const char *path)
{
	return strcmp(path, "-") == 0;
}

static enum lc_err
print_bundle(const struct lc_bundle *bundle, struct lc_detail *detail)
{
	const char *text;
	size_t len;
	enum lc_err err = lc_bundle_text(bundle, &text, &len, detail);

	if (err != LC_OK)
		return err;
	if (fwrite(text, 1, len, stdout) == len && fflush(stdout) == 0)
		return LC_OK;
	(void)snprintf(detail->text, sizeof detail->text, "standard output: %s",
	    strerror(errno));
	return LC_EIO;
}

enum lc_err
save_bundle(const struct lc_bundle *bundle, const char *path, bool replace,
    struct lc_detail *detail)
{
	return is_stdout(path) ? print_bundle(bundle, detail)
			       : lc_bundle_save(bundle, path, replace, detail);
}

int
write_text(const char *path, const char *text, bool force)
{
	struct lc_detail detail = { "" };
	char *row = NULL;
	int len;
	enum lc_err err;

	if (is_stdout(path))
		return puts(text) >= 0 && fflush(stdout) == 0
			   ? EXIT_DONE
			   : fail("standard output: %m");
	if ((len = asprintf(&row, "%s\n", text)) < 0)
		return fail("%s", lc_strerror(LC_ENOMEM));
	err = lc_disk_write(path, row, (size_t)len, 0666, force, &detail);
	free(row);
	if (err == LC_EEXISTS)
		return fail("%s: already exists (--force replaces it)", path);
	return err == LC_OK ? EXIT_DONE : fail_core(err, &detail);
}

void
report(const char *path, const char *format, ...)
{
	FILE *to = is_stdout(path) ? stderr : stdout;
	va_list args;

	if (!is_stdout(path))
		fprintf(to, "%s: ", path);
	va_start(args, format);
	(void)vfprintf(to, format, args);
	va_end(args);
	fputc('\n', to);
}

int
print_json(json_t *json)
{
	bool ok = json != NULL &&
		  json_dumpf(json, stdout, JSON_INDENT(2)) == 0 &&
		  putchar('\n') != EOF && fflush(stdout) == 0;

	json_decref(json);
	return ok ? EXIT_DONE : fail("standard output: %m");
}

int
save_request(const struct lc_authority *authority, int64_t request,
    const char *path, bool force, const char *again, size_t *n)
{
	struct lc_bundle *bundle = NULL;
	struct lc_detail detail = { "" };
	enum lc_err err;

	lc_record_tell(authority->record, &detail);
	err = lc_bundle_of_request(authority, request, &bundle, n);
	if (err == LC_OK)
		err = save_bundle(bundle, path, force, &detail);
	lc_bundle_free(bundle);
	if (err == LC_OK)
		return EXIT_DONE;
	(void)fail_core(err, &detail);
	fprintf(stderr, "The licenses are issued: %s writes them.\n", again);
	return EXIT_FAILED;
}

/* May a file be made in the folder of that path? */
static bool
is_writable(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL
			   ? strdup(".")
			   : strndup(path, (size_t)(slash - path) + 1);
	bool ok = folder != NULL && access(folder, W_OK | X_OK) == 0;

	free(folder);
	return ok;
}

int
check_output(const char *path, bool force)
{
	struct stat st;

	if (is_stdout(path))
		return EXIT_DONE;
	if (lstat(path, &st) == 0) {
		if (!force)
			return fail(
			    "%s: already exists (--force replaces it)", path);
		if (!S_ISREG(st.st_mode))
			return fail("%s: not a regular file", path);
	}
	return is_writable(path) ? EXIT_DONE
				 : fail("%s: cannot write: %m", path);
}

char *
read_agreement(const char *path, size_t *len)
{
	char *text = read_file(path, EULA_MAX, len);

	if (text == NULL || *len > 0)
		return text;
	(void)fail("%s: the agreement has no text", path);
	free(text);
	return NULL;
}

int
learn_device(
    const struct lc_authority *authority, const char *path, const char *udi)
{
	struct lc_detail detail = { "" }, told = { "" };
	size_t len = 0;
	char *data = read_file(path, FILE_MAX, &len);
	enum lc_err err;

	if (data == NULL)
		return EXIT_FAILED;
	err = lc_authority_know(authority, data, len, udi, &told, &detail);
	free(data);
	if (told.text[0] != '\0')
		(void)fail("warning: %s", told.text);
	if (err == LC_OK)
		return EXIT_DONE;
	(void)fail("%s: %s", path,
	    detail.text[0] != '\0' ? detail.text : lc_strerror(err));
	if (err == LC_EKEY)
		fputs("If the device was repaired, \"licissue device approve\" "
		      "accepts its new key.\n",
		    stderr);
	return EXIT_FAILED;
}
