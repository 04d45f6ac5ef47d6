/*
 * portal_fuzz.c - what a licensing portal says to a device: nonces, answers,
 * problems, and URLs that an operator types.
 */
#include "fuzz.h"

#include <string.h>

#include "callhome/address.h"
#include "callhome/message.h"
#include "licensecore.h"

static void
check_words(const char *words, size_t size)
{
	size_t len = strnlen(words, size);

	require(len < size);
	require(lc_text_is_plain(words, len));
}

static void
check_nonce(const uint8_t *data, size_t len)
{
	char nonce[MESSAGE_NONCE_MAX + 1] = "";

	if (!message_nonce(data, len, nonce))
		require(nonce[0] == '\0');
	else {
		require(nonce[0] != '\0');
		require(strpbrk(nonce, " \t\r\n\"\\") == NULL);
	}
}

/* What is taken has what its kind promises. */
static void
check_answer(const uint8_t *data, size_t len, const char *id)
{
	char why[MESSAGE_WHY_MAX] = "";
	json_t *answer = message_answer(data, len, id, NULL, NULL, why);
	const char *kind;

	if (answer == NULL) {
		require(why[0] != '\0');
		check_words(why, sizeof why);
		return;
	}
	kind = json_string_value(json_object_get(answer, "kind"));
	require(kind != NULL);
	require(json_is_string(json_object_get(answer, "id")));
	require(strcmp(kind, "report") == 0 ||
		json_is_array(json_object_get(answer, "licenses")) ||
		json_is_string(json_object_get(answer, "file")));
	json_decref(answer);
}

static void
check_problem(const uint8_t *data, size_t len)
{
	char why[MESSAGE_WHY_MAX] = "";

	message_problem(data, len, 422, why);
	require(why[0] != '\0');
	check_words(why, sizeof why);
}

/* A host, and a port, and nothing that could be taken for more. */
static void
check_url(const char *url)
{
	struct portal_address a;
	const char *why = "";

	if (!address_portal(url, &a, &why)) {
		require(why[0] != '\0');
		return;
	}
	require(a.port != 0 && a.host_len > 0 && a.len > 0);
	require(a.host >= url && a.host + a.host_len <= url + strlen(url));
	require(url[a.len - 1] != '/');
	require(strpbrk(url, "@?#\\ \t\r\n\"'") == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = strndup((const char *)data, len), words[64];

	require(text != NULL);
	check_nonce(data, len);
	check_answer(data, len, NULL);
	check_answer(data, len, "AAAAAAAAAAAAAAAAAAAAAA");
	check_problem(data, len);
	check_url(text);
	message_words(text, words, sizeof words);
	check_words(words, sizeof words);
	free(text);
	return 0;
}
