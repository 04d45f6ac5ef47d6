/*
 * wrappers.h - TCP wrappers, hosts_access(5), for the role "master".
 *
 * net-snmp, where it is built with them, asks them about the sender of each
 * request, and each time they read /etc/hosts.allow and /etc/hosts.deny: half
 * of what a GET costs.  So what net-snmp calls is ours.  While neither file
 * has a rule, which allows everybody, it only looks whether that is still so;
 * else it asks them.
 */
#ifndef AGENT_SNMP_WRAPPERS_H
#define AGENT_SNMP_WRAPPERS_H

/* Before net-snmp listens. */
void wrappers_begin(void);

/* What net-snmp calls, under the name and with the promise of libwrap: 0: the
 * sender has no access. */
__attribute__((visibility("default"))) int hosts_ctl(
    char *daemon, char *name, char *address, char *user);

#endif
