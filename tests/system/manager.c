/*
 * manager.c - an SNMP manager that does what it is told, a line at a time.
 *
 *	manager OPTION... ADDRESS	(options as of snmpget)
 *
 * Reads requests from standard input and answers each with one line:
 *
 *	get NAME...			next NAME...
 *	bulk SINGLE ROUNDS NAME...	set NAME=VALUE...
 *
 *	ERROR INDEX NAME=VALUE...	or "timeout", or "failed WHY"
 *
 * ERROR and INDEX are the numbers of the response.  A NAME is numeric, with a
 * dot before it.  A VALUE begins with a letter: i (INTEGER), u (Unsigned32,
 * Gauge32), x (octets, hexadecimal), a (IpAddress, hexadecimal), o (a NAME),
 * t (TimeTicks), n (NULL); or it is noSuchObject, noSuchInstance or
 * endOfMibView.
 */
#include <net-snmp/net-snmp-config.h>
/* Its order matters: the configuration is first. */
#include <net-snmp/net-snmp-includes.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_LEN 65536
#define OCTETS_MAX 4096

/* ---- What was asked ---- */

static bool
read_name(const char *text, oid *name, size_t *len)
{
	*len = MAX_OID_LEN;
	return read_objid(text, name, len) != 0;
}

static bool
read_octets(const char *text, u_char *octets, size_t *len)
{
	for (*len = 0; text[0] != '\0' && text[1] != '\0'; text += 2) {
		unsigned byte;

		if (*len == OCTETS_MAX || sscanf(text, "%2x", &byte) != 1)
			return false;
		octets[(*len)++] = (u_char)byte;
	}
	return *text == '\0';
}

static bool
add_octets(netsnmp_pdu *pdu, const oid *name, size_t name_len, u_char type,
    const char *text)
{
	u_char octets[OCTETS_MAX];
	size_t len;

	return read_octets(text, octets, &len) &&
	       snmp_pdu_add_variable(pdu, name, name_len, type, octets, len) !=
		   NULL;
}

static bool
add_number(netsnmp_pdu *pdu, const oid *name, size_t name_len, u_char type,
    const char *text)
{
	long number = type == ASN_INTEGER ? strtol(text, NULL, 10)
					  : (long)strtoul(text, NULL, 10);

	return snmp_pdu_add_variable(
		   pdu, name, name_len, type, &number, sizeof number) != NULL;
}

static bool
add_value(netsnmp_pdu *pdu, const oid *name, size_t len, const char *value)
{
	oid other[MAX_OID_LEN];
	size_t other_len;

	switch (*value++) {
	case 'i':
		return add_number(pdu, name, len, ASN_INTEGER, value);
	case 'u':
		return add_number(pdu, name, len, ASN_GAUGE, value);
	case 't':
		return add_number(pdu, name, len, ASN_TIMETICKS, value);
	case 'x':
		return add_octets(pdu, name, len, ASN_OCTET_STR, value);
	case 'a':
		return add_octets(pdu, name, len, ASN_IPADDRESS, value);
	case 'o':
		return read_name(value, other, &other_len) &&
		       snmp_pdu_add_variable(pdu, name, len, ASN_OBJECT_ID,
			   other, other_len * sizeof *other) != NULL;
	case 'n':
		return snmp_add_null_var(pdu, name, len) != NULL;
	default:
		return false;
	}
}

/* "NAME" or "NAME=VALUE". */
static bool
add_word(netsnmp_pdu *pdu, char *word)
{
	char *value = strchr(word, '=');
	oid name[MAX_OID_LEN];
	size_t len;

	if (value != NULL)
		*value++ = '\0';
	if (!read_name(word, name, &len))
		return false;
	if (pdu->command == SNMP_MSG_SET)
		return value != NULL && add_value(pdu, name, len, value);
	return snmp_add_null_var(pdu, name, len) != NULL;
}

static int
command_named(const char *word)
{
	static const struct {
		const char *name;
		int command;
	} commands[] = {
		{ "get", SNMP_MSG_GET },
		{ "next", SNMP_MSG_GETNEXT },
		{ "bulk", SNMP_MSG_GETBULK },
		{ "set", SNMP_MSG_SET },
	};

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(commands[i].name, word) == 0)
			return commands[i].command;
	return 0;
}

