/*
 * pdu.c - variables of net-snmp's PDUs, and ours.
 *
 * The library's sub-identifiers are of type long, and those above 2^31 come
 * with their sign extended; 32 bits of them count.
 */
#include "pdu.h"

#include <stdlib.h>
#include <string.h>

#include "table.h"

/* A value's type is the library's. */
#define SAME(ours, theirs) \
	_Static_assert((int)(ours) == (int)(theirs), #ours " is " #theirs)
SAME(VALUE_INTEGER, ASN_INTEGER);
SAME(VALUE_OCTETS, ASN_OCTET_STR);
SAME(VALUE_NULL, ASN_NULL);
SAME(VALUE_OID, ASN_OBJECT_ID);
SAME(VALUE_ADDRESS, ASN_IPADDRESS);
SAME(VALUE_COUNTER32, ASN_COUNTER);
SAME(VALUE_UNSIGNED, ASN_GAUGE);
SAME(VALUE_TICKS, ASN_TIMETICKS);
SAME(VALUE_OPAQUE, ASN_OPAQUE);
SAME(VALUE_COUNTER64, ASN_COUNTER64);
SAME(VALUE_NO_OBJECT, SNMP_NOSUCHOBJECT);
SAME(VALUE_NO_INSTANCE, SNMP_NOSUCHINSTANCE);
SAME(VALUE_END, SNMP_ENDOFMIBVIEW);
SAME(OID_MAX, MAX_OID_LEN);

/* ---- From the library ---- */

bool
pdu_get_oid(const oid *ids, size_t n, struct oid *out)
{
	if (n > OID_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		out->id[i] = (uint32_t)ids[i];
	out->len = n;
	return true;
}

bool
pdu_get_name(const netsnmp_variable_list *var, struct oid *name)
{
	return pdu_get_oid(var->name, var->name_length, name);
}

bool
pdu_get_range(const netsnmp_variable_list *var, struct range *range)
{
	size_t len = var->val_len / sizeof(oid);

	/* The null identifier comes as 0.0. */
	if (len == 2 && var->val.objid[0] == 0 && var->val.objid[1] == 0)
		len = 0;
	range->include = var->type == ASN_PRIV_INCL_RANGE;
	return pdu_get_oid(var->name, var->name_length, &range->start) &&
	       pdu_get_oid(var->val.objid, len, &range->end);
}

static uint64_t
counter_of(const struct counter64 *counter)
{
	return (uint64_t)(uint32_t)counter->high << 32 | (uint32_t)counter->low;
}

bool
pdu_get_varbind(const netsnmp_variable_list *var, struct varbind *varbind)
{
	struct value *value = &varbind->value;

	memset(value, 0, sizeof *value);
	value->type = (enum value_type)var->type;
	switch (value->type) {
	case VALUE_INTEGER:
		value->integer = (int32_t)*var->val.integer;
		break;
	case VALUE_COUNTER32:
	case VALUE_UNSIGNED:
	case VALUE_TICKS:
		value->number = (uint32_t)*var->val.integer;
		break;
	case VALUE_COUNTER64:
		value->counter = counter_of(var->val.counter64);
		break;
	case VALUE_OCTETS:
	case VALUE_ADDRESS:
	case VALUE_OPAQUE:
		value->octets.data = var->val.string;
		value->octets.len = var->val_len;
		break;
	case VALUE_OID: /* no object here takes one */
	case VALUE_NULL:
	case VALUE_NO_OBJECT:
	case VALUE_NO_INSTANCE:
	case VALUE_END:
		break;
	}
	return pdu_get_name(var, &varbind->name);
}

/* ---- To the library ---- */

/* Returns how many bytes they take in `out`. */
static size_t
put_oid(oid out[OID_MAX], const uint32_t *id, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = id[i];
	return len * sizeof *out;
}

bool
pdu_put_value(netsnmp_variable_list *var, const struct value *value)
{
	struct counter64 counter;
	oid ids[OID_MAX];
	const void *data = NULL;
	size_t len = 0;

	switch (value->type) {
	case VALUE_INTEGER:
		data = &value->integer;
		len = sizeof value->integer;
		break;
	case VALUE_COUNTER32:
	case VALUE_UNSIGNED:
	case VALUE_TICKS:
		data = &value->number;
		len = sizeof value->number;
		break;
	case VALUE_COUNTER64:
		counter.high = value->counter >> 32;
		counter.low = (uint32_t)value->counter;
		data = &counter;
		len = sizeof counter;
		break;
	case VALUE_OCTETS:
	case VALUE_ADDRESS:
	case VALUE_OPAQUE:
		data = value->octets.data;
		len = value->octets.len;
		break;
	case VALUE_OID:
		data = ids;
		len = put_oid(ids, value->oid.id, value->oid.len);
		break;
	case VALUE_NULL:
	case VALUE_NO_OBJECT:
	case VALUE_NO_INSTANCE:
	case VALUE_END:
		break;
	}
	return snmp_set_var_typed_value(var, (u_char)value->type, data, len) ==
	       0;
}

bool
pdu_put_varbind(netsnmp_variable_list *var, const struct oid *name,
    const struct value *value)
{
	oid ids[OID_MAX];

	(void)put_oid(ids, name->id, name->len);
	return snmp_set_var_objid(var, ids, name->len) == 0 &&
	       pdu_put_value(var, value);
}

netsnmp_variable_list *
pdu_new_varbind(const struct oid *name, const struct value *value)
{
	netsnmp_variable_list *var = calloc(1, sizeof *var);

	if (var == NULL || pdu_put_varbind(var, name, value))
		return var;
	snmp_free_var(var);
	return NULL;
}

/* ---- Sizes: RFC 2741, sections 5.1 to 5.4 ---- */

/* Four bytes, and four for each sub-identifier but 1.3.6.1.X at the front. */
static size_t
oid_size(const uint32_t *id, size_t len)
{
	static const uint32_t internet[] = { 1, 3, 6, 1 };
	const size_t n = NITEMS(internet);
	bool shorter = len > n && memcmp(id, internet, sizeof internet) == 0 &&
		       id[n] > 0 && id[n] <= UINT8_MAX;

	return 4 + 4 * (shorter ? len - n - 1 : len);
}

static size_t
value_size(const struct value *value)
{
	switch (value->type) {
	case VALUE_INTEGER:
	case VALUE_COUNTER32:
	case VALUE_UNSIGNED:
	case VALUE_TICKS:
		return 4;
	case VALUE_COUNTER64:
		return 8;
	case VALUE_OCTETS:
	case VALUE_ADDRESS:
	case VALUE_OPAQUE:
		return 4 + (value->octets.len + 3) / 4 * 4;
	case VALUE_OID:
		return oid_size(value->oid.id, value->oid.len);
	case VALUE_NULL:
	case VALUE_NO_OBJECT:
	case VALUE_NO_INSTANCE:
	case VALUE_END:
		break;
	}
	return 0;
}

size_t
pdu_varbind_size(const struct oid *name, const struct value *value)
{
	return 4 + oid_size(name->id, name->len) + value_size(value);
}
