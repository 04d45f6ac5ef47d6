/* buffer.c - bytes that grow at the end and are taken from the front. */
#include "buffer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void
wipe(const struct buffer *b, size_t from, size_t to)
{
	if (b->secret && from < to)
		explicit_bzero(b->data + from, to - from);
}

/* realloc would leave a copy behind. */
static uint8_t *
grow(const struct buffer *b, size_t size)
{
	uint8_t *data;

	if (!b->secret)
		return realloc(b->data, size);
	if ((data = malloc(size)) == NULL)
		return NULL;
	if (b->len != 0)
		memcpy(data, b->data, b->len);
	wipe(b, 0, b->size);
	free(b->data);
	return data;
}

uint8_t *
buffer_reserve(struct buffer *b, size_t len)
{
	size_t size = b->size != 0 ? b->size : 1024;
	uint8_t *data;

	if (b->failed || len > b->limit - b->len)
		goto fail;
	if (b->len + len <= b->size)
		return b->data + b->len;
	while (size < b->len + len)
		size *= 2;
	if ((data = grow(b, size)) == NULL)
		goto fail;
	b->data = data;
	b->size = size;
	return data + b->len;
fail:
	b->failed = true;
	return NULL;
}

void
buffer_append(struct buffer *b, const void *data, size_t len)
{
	uint8_t *room = buffer_reserve(b, len);

	if (room == NULL || len == 0)
		return;
	memcpy(room, data, len);
	b->len += len;
}

void
buffer_truncate(struct buffer *b, size_t len)
{
	assert(len <= b->len);
	wipe(b, len, b->len);
	b->len = len;
	b->failed = false;
}

void
buffer_consume(struct buffer *b, size_t len)
{
	assert(len <= b->len);
	b->len -= len;
	if (b->len != 0)
		memmove(b->data, b->data + len, b->len);
	wipe(b, b->len, b->len + len);
}

void
buffer_free(struct buffer *b)
{
	wipe(b, 0, b->size);
	free(b->data);
	b->data = NULL;
	b->len = b->size = 0;
}
