/*
 * fake_master.h - a master agent that is the test: what the link sends is
 * read, and what it shall get is written, byte for byte.
 */
#ifndef FAKE_MASTER_H
#define FAKE_MASTER_H

#include "agentx_codec.h"
#include "snmp/link.h"

#define FAKE_SESSION 7 /* what it calls the link's session */

extern struct fake_master {
	struct link *link;
	unsigned ups, downs;
	unsigned answers;  /* to notifications, as the link tells */
	uint32_t answered; /* packet of the last one */
	bool taken;
} fake_master;

/* A link to the fixture's tables, which finds this master; it listens. */
void fake_master_open(void);
/*
 * The same over TCP: the master listens at an address of 127.0.0.0/8, the link
 * knows it by the name of its host and pings after ping_s.
 */
void fake_master_open_tcp(
    const char *address, const char *host, uint32_t ping_s);
/* From now on it listens at another address, at the same port. */
void fake_master_move(const char *address);
void fake_master_close(void);

/* Waits for the link's connection; one that is open is closed before. */
void fake_master_accept(void);
/* The same, and everything that makes it come up. */
void fake_master_welcome(void);
/* A new link in the place of the old one, which comes up. */
void fake_master_renew(void);

/* A PDU of the link; lives until the next one is read. */
struct fake_pdu {
	struct agentx_header header;
	struct agentx_reader rest;
};

/* False: the link hung up. */
bool fake_master_read(struct fake_pdu *);
/* The same, of this type; the test ends if it is another. */
struct fake_pdu fake_master_expect(enum agentx_type);
/* What comes only after a while. */
struct fake_pdu fake_master_await(enum agentx_type);
void fake_master_await_hang_up(void);
/* Gives the link time to send what it has not to send. */
bool fake_master_silent(void);
bool fake_master_hung_up(void);

void fake_master_send(const void *, size_t);
void fake_master_respond(const struct fake_pdu *, unsigned error);
/* A request, of whatever its payload is. */
void fake_master_request(enum agentx_type, uint8_t flags, uint32_t packet,
    const struct buffer *payload);

#endif
