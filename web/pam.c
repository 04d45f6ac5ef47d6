/* pam.c - see pam.h. */
#include "pam.h"

#ifdef HAVE_PAM
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <security/pam_appl.h>

bool
web_pam_exists(void)
{
	return true;
}

/* The password answers whatever is asked without an echo, and nothing else. */
static int
converse(int n, const struct pam_message **asked, struct pam_response **out,
    void *arg)
{
	struct pam_response *answers;

	if (n <= 0 || n > PAM_MAX_NUM_MSG ||
	    (answers = calloc((size_t)n, sizeof *answers)) == NULL)
		return PAM_CONV_ERR;
	for (int i = 0; i < n; i++) {
		if (asked[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			answers[i].resp = strdup(arg);
	}
	*out = answers;
	return PAM_SUCCESS;
}

/* We lock names ourselves: no failure holds a thread up. */
static void
no_delay(int status, unsigned microseconds, void *arg)
{
	(void)status;
	(void)microseconds;
	(void)arg;
}

static int
start(const char *service, const char *name, const struct pam_conv *conv,
    pam_handle_t **pam)
{
	const char *file = strrchr(service, '/');
	char folder[4096];

	if (file == NULL)
		return pam_start(service, name, conv, pam);
	(void)snprintf(
	    folder, sizeof folder, "%.*s", (int)(file - service), service);
	return pam_start_confdir(file + 1, name, conv, folder, pam);
}

bool
web_pam_check(const char *service, const char *name, const char *password)
{
	char *copy = strdup(password);
	const struct pam_conv conv = { converse, copy };
	void (*delay)(int, unsigned, void *) = no_delay;
	pam_handle_t *pam = NULL;
	int err = PAM_BUF_ERR;

	if (copy != NULL)
		err = start(service, name, &conv, &pam);
	if (err == PAM_SUCCESS) {
		(void)pam_set_item(pam, PAM_FAIL_DELAY, (const void *)delay);
		err = pam_authenticate(
		    pam, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
	}
	if (err == PAM_SUCCESS)
		err = pam_acct_mgmt(pam, PAM_SILENT);
	if (pam != NULL)
		(void)pam_end(pam, err);
	if (copy != NULL)
		explicit_bzero(copy, strlen(copy));
	free(copy);
	return err == PAM_SUCCESS;
}

#else

bool
web_pam_exists(void)
{
	return false;
}

bool
web_pam_check(const char *service, const char *name, const char *password)
{
	(void)service;
	(void)name;
	(void)password;
	return false;
}
#endif
