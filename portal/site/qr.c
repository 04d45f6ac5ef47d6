/* qr.c - see qr.h. */
#include "portal/site/qr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <qrencode.h>

#define QUIET 4 /* modules without ink on each side (ISO/IEC 18004) */
#define SCHEME "data:image/svg+xml;base64,"

/* A rectangle for each run of dark modules. */
static void
row_put(FILE *svg, const QRcode *code, int y)
{
	const unsigned char *row = code->data + (size_t)y * (size_t)code->width;

	for (int x = 0, end; x < code->width; x = end + 1) {
		for (end = x; end < code->width && (row[end] & 1) != 0; end++)
			;
		if (end > x)
			fprintf(svg, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET,
			    end - x, end - x);
	}
}

/* NULL: no memory. */
static char *
svg_make(const QRcode *code, size_t *len)
{
	int side = code->width + 2 * QUIET;
	char *text = NULL;
	FILE *svg = open_memstream(&text, len);

	if (svg == NULL)
		return NULL;
	fprintf(svg,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
	    " shape-rendering=\"crispEdges\">"
	    "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/><path d=\"",
	    side, side, side, side);
	for (int y = 0; y < code->width; y++)
		row_put(svg, code, y);
	fputs("\"/></svg>", svg);
	if (fclose(svg) == 0)
		return text;
	free(text);
	return NULL;
}

static char *
url_make(const char *svg, size_t len)
{
	char *url = malloc(sizeof SCHEME + (len + 2) / 3 * 4 + 1);

	if (url != NULL) {
		strcpy(url, SCHEME);
		(void)EVP_EncodeBlock((unsigned char *)url + sizeof SCHEME - 1,
		    (const unsigned char *)svg, (int)len);
	}
	return url;
}

char *
qr_image(const char *text)
{
	QRcode *code = NULL;
	char *svg = NULL, *url = NULL;
	size_t len;

	if (strlen(text) <= QR_TEXT_MAX)
		code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	if (code != NULL)
		svg = svg_make(code, &len);
	if (svg != NULL)
		url = url_make(svg, len);
	free(svg);
	QRcode_free(code);
	return url;
}
