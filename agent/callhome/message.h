/*
 * message.h - what the device and the portal say to each other, in JSON.
 *
 * What the portal says is read as coming from a stranger.
 */
#ifndef AGENT_CALLHOME_MESSAGE_H
#define AGENT_CALLHOME_MESSAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MESSAGE_NONCE_MAX 512 /* bytes */
#define MESSAGE_WHY_MAX 512

/*
 * The text of a request: the members of `row` (kept.h) in their order.  ticket:
 * for a rehost, else NULL.  The caller frees; NULL: out of memory.
 */
char *message_request(const json_t *row, const char *kind, const char *ticket);
/* nonce: "" if nobody gave one.  The caller frees; NULL: out of memory. */
char *message_envelope(
    const char *request, const char *credentials, const char *nonce);

bool message_nonce(
    const void *body, size_t len, char nonce[MESSAGE_NONCE_MAX + 1]);

/*
 * The answer to the request with this id, about this device and of this kind.
 * NULL for those: any.  NULL: why says what is wrong with it.
 */
json_t *message_answer(const void *body, size_t len, const char *id,
    const char *kind, const char *udi, char why[MESSAGE_WHY_MAX]);

/* What the portal says about an error: its detail, else its title, else the
 * status. */
void message_problem(
    const void *body, size_t len, uint32_t status, char why[MESSAGE_WHY_MAX]);

/* Cuts a text, and what could drive a terminal or forge a line out of it. */
void message_words(const char *text, char *words, size_t size);

#endif
