/* pam.h - passwords that PAM compares, for people whom others keep. */
#ifndef WEB_PAM_H
#define WEB_PAM_H

#include <stdbool.h>

/* Was this program built with PAM? */
bool web_pam_exists(void);

/*
 * Is it the password of name, and may they sign in (pam_authenticate,
 * pam_acct_mgmt)?  service is the name of a service, or the path of its file.
 * May take long; from any thread.
 */
bool web_pam_check(const char *service, const char *name, const char *password);

#endif
