/* assets.c - see assets.h. */
#include "portal/site/assets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <zlib.h>

#include "web/answer.h"

#define FILE_MAX (1 << 20) /* bytes */
#define GZIP_HEADER 16     /* for deflateInit2 */

static const struct {
	const char *name, *type;
} kinds[] = {
	{ "bootstrap.css", "text/css; charset=utf-8" },
	{ "portal.css", "text/css; charset=utf-8" },
	{ "portal.js", "text/javascript; charset=utf-8" },
	{ "icon.svg", "image/svg+xml" },
};
#define NASSETS (sizeof kinds / sizeof kinds[0])

struct body {
	char *data; /* NULL: there is none */
	size_t len;
	char tag[19]; /* of 16 digits, in quotes */
};

struct assets {
	struct asset {
		struct body plain, packed; /* as gzip, RFC 1952 */
	} files[NASSETS];
};

/* ---- Reading --------------------------------------------------------- */

static bool
tag_make(struct body *body)
{
	unsigned char digest[32];

	if (EVP_Digest(
		body->data, body->len, digest, NULL, EVP_sha256(), NULL) != 1)
		return false;
	body->tag[0] = '"';
	for (int i = 0; i < 8; i++)
		(void)snprintf(body->tag + 1 + 2 * i,
		    sizeof body->tag - 1 - 2 * (size_t)i, "%02x\"", digest[i]);
	return true;
}

static bool
plain_read(struct body *body, const char *path)
{
	FILE *file = fopen(path, "re");
	bool good = false;

	if (file == NULL)
		return false;
	if ((body->data = malloc(FILE_MAX)) != NULL) {
		body->len = fread(body->data, 1, FILE_MAX, file);
		good = feof(file) && !ferror(file) && tag_make(body);
	}
	(void)fclose(file);
	if (!good)
		errno = EFBIG;
	return good;
}

/* Without it, all get the plain one. */
static void
pack(const struct body *plain, struct body *packed)
{
	z_stream z = { .next_in = (Bytef *)plain->data,
		.avail_in = (uInt)plain->len };
	uLong size;

	if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED,
		MAX_WBITS + GZIP_HEADER, MAX_MEM_LEVEL,
		Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	size = deflateBound(&z, (uLong)plain->len);
	if ((packed->data = malloc(size)) != NULL) {
		z.next_out = (Bytef *)packed->data;
		z.avail_out = (uInt)size;
		if (deflate(&z, Z_FINISH) == Z_STREAM_END)
			packed->len = z.total_out;
		if (packed->len == 0 || !tag_make(packed)) {
			free(packed->data);
			packed->data = NULL;
		}
	}
	(void)deflateEnd(&z);
}

static bool
asset_read(struct asset *asset, const char *path)
{
	if (!plain_read(&asset->plain, path))
		return false;
	pack(&asset->plain, &asset->packed);
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
	for (size_t i = 0; i < NASSETS; i++) {
		free(assets->files[i].plain.data);
		free(assets->files[i].packed.data);
	}
	free(assets);
}

/* ---- Answers --------------------------------------------------------- */

static const struct body *
body_choose(const struct asset *asset, const struct web_request *request)
{
	const char *codings = web_header(request, "Accept-Encoding");

	return asset->packed.data != NULL && codings != NULL &&
		       strstr(codings, "gzip") != NULL
		   ? &asset->packed
		   : &asset->plain;
}

static void
body_answer(
    const struct asset *asset, struct web_request *request, const char *type)
{
	const char *known = web_header(request, "If-None-Match");
	const struct body *body = body_choose(asset, request);
	char *copy;

	(void)web_header_add(request, "ETag", body->tag);
	(void)web_header_add(request, "Cache-Control", "max-age=3600");
	(void)web_header_add(request, "Vary", "Accept-Encoding");
	if (known != NULL && strstr(known, body->tag) != NULL) {
		web_answer(request, 304, NULL, NULL, 0);
		return;
	}
	if (body == &asset->packed)
		(void)web_header_add(request, "Content-Encoding", "gzip");
	if ((copy = malloc(body->len + 1)) != NULL)
		memcpy(copy, body->data, body->len);
	web_answer(request, 200, type, copy, copy != NULL ? body->len : 1);
}

void
assets_answer(
    const struct assets *assets, struct web_request *request, const char *name)
{
	for (size_t i = 0; i < NASSETS; i++) {
		if (strcmp(kinds[i].name, name) == 0 &&
		    assets->files[i].plain.data != NULL) {
			body_answer(&assets->files[i], request, kinds[i].type);
			return;
		}
	}
	web_problem(request, 404, "no-such-path", "no such file");
}
