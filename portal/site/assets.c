/* assets.c - see assets.h. */
#include "portal/site/assets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "web/answer.h"

#define FILE_MAX (1 << 20) /* bytes */

static const struct {
	const char *name, *type;
} kinds[] = {
	{ "bootstrap.css", "text/css; charset=utf-8" },
	{ "portal.css", "text/css; charset=utf-8" },
	{ "portal.js", "text/javascript; charset=utf-8" },
	{ "icon.svg", "image/svg+xml" },
};
#define NASSETS (sizeof kinds / sizeof kinds[0])

struct assets {
	struct asset {
		char *data; /* NULL: missing */
		size_t len;
		char tag[19]; /* of 16 digits, in quotes */
	} files[NASSETS];
};

static bool
asset_read(struct asset *asset, const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned char digest[32];
	bool good = false;

	if (file == NULL)
		return false;
	if ((asset->data = malloc(FILE_MAX)) != NULL) {
		asset->len = fread(asset->data, 1, FILE_MAX, file);
		good = feof(file) && !ferror(file) &&
		       EVP_Digest(asset->data, asset->len, digest, NULL,
			   EVP_sha256(), NULL) == 1;
	}
	(void)fclose(file);
	if (!good) {
		errno = EFBIG;
		return false;
	}
	asset->tag[0] = asset->tag[17] = '"';
	for (int i = 0; i < 8; i++)
		(void)snprintf(asset->tag + 1 + 2 * i,
		    sizeof asset->tag - 1 - 2 * (size_t)i, "%02x\"", digest[i]);
	return true;
}

struct assets *
assets_open(const char *folder, const char *bootstrap, char *why, size_t size)
{
	struct assets *assets = calloc(1, sizeof *assets);
	char path[4096];

	for (size_t i = 0; assets != NULL && i < NASSETS; i++) {
		(void)snprintf(
		    path, sizeof path, "%s/%s", folder, kinds[i].name);
		if (i == 0) {
			/* Pages work without it. */
			(void)asset_read(&assets->files[i], bootstrap);
		} else if (!asset_read(&assets->files[i], path)) {
			(void)snprintf(
			    why, size, "%s: %s", path, strerror(errno));
			assets_close(assets);
			return NULL;
		}
	}
	if (assets == NULL)
		(void)snprintf(why, size, "no memory");
	return assets;
}

void
assets_close(struct assets *assets)
{
	if (assets == NULL)
		return;
	for (size_t i = 0; i < NASSETS; i++)
		free(assets->files[i].data);
	free(assets);
}

void
assets_answer(
    const struct assets *assets, struct web_request *request, const char *name)
{
	const char *known = web_header(request, "If-None-Match");
	const struct asset *asset = NULL;
	size_t i;
	char *copy;

	for (i = 0; i < NASSETS && asset == NULL; i++) {
		if (strcmp(kinds[i].name, name) == 0)
			asset = &assets->files[i];
	}
	if (asset == NULL || asset->data == NULL) {
		web_problem(request, 404, "no-such-path", "no such file");
		return;
	}
	(void)web_header_add(request, "ETag", asset->tag);
	(void)web_header_add(request, "Cache-Control", "max-age=3600");
	if (known != NULL && strstr(known, asset->tag) != NULL) {
		web_answer(request, 304, NULL, NULL, 0);
		return;
	}
	if ((copy = malloc(asset->len + 1)) != NULL)
		memcpy(copy, asset->data, asset->len);
	web_answer(request, 200, kinds[i - 1].type, copy,
	    copy != NULL ? asset->len : 1);
}
