/* ctl.h - a command line that was understood: what every command gets. */
#ifndef LICCTL_CTL_H
#define LICCTL_CTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lic;

#define FILES_MAX 2 /* files in one command; they are its first arguments */

struct file_name {
	char *url;   /* with its password */
	char *shown; /* without it */
};

/* The prompt, for the commands that change it. */
struct console {
	bool over;
	/* Of a screen; without, they are the terminal's.  0: no end. */
	bool has_length, has_width;
	size_t length, width;
};

struct ctl {
	const char *socket; /* NULL: the default */
	const char *feature, *on_loss, *password_file;
	const char *sku, *offline; /* license call-home */
	uint32_t quantity, count, device, index, store; /* 0: not given */
	uint32_t wait_s;      /* run --wait; UINT32_MAX: forever */
	uint32_t within_days; /* show license expiring; 0: any */
	bool all_devices; /* "switch all" */
	bool json, yes, accept_eula, stop_on_failure, dry_run;
	char **args; /* what follows the command's keywords */
	size_t nargs;
	char **command; /* after "--"; NULL: none */
	char **filter;  /* "|" and what follows; NULL: none */
	size_t nfilter;
	char *names[4]; /* arguments that were abbreviated; owned */
	size_t nnames;
	struct console *console;           /* NULL: not at the prompt */
	struct file_name files[FILES_MAX]; /* args[i], if it is a file */
	struct lic *lic;                   /* NULL: not connected */
	bool slow;        /* requests read or write files, and may take long */
	int64_t began_ms; /* when the request was sent */
	size_t progress_width; /* columns of the progress line; 0: none */
};

#endif
