/* setup.c - see setup.h. */
#include "setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>

#include "daemon/log.h"
#include "ops/token.h"
#include "web/people.h"

#define LINK_VALID_S 3600

static int64_t
wall_clock(void)
{
	return (int64_t)time(NULL);
}

static enum people_err
admin_add(struct people *people, const char *name, const char *mail,
    char secret[PEOPLE_SECRET_LEN + 1], struct people_words *words)
{
	struct person person = { .account = "" }, found;
	enum people_err err = people_find(people, name, &found, words);

	if (err == PEOPLE_OK)
		return people_link(people, name, LINK_VALID_S, secret, words);
	if (err != PEOPLE_NOT_FOUND)
		return err;
	/* A name that is too long is refused as one. */
	(void)snprintf(person.name, sizeof person.name, "%s",
	    strlen(name) <= PERSON_NAME_MAX ? name : "");
	(void)snprintf(person.mail, sizeof person.mail, "%s", mail);
	(void)snprintf(
	    person.role, sizeof person.role, "%s", lc_role_name(LC_ROLE_ADMIN));
	err = people_add(people, &person, words);
	return err == PEOPLE_OK
		   ? people_link(people, name, LINK_VALID_S, secret, words)
		   : err;
}

int
setup_run(const struct portal_conf *conf, const char *name, const char *mail)
{
	char secret[PEOPLE_SECRET_LEN + 1];
	struct people *people = NULL;
	struct people_words words = { "" };
	enum people_err err;
	bool has_link;

	if (conf->people == NULL) {
		log_error("setup", "the configuration has no key \"people\", "
				   "the database of those who sign in");
		return EXIT_FAILURE;
	}
	has_link = conf->people_pam == NULL && conf->people_header == NULL;
	err = people_open(conf->people, wall_clock, &people, &words);
	if (err == PEOPLE_OK)
		err = admin_add(people, name, mail, secret, &words);
	people_close(people);
	if (err != PEOPLE_OK) {
		log_error("setup", "%s", words.text);
		return EXIT_FAILURE;
	}
	if (!has_link)
		printf("%s may sign in at\n%s\n", name, conf->url);
	else
		printf(
		    "Within an hour, choose a password for %s at\n%s/link/%s\n",
		    name, conf->url, secret);
	OPENSSL_cleanse(secret, sizeof secret);
	return EXIT_SUCCESS;
}
