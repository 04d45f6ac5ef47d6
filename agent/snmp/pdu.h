/*
 * pdu.h - variables of net-snmp's PDUs, and ours.
 */
#ifndef AGENT_PDU_H
#define AGENT_PDU_H

#include "agentx.h"
#include "value.h"

/* False: there are too many sub-identifiers. */
bool pdu_get_oid(const oid *, size_t n, struct oid *);
bool pdu_get_name(const netsnmp_variable_list *, struct oid *);
/* The value borrows from the variable. */
bool pdu_get_varbind(const netsnmp_variable_list *, struct varbind *);

/* What GetNext and GetBulk ask for. */
struct range {
	struct oid start;
	struct oid end; /* empty: none */
	bool include;
};
bool pdu_get_range(const netsnmp_variable_list *, struct range *);

/* The variable becomes this one.  False: out of memory. */
bool pdu_put_varbind(
    netsnmp_variable_list *, const struct oid *name, const struct value *);
bool pdu_put_value(netsnmp_variable_list *, const struct value *);

/* A new one; NULL: out of memory. */
netsnmp_variable_list *pdu_new_varbind(
    const struct oid *name, const struct value *);

/* Bytes that it takes in an AgentX PDU. */
size_t pdu_varbind_size(const struct oid *name, const struct value *);

#endif
