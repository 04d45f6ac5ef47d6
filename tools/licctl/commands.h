/*
 * commands.h - the list of commands: a command is a line here and a function
 * in the file of its subject.
 *
 * The arguments are a letter each: f feature, F file, t text to the end of the
 * line, p priority, l level, m module, n number, d days, k
 * "technology-package", a "all" or "acceptEULA", h handle of a lease, sS "switch"
 * and a member or "all"; c PAK, u UDI, U a URL or "default"; r stands for --feature and a command to run.  After a
 * '?' they are optional; only what stands before "?sS" can be left out with
 * something behind it.
 */
#ifndef LICCTL_COMMANDS_H
#define LICCTL_COMMANDS_H

#include "ctl.h"

/* A member of a stack, as on Catalyst switches. */
#define MEMBER "?sS"

/* clang-format off */
#define COMMANDS(X) \
	/* show.c, show_long.c */ \
	X("show license", "?f" MEMBER, show_license, "the license of each feature") \
	X("show license all", MEMBER, show_all, "all licenses, by store") \
	X("show license call-home", "", show_call_home, \
	    "the licensing portal, and what waits for its answer") \
	X("show license detail", "?f" MEMBER, show_detail, \
	    "all licenses, by feature") \
	X("show license evaluation", MEMBER, show_evaluation, \
	    "evaluation licenses") \
	X("show license expiring", "?d" MEMBER, show_expiring, \
	    "licenses that expire, or do so within some days") \
	X("show license feature", MEMBER, show_feature, "features") \
	X("show license file", MEMBER, show_file, \
	    "license ids, issuers and comments") \
	X("show license handle", MEMBER, show_handle, \
	    "who holds features: a handle for each lease") \
	X("show license in-use", MEMBER, show_in_use, "licenses in use") \
	X("show license level", MEMBER, show_level, "levels of modules") \
	X("show license permanent", MEMBER, show_permanent, \
	    "licenses that do not expire") \
	X("show license right-to-use", MEMBER, show_right_to_use, \
	    "right-to-use licenses, and levels of modules") \
	X("show license statistics", MEMBER, show_statistics, \
	    "counters since the daemon started") \
	X("show license status", "", show_status, \
	    "supported license types and operations") \
	X("show license summary", MEMBER, show_license, \
	    "the license of each feature") \
	X("show license udi", MEMBER, show_udi, \
	    "devices, and the UDIs that licenses are locked to") \
	/* events.c, history.c, lists.c, version.c */ \
	X("show events", MEMBER, show_events, "events, as they happen") \
	X("show history", MEMBER, show_history, "what happened to licenses") \
	X("show leases", MEMBER, show_leases, "processes that hold features") \
	X("show version", MEMBER, show_version, \
	    "versions, levels of modules, and features in use") \
	/* install.c, edit.c, accept.c, level.c, lease.c */ \
	X("license install", "F", license_install, "install a license file") \
	X("license clear", "f", license_clear, \
	    "remove a license of a feature") \
	X("license comment add", "ft", license_comment_add, \
	    "set the comment of a license") \
	X("license comment delete", "f", license_comment_delete, \
	    "delete the comment of a license") \
	X("license modify priority", "fp", license_priority, \
	    "set which license a feature uses") \
	X("license accept end user agreement", "?f", license_accept, \
	    "accept agreements of a feature, or all") \
	X("no license accept end user agreement", "", license_accept_not, \
	    "do not accept agreements of future licenses") \
	X("license boot level", "l?m", license_boot_level, \
	    "set the level of a module, from its next start") \
	X("no license boot level", "?m", license_boot_level_not, \
	    "use the highest licensed level of a module") \
	X("license boot module", "mkl", license_boot_module, \
	    "set the level of a module, from its next start") \
	X("no license boot module", "m?kl", license_boot_module_not, \
	    "use the highest licensed level of a module") \
	X("license right-to-use activate", "f?a?a", license_activate, \
	    "accept and use a right-to-use license, or all") \
	X("license right-to-use deactivate", "f", license_deactivate, \
	    "stop using a right-to-use license") \
	X("license lease end", "h?t", license_lease_end, \
	    "end the lease of a process") \
	/* home.c, home_show.c */ \
	X("license call-home install pak", "c", home_install, \
	    "get licenses for a PAK from the licensing portal") \
	X("license call-home resend", "?F", home_resend, \
	    "get all licenses of the device again, or their file") \
	X("license call-home revoke udi", "u?F", home_revoke, \
	    "move licenses to another device") \
	X("license call-home import", "F?F", home_import, \
	    "take the answer to a request that was written to a file") \
	X("license call-home cancel", "", home_cancel, \
	    "withdraw requests that wait for an answer") \
	X("license call-home url", "U", home_url, \
	    "set the URL of the licensing portal") \
	/* files.c, revoke.c */ \
	X("license save", "F", license_save, "back up the installed licenses") \
	X("license save agreements", "FF", license_save_agreements, \
	    "write the agreements of a license file to a file") \
	X("license save credential", "?F", license_save_credential, \
	    "print or write the credentials of the device") \
	X("license revoke", "FF", license_revoke, \
	    "give up licenses with a permission ticket") \
	X("license revoke last", "F?F", license_revoke_last, \
	    "write the rehost ticket again") \
	/* check.c, status.c, run.c */ \
	X("check", "?f", check, \
	    "check whether a feature is licensed, or all state on disk") \
	X("clock reset", "", clock_reset, \
	    "take back a clock that was set too far ahead") \
	X("reload", "", reload, "have the daemon read its configuration again") \
	X("run", "r", run, "run a command while holding a license") \
	X("dump", "", dump, "everything the daemon knows, as JSON") \
	/* line.c */ \
	X("help", "", show_help, "all commands and options")

/* console.c: commands of the prompt only. */
#define PROMPT_COMMANDS(X) \
	X("end", "", leave_prompt, "leave the prompt") \
	X("exit", "", leave_prompt, "leave the prompt") \
	X("quit", "", leave_prompt, "leave the prompt") \
	X("terminal length", "n", terminal_length, \
	    "set after how many lines output stops") \
	X("terminal width", "n", terminal_width, \
	    "set how many columns a line has")

/* Commands that IOS has, and why they are not needed here. */
#define NOT_NEEDED_COMMANDS(X) \
	X("license agent", \
	    "managers need no agent in licctl: they use SNMP, and programs of " \
	    "the device use liblicclient(3)") \
	X("show license agent", \
	    "managers need no agent in licctl: they use SNMP, and programs of " \
	    "the device use liblicclient(3)") \
	X("license expand", \
	    "a store has the size that licagentd.conf(5) gives it") \
	X("license purge", \
	    "nothing is left over to purge; \"license clear\" removes " \
	    "licenses") \
	X("license feature", \
	    "a feature is used by the program that holds it; \"license " \
	    "right-to-use activate\" accepts its license") \
	X("license smart", \
	    "licenses are installed on the device; no account on the Internet " \
	    "is needed") \
	X("clear", "counters begin with the daemon, and are not cleared") \
	X("configure", \
	    "commands need no configuration mode; type them here") \
	X("debug", "\"licagentd -d\" logs what it does; see licagentd(8)") \
	X("enable", "your user has the rights that licagentd.conf(5) gives it") \
	X("write", "every change is saved at once")
/* clang-format on */

#define DECLARE(words, args, function, what) int function(struct ctl *);
COMMANDS(DECLARE)
PROMPT_COMMANDS(DECLARE)
#undef DECLARE

#endif
