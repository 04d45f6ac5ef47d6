/*
 * transfer_fuzz.c - what the helper process says to the daemon, which trusts
 * no word of it: words of any size and content, and any file.
 *
 * The input: a byte, 16 times which is the length of the file, the file, and
 * then words, each behind two bytes for its length.  A word of length 0 stands
 * for one of the right size, made of the bytes that are left.
 */
#include "fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "jobs/transfer.h"
#include "loop.h"
#include "quiet.h"

#define MAX_SIZE 2048 /* of the file: some are too large */

static struct {
	const uint8_t *data;
	size_t len;
} input;

static struct {
	struct loop *loop;
	int end;  /* the helper's, of the socket */
	int file; /* the daemon's own descriptor */
	unsigned progress, over;
	enum transfer_result result;
} run;

/* ---- What the daemon makes for its helper ---- */

int __real_socketpair(int, int, int, int[2]);
int __wrap_socketpair(int, int, int, int[2]);

int
__wrap_socketpair(int domain, int type, int protocol, int ends[2])
{
	int error = __real_socketpair(domain, type, protocol, ends);

	if (error == 0)
		run.end = dup(ends[1]);
	return error;
}

int __real_memfd_create(const char *, unsigned);
int __wrap_memfd_create(const char *, unsigned);

int
__wrap_memfd_create(const char *name, unsigned flags)
{
	return run.file = __real_memfd_create(name, flags);
}

/* ---- The helper ---- */

static size_t
take(void *room, size_t len)
{
	len = len < input.len ? len : input.len;
	memcpy(room, input.data, len);
	input.data += len;
	input.len -= len;
	return len;
}

static void
say_word(void)
{
	uint8_t bytes[2 * sizeof(struct transfer_word)] = { 0 };
	uint8_t size[2] = { 0 };
	size_t len;

	(void)take(size, sizeof size);
	len = (size_t)size[0] << 8 | size[1];
	if (len == 0) {
		(void)take(bytes, sizeof(struct transfer_word));
		len = sizeof(struct transfer_word);
	} else
		len = take(bytes, len < sizeof bytes ? len : sizeof bytes);
	(void)send(run.end, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void
on_spawned(void)
{
	uint8_t blocks = 0, file[255 * 16];
	size_t len;

	(void)take(&blocks, 1);
	len = take(file, (size_t)blocks * 16);
	require(pwrite(run.file, file, len, 0) == (ssize_t)len);
	for (unsigned i = 0; i < 20 && input.len > 0; i++)
		say_word();
}

/* Reads it, and ends. */
static void
hear_order(void)
{
	struct transfer_order order;

	require(recv(run.end, &order, sizeof order, 0) == sizeof order);
	close(run.end);
}

/* ---- The daemon ---- */

static void
on_progress(void *arg, uint64_t done, uint64_t total)
{
	(void)arg;
	(void)done;
	(void)total;
	require(run.over == 0);
	run.progress++;
}

static void
on_over(void *arg, enum transfer_result result, const char *why)
{
	(void)arg;
	require(result >= TRANSFER_DONE && result <= TRANSFER_UNTRUSTED);
	require(strlen(why) < sizeof((struct transfer_word *)NULL)->text);
	run.result = result;
	run.over++;
	loop_stop(run.loop);
}

static void
check_file(struct transfer *transfer)
{
	uint8_t *data = NULL;
	size_t len;

	if (!transfer_take(transfer, &data, &len))
		return;
	require(len <= MAX_SIZE);
	free(data);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct transfer_order order = { .timeout_s = 60,
		.max_size = MAX_SIZE };
	const struct transfer_events events = { on_progress, on_over, NULL };
	struct transfer *transfer;
	char why[256];

	input.data = data;
	input.len = len;
	run.progress = run.over = 0;
	if (run.loop == NULL)
		run.loop = loop_new();
	quiet_spawned = on_spawned;
	transfer = transfer_new(
	    run.loop, &order, "", 0, &events, why, sizeof why);
	require(transfer != NULL && run.over == 0);
	hear_order();
	require(loop_run(run.loop));
	require(run.over == 1);
	if (run.result == TRANSFER_DONE)
		check_file(transfer);
	transfer_free(transfer);
	return 0;
}
