/*
 * licissue.h - what the commands of licissue share.
 *
 * The folder tools/licissue/ is the command line over liblicenseauthority: a
 * file for each group of commands, which reads options and prints results.
 * What is decided, the library decides.
 */
#ifndef LICISSUE_H
#define LICISSUE_H

#include <stdio.h>

#include <jansson.h>

#include "licenseauthority.h"

/* Exit statuses; licissue(1) promises them. */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1, /* what was wrong is on standard error */
	EXIT_USAGE = 2,  /* the command line cannot be understood */
	EXIT_PARTIAL = 3, /* done, but for rows on standard error */
};

/* A command: argv[0] is its name.  Returns an exit status. */
int init_command(int argc, char **argv);
int issue_command(int argc, char **argv);
int inspect_command(int argc, char **argv);
int permission_command(int argc, char **argv);
int rehost_command(int argc, char **argv);
int rma_command(int argc, char **argv);
int rma_list_command(int argc, char **argv);
int rma_returned_command(int argc, char **argv);
int rma_limits_command(int argc, char **argv);
int resend_command(int argc, char **argv);
int evaluation_create_command(int argc, char **argv);
int extension_create_command(int argc, char **argv);
int subscription_create_command(int argc, char **argv);
int subscription_renew_command(int argc, char **argv);
int right_to_use_create_command(int argc, char **argv);
int capacity_add_command(int argc, char **argv);
int lot_create_command(int argc, char **argv);
int license_import_command(int argc, char **argv);
int device_list_command(int argc, char **argv);
int device_show_command(int argc, char **argv);
int device_key_command(int argc, char **argv);
int device_approve_command(int argc, char **argv);
int token_create_command(int argc, char **argv);
int token_list_command(int argc, char **argv);
int token_stop_command(int argc, char **argv);
int log_verify_command(int argc, char **argv);
int log_checkpoint_command(int argc, char **argv);
int report_command(int argc, char **argv); /* argv[0]: of which things */
int upgrade_command(int argc, char **argv);
int sku_load_command(int argc, char **argv);
int sku_save_command(int argc, char **argv);
int sku_list_command(int argc, char **argv);
int sku_show_command(int argc, char **argv);
int pak_create_command(int argc, char **argv);
int pak_show_command(int argc, char **argv);
int pak_list_command(int argc, char **argv);
int pak_find_command(int argc, char **argv);
int pak_stop_command(int argc, char **argv);
int pak_resume_command(int argc, char **argv);
int pak_redeem_command(int argc, char **argv);
int contract_list_command(int argc, char **argv);
int contract_show_command(int argc, char **argv);
int contract_stop_command(int argc, char **argv);
int contract_resume_command(int argc, char **argv);
int contract_redeem_command(int argc, char **argv);
int request_answer_command(int argc, char **argv);
int key_list_command(int argc, char **argv);
int key_rotate_command(int argc, char **argv);
int key_withdraw_command(int argc, char **argv);
int key_export_command(int argc, char **argv);
int trust_init_command(int argc, char **argv);
int trust_next_command(int argc, char **argv);

/*
 * The commands, for --complete: the name of the i-th one, NULL after the last;
 * how many words of a command line name one, 0 if none; running it.
 */
const char *command_name(size_t i);
int command_words(int argc, char **argv);
int command_run(int argc, char **argv);
int complete_words(int argc, char **argv);

/* "licissue: ..." and a line feed on standard error; returns EXIT_FAILED. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same with a hint at the command's --help; returns EXIT_USAGE. */
int hint(const char *command); /* the hint alone */
int misuse(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* fail with an error of the core, or its detail. */
int fail_core(enum lc_err, const struct lc_detail *);
/* The same for a license that was to be made; what is against its rules. */
int fail_license(enum lc_err, const struct lc_detail *);

/*
 * What a file holds, at most max bytes of it; the caller frees.  NULL, with a
 * message on standard error, if it cannot be read or is longer.
 */
char *read_file(const char *path, size_t max, size_t *len);

/* What devices read at most, and what an agreement may have. */
#define FILE_MAX (16 << 20)
#define EULA_MAX (1 << 20)

/* ---- Passphrases and keys --------------------------------------------- */

/* Asks on the terminal, or reads from the descriptor of secret_from. */
const struct lc_secret *secret_source(void);
/* --passphrase-fd: false if it is not the number of an open descriptor. */
bool secret_from(const char *number);

/* ---- Authorities ----------------------------------------------------- */

/* NULL, with a message on standard error, if it cannot be opened. */
struct lc_authority *open_authority(const char *dir);
/*
 * Opens an authority, does something with it, its failures explained, and
 * closes it; the same in a transaction (lc_authority_run).  An exit status, with
 * a message unless it is EXIT_DONE.
 */
typedef enum lc_err authority_work(const struct lc_authority *, void *arg);
int with_authority(const char *dir, authority_work *, void *arg);
int change_authority(const char *dir, authority_work *, void *arg);
/*
 * Refuses a file that exists, or that cannot be made there, before the database
 * changes.
 */
int check_output(const char *path, bool force);

/* Is the file of -o standard output? */
bool is_stdout(const char *path);
/* lc_bundle_save, or to standard output. */
enum lc_err save_bundle(const struct lc_bundle *, const char *path,
    bool replace, struct lc_detail *);
/*
 * Saves the licenses that a request got, and counts them; an exit status, with a
 * message unless it is EXIT_DONE, which says that again writes them.
 */
int save_request(const struct lc_authority *, int64_t request, const char *path,
    bool force, const char *again, size_t *n);
#define SAME_COMMAND "the same command"
#define RESEND "\"licissue resend\""
/* The text of an agreement, which the caller frees; as read_file, not empty. */
char *read_agreement(const char *path, size_t *len);
/* To standard output, and frees it; an exit status. */
int print_json(json_t *);
/* Writes a row of text, to standard output for "-"; an exit status. */
int write_text(const char *path, const char *text, bool force);
/* What was written to the file: on standard output, unless it went there. */
void report(const char *path, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/*
 * Records a device's credentials; udi NULL: of any device.  An exit status,
 * with a message unless it is EXIT_DONE, and a warning of what is suspicious.
 */
int learn_device(
    const struct lc_authority *, const char *path, const char *udi);

/*
 * "what: 1234 of 5678" on a terminal's standard error, once two seconds have
 * passed since the first call, and at most twice a second.  of 0: unknown.
 */
void show_progress(const char *what, int64_t done, int64_t of);
void end_progress(void); /* removes it */

/* ---- Words for values ------------------------------------------------ */

/*
 * ISO 8601: 2026-12-31, or with a time of day, 2026-12-31T18:30[:00] and then
 * Z, +01:00 or nothing (UTC).  A date alone is its first second.
 */
bool parse_date(const char *text, int64_t *date);
/* Decimal digits, nothing else, and within the limits. */
bool parse_number(
    const char *text, uint32_t min, uint32_t max, uint32_t *number);
/* A text of 1 to 255 bytes that says why. */
bool is_reason(const char *text);
/* Seconds, or days with a d behind them: 3600, 60d. */
bool parse_period(const char *text, uint32_t *seconds);

/* "2026-12-31T18:30:00Z", into text. */
#define DATE_SIZE 40
const char *date_text(int64_t date, char text[DATE_SIZE]);
/* "60 days", "1 day, 30 seconds", into text. */
#define PERIOD_SIZE 80
const char *period_text(uint32_t seconds, char text[PERIOD_SIZE]);

#endif
