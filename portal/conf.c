/* conf.c - see conf.h. */
#include "conf.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/array.h"
#include "licenseauthority.h"
#include "portal/mail/smtp.h"
#include "web/mail.h"
#include "web/pam.h"

#define SOCKET_MAX (sizeof((struct sockaddr_un *)0)->sun_path - 1)

static bool
is_absolute(const char *text)
{
	return text[0] == '/';
}

static bool
is_url(const char *text)
{
	size_t len = strlen(text);

	return (strncmp(text, "https://", 8) == 0 ||
		   strncmp(text, "http://", 7) == 0) &&
	       text[len - 1] != '/' && strchr(text, ' ') == NULL;
}

static bool
is_from(const char *text)
{
	const char *at;
	size_t len;

	for (const char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ' || *c == 127)
			return false;
	}
	return web_mail_address(text, &at, &len);
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool
is_service(const char *text)
{
	size_t len = strlen(text);

	return web_pam_exists() && text[len - 1] != '/' &&
	       (text[0] == '/' || strchr(text, '/') == NULL);
}

static bool
is_header(const char *text)
{
	return text[strspn(text, LETTERS "0123456789-")] == '\0';
}

#define OF(field) .at = offsetof(struct mail_conf, field)
static const struct key mail_keys[] = {
	{ "url", KEY_TEXT, OF(url), .required = true, .min = 8, .max = 512,
	    .check = smtp_is_url,
	    .allowed = "smtps://HOST, or smtp://HOST, with :PORT if need be" },
	{ "from", KEY_TEXT, OF(from), .required = true, .min = 3, .max = 512,
	    .check = is_from,
	    .allowed = "a mail address, or \"Name <address>\"" },
	{ "user", KEY_TEXT, OF(user), .min = 1, .max = 255 },
	{ "password_file", KEY_TEXT, OF(password_file), .min = 1, .max = 4095 },
	{ "ca", KEY_TEXT, OF(ca), .min = 1, .max = 4095, .check = is_absolute,
	    .allowed = "an absolute path" },
	{ "retry", KEY_NUMBER, OF(retry), .min = 1, .max = 3600,
	    .fallback = 60 },
	{ "give_up", KEY_NUMBER, OF(give_up), .min = 1, .max = 30 * 86400,
	    .fallback = 3 * 86400 },
};
#undef OF

static const struct section mail_section = {
	mail_keys,
	NITEMS(mail_keys),
	sizeof(struct mail_conf),
};

#define OF(field) .at = offsetof(struct portal_conf, field)
static const struct key keys[] = {
	{ "authority", KEY_TEXT, OF(authority), .required = true, .min = 1,
	    .max = 4095, .check = is_absolute, .allowed = "an absolute path" },
	{ "listen", KEY_TEXT, OF(listen), .required = true, .min = 1,
	    .max = SOCKET_MAX, .check = is_absolute,
	    .allowed = "an absolute path" },
	{ "url", KEY_TEXT, OF(url), .required = true, .min = 8, .max = 1024,
	    .check = is_url,
	    .allowed = "an address that begins with https:// or http:// and "
		       "does not end with a slash" },
	{ "user", KEY_TEXT, OF(user), .min = 1, .max = 255 },
	{ "group", KEY_TEXT, OF(group), .min = 1, .max = 255 },
	{ "passphrase_file", KEY_TEXT, OF(passphrase_file), .min = 1,
	    .max = 4095 },
	{ "pin_file", KEY_TEXT, OF(pin_file), .min = 1, .max = 4095 },
	{ "foreign_keys", KEY_TEXT, OF(foreign_keys), .min = 1, .max = 4095,
	    .check = is_absolute, .allowed = "an absolute path" },
	{ "people", KEY_TEXT, OF(people), .min = 1, .max = 4095 },
	{ "people_pam", KEY_TEXT, OF(people_pam), .min = 1, .max = 4000,
	    .check = is_service,
	    .allowed = "the name of a service of PAM, or the path of its "
		       "file, in a portal that was built with PAM" },
	{ "people_header", KEY_TEXT, OF(people_header), .min = 1, .max = 64,
	    .check = is_header,
	    .allowed = "the name of a header: letters, digits and -" },
	{ "pages", KEY_TEXT, OF(pages), .min = 1, .max = 4095,
	    .check = is_absolute, .allowed = "an absolute path" },
	{ "bootstrap", KEY_TEXT, OF(bootstrap), .min = 1, .max = 4095,
	    .check = is_absolute, .allowed = "an absolute path" },
	{ "threads", KEY_NUMBER, OF(threads), .min = 1, .max = 64,
	    .fallback = 4 },
	{ "connections", KEY_NUMBER, OF(connections), .min = 1, .max = 60000,
	    .fallback = 1000 },
	{ "body", KEY_NUMBER, OF(body), .min = 1024, .max = 16 << 20,
	    .fallback = 2 << 20 },
	{ "webhook_ca", KEY_TEXT, OF(webhook_ca), .min = 1, .max = 4095,
	    .check = is_absolute, .allowed = "an absolute path" },
	{ "webhook_private", KEY_TRUTH, OF(webhook_private) },
	{ "webhook_retry", KEY_NUMBER, OF(webhook_retry), .min = 1, .max = 3600,
	    .fallback = 30 },
	{ "webhook_give_up", KEY_NUMBER, OF(webhook_give_up), .min = 1,
	    .max = 30 * 86400, .fallback = 3 * 86400 },
	{ "mail", KEY_GROUP, OF(mail), .of = &mail_section },
};
#undef OF

static const struct section section = {
	keys,
	NITEMS(keys),
	sizeof(struct portal_conf),
};

static bool
take_user(const struct reader *r, struct portal_conf *conf)
{
	const struct passwd *user;
	const struct group *group;

	conf->uid = geteuid();
	conf->gid = conf->socket_gid = getegid();
	if (conf->user != NULL) {
		if ((user = getpwnam(conf->user)) == NULL)
			return conf_wrong_at(r, &conf->where,
			    "user: no user \"%s\"", conf->user);
		conf->uid = user->pw_uid;
		conf->gid = conf->socket_gid = user->pw_gid;
	}
	if (conf->group != NULL) {
		if ((group = getgrnam(conf->group)) == NULL)
			return conf_wrong_at(r, &conf->where,
			    "group: no group \"%s\"", conf->group);
		conf->socket_gid = group->gr_gid;
	}
	return true;
}

/* What does not go without the other. */
static bool
people_check(const struct reader *r, const struct portal_conf *conf)
{
	if (conf->people == NULL &&
	    (conf->people_pam != NULL || conf->people_header != NULL))
		return conf_wrong_at(r, &conf->where,
		    "people_pam and people_header: without people nobody is "
		    "known");
	if (conf->people_pam != NULL && conf->people_header != NULL)
		return conf_wrong_at(r, &conf->where,
		    "people_pam and people_header exclude each other");
	return true;
}

static bool
mail_check(const struct reader *r, const struct portal_conf *conf)
{
	const struct mail_conf *mail = &conf->mail;

	if (mail->url == NULL)
		return true;
	if (conf->people == NULL)
		return conf_wrong_at(
		    r, &mail->where, "mail: without people nobody gets mails");
	if ((mail->user == NULL) != (mail->password_file == NULL))
		return conf_wrong_at(r, &mail->where,
		    "mail: user and password_file go together");
	return true;
}

struct portal_conf *
portal_conf_load(const char *path, char error[CONF_ERROR_MAX])
{
	struct portal_conf *conf = calloc(1, sizeof *conf);
	struct reader r = { path, error, lc_text_is_utf8 };
	config_t config;
	bool good;

	if (conf == NULL) {
		(void)snprintf(
		    error, CONF_ERROR_MAX, "%s: out of memory", path);
		return NULL;
	}
	config_init(&config);
	good =
	    conf_read_file(&r, &config) &&
	    conf_read_group(&r, config_root_setting(&config), &section, conf) &&
	    people_check(&r, conf) && mail_check(&r, conf) &&
	    take_user(&r, conf);
	config_destroy(&config);
	if (good)
		return conf;
	portal_conf_free(conf);
	return NULL;
}

void
portal_conf_free(struct portal_conf *conf)
{
	if (conf == NULL)
		return;
	conf_free_group(&section, conf);
	free(conf);
}
