/*
 * subagent.c - what others make of AgentX, as peers of licagentd.
 *
 *	subagent null|tdata SOCKET ROWS ARC
 *
 * Both show a table of COLUMNS columns, with the index 1.1.ROW, below root.ARC.
 * "null" computes every value in a handler of its own, so that what it costs is
 * libnetsnmpagent alone; "tdata" keeps the rows in net-snmp's tdata table.
 */
#include <net-snmp/net-snmp-config.h>
/* Its order matters: the configuration is first. */
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 15
#define NAME_LEN (OID_LENGTH(root) + 5)	/* with entry, column and index */

static oid root[] = { 1, 3, 6, 1, 4, 1, 8072, 9999, 543, 0 };
static u_long nrows;

static int
answer(netsnmp_variable_list *v, u_long column, u_long row)
{
	u_long value = column * row;

	return snmp_set_var_typed_value(v, ASN_UNSIGNED, &value,
	    sizeof value);
}

/* ---- Without a table ------------------------------------------------- */

/* The column and row that stand behind the root, or 0. */
static void
name_read(const netsnmp_variable_list *v, u_long *column, u_long *row)
{
	const oid *rest = v->name + OID_LENGTH(root);
	size_t n = v->name_length - OID_LENGTH(root);

	*column = n > 1 ? rest[1] : 0;
	*row = n > 4 ? rest[4] : 0;
}

/* False: the table ends here. */
static bool
next_of(u_long *column, u_long *row)
{
	if (*column == 0) {
		*column = 1;
		*row = 0;
	}
	if (++*row > nrows) {
		*row = 1;
		++*column;
	}
	return *column <= COLUMNS;
}

static void
name_write(netsnmp_variable_list *v, u_long column, u_long row)
{
	oid name[NAME_LEN];

	memcpy(name, root, sizeof root);
	memcpy(name + OID_LENGTH(root), ((oid[]){ 1, column, 1, 1, row }),
	    5 * sizeof(oid));
	snmp_set_var_objid(v, name, NAME_LEN);
}

static int
null_handle(netsnmp_mib_handler *h, netsnmp_handler_registration *reg,
    netsnmp_agent_request_info *info, netsnmp_request_info *r)
{
	(void)h;
	(void)reg;
	for (; r != NULL; r = r->next) {
		u_long column = 0, row = 0;

		if (r->processed)
			continue;
		if (snmp_oid_compare(r->requestvb->name,
		    r->requestvb->name_length, root, OID_LENGTH(root)) > 0)
			name_read(r->requestvb, &column, &row);
		if (info->mode == MODE_GETNEXT && next_of(&column, &row)) {
			name_write(r->requestvb, column, row);
			answer(r->requestvb, column, row);
		} else if (info->mode == MODE_GET)
			answer(r->requestvb, column, row);
	}
	return SNMP_ERR_NOERROR;
}

static int
null_register(void)
{
	return netsnmp_register_handler(netsnmp_create_handler_registration(
	    "bench", null_handle, root, OID_LENGTH(root), HANDLER_CAN_RONLY));
}

/* ---- With tdata ------------------------------------------------------ */

static int
tdata_handle(netsnmp_mib_handler *h, netsnmp_handler_registration *reg,
    netsnmp_agent_request_info *info, netsnmp_request_info *r)
{
	(void)h;
	(void)reg;
	(void)info;
	for (; r != NULL; r = r->next) {
		const u_long *row = netsnmp_tdata_extract_entry(r);
		const netsnmp_table_request_info *at =
		    netsnmp_extract_table_info(r);

		if (row != NULL && at != NULL)
			answer(r->requestvb, at->colnum, *row);
	}
	return SNMP_ERR_NOERROR;
}

static void
tdata_add(netsnmp_tdata *table, u_long number)
{
	netsnmp_tdata_row *row = netsnmp_tdata_create_row();
	u_long *value = malloc(sizeof *value), one = 1;

	*value = number;
	row->data = value;
	netsnmp_tdata_row_add_index(row, ASN_INTEGER, &one, sizeof one);
	netsnmp_tdata_row_add_index(row, ASN_UNSIGNED, &one, sizeof one);
	netsnmp_tdata_row_add_index(row, ASN_UNSIGNED, &number,
	    sizeof number);
	netsnmp_tdata_add_row(table, row);
}

static int
tdata_register(void)
{
	netsnmp_tdata *table = netsnmp_tdata_create_table("bench", 0);
	netsnmp_table_registration_info *info =
	    SNMP_MALLOC_TYPEDEF(netsnmp_table_registration_info);

	for (u_long i = 1; i <= nrows; i++)
		tdata_add(table, i);
	netsnmp_table_helper_add_indexes(info, ASN_INTEGER, ASN_UNSIGNED,
	    ASN_UNSIGNED, 0);
	info->min_column = 1;
	info->max_column = COLUMNS;
	return netsnmp_tdata_register(netsnmp_create_handler_registration(
	    "bench", tdata_handle, root, OID_LENGTH(root), HANDLER_CAN_RONLY),
	    table, info);
}

int
main(int argc, char **argv)
{
	if (argc != 5) {
		fprintf(stderr, "usage: subagent null|tdata SOCKET ROWS ARC\n");
		return 2;
	}
	nrows = strtoul(argv[3], NULL, 10);
	root[OID_LENGTH(root) - 1] = strtoul(argv[4], NULL, 10);
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID,
	    NETSNMP_DS_AGENT_ROLE, 1);
	netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID,
	    NETSNMP_DS_AGENT_X_SOCKET, argv[2]);
	snmp_enable_stderrlog();
	if (init_agent("bench") != 0 || (strcmp(argv[1], "null") == 0 ?
	    null_register() : tdata_register()) != 0)
		return 1;
	init_snmp("bench");
	for (;;)
		agent_check_and_process(1);
}