/* NULL: the line is none of ours. */
static netsnmp_pdu *
read_request(char *line)
{
	char *word = strsep(&line, " ");
	int command = command_named(word);
	netsnmp_pdu *pdu;

	if (command == 0 || (pdu = snmp_pdu_create(command)) == NULL)
		return NULL;
	if (command == SNMP_MSG_GETBULK) {
		word = strsep(&line, " ");
		pdu->non_repeaters = word != NULL ? atol(word) : 0;
		word = strsep(&line, " ");
		pdu->max_repetitions = word != NULL ? atol(word) : 0;
	}
	while ((word = strsep(&line, " ")) != NULL)
		if (*word != '\0' && !add_word(pdu, word)) {
			snmp_free_pdu(pdu);
			return NULL;
		}
	return pdu;
}

/* ---- What was answered ---- */

static void
put_name(const oid *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		printf(".%lu", (unsigned long)name[i]);
}

static void
put_octets(char letter, const netsnmp_variable_list *v)
{
	putchar(letter);
	for (size_t i = 0; i < v->val_len; i++)
		printf("%02x", v->val.string[i]);
}

static void
put_value(const netsnmp_variable_list *v)
{
	switch (v->type) {
	case ASN_INTEGER:
		printf("i%ld", *v->val.integer);
		break;
	case ASN_GAUGE:
		printf("u%lu", *(const unsigned long *)v->val.integer);
		break;
	case ASN_TIMETICKS:
		printf("t%lu", *(const unsigned long *)v->val.integer);
		break;
	case ASN_OCTET_STR:
		put_octets('x', v);
		break;
	case ASN_IPADDRESS:
		put_octets('a', v);
		break;
	case ASN_OBJECT_ID:
		putchar('o');
		put_name(v->val.objid, v->val_len / sizeof(oid));
		break;
	case ASN_NULL:
		putchar('n');
		break;
	case SNMP_NOSUCHOBJECT:
		fputs("noSuchObject", stdout);
		break;
	case SNMP_NOSUCHINSTANCE:
		fputs("noSuchInstance", stdout);
		break;
	case SNMP_ENDOFMIBVIEW:
		fputs("endOfMibView", stdout);
		break;
	default:
		printf("?%u", v->type);
		break;
	}
}

static void
put_response(const netsnmp_pdu *response)
{
	printf("%ld %ld", response->errstat, response->errindex);
	for (const netsnmp_variable_list *v = response->variables; v != NULL;
	     v = v->next_variable) {
		putchar(' ');
		put_name(v->name, v->name_length);
		putchar('=');
		put_value(v);
	}
	putchar('\n');
}

static void
ask(netsnmp_session *session, netsnmp_pdu *pdu)
{
	netsnmp_pdu *response = NULL;

	switch (snmp_synch_response(session, pdu, &response)) {
	case STAT_SUCCESS:
		put_response(response);
		break;
	case STAT_TIMEOUT:
		puts("timeout");
		break;
	default:
		printf(
		    "failed %s\n", snmp_api_errstring(session->s_snmp_errno));
		break;
	}
	if (response != NULL)
		snmp_free_pdu(response);
}

static void
no_options(int argc, char *const *argv, int option)
{
	(void)argc;
	(void)argv;
	(void)option;
}

int
main(int argc, char **argv)
{
	static char line[LINE_MAX_LEN];
	static netsnmp_session session; /* it owns what was parsed */
	netsnmp_session *open;

	snmp_sess_init(&session);
	if (snmp_parse_args(argc, argv, &session, "", no_options) < 0)
		return 2;
	SOCK_STARTUP;
	if ((open = snmp_open(&session)) == NULL) {
		snmp_sess_perror("manager", &session);
		return 2;
	}
	free(session.community); /* copied, like all of it */
	while (fgets(line, sizeof line, stdin) != NULL) {
		netsnmp_pdu *pdu;

		line[strcspn(line, "\n")] = '\0';
		if ((pdu = read_request(line)) != NULL)
			ask(open, pdu);
		else
			puts("failed not a request");
		fflush(stdout);
	}
	snmp_close(open);
	SOCK_CLEANUP;
	return 0;
}
