/* mailer.c - see mailer.h. */
#include "portal/mail/mailer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/buffer.h"
#include "daemon/log.h"
#include "portal/mail/smtp.h"
#include "record/record.h"
#include "web/mail.h"

#define EACH_S 1       /* between looks for something to send */
#define AWAY_MAX_S 900 /* between attempts to reach the server */
#define BACK_OFF_MAX 21600
#define MESSAGE_MAX (16 << 20)
#define HOST_SIZE 256

struct mailer {
	struct mailer_options options;
	struct post post;
	struct web_templates *templates;
	struct smtp *smtp;
	char host[HOST_SIZE];
	char from[PERSON_MAIL_MAX + 1]; /* the address alone */
	/* While the server is away. */
	int64_t away_wait, away_until;
	pthread_t thread;
	bool runs;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool is_woken; /* under the lock */
	atomic_bool ends;
	atomic_ulong sent, failed, given_up, waiting;
};

/* ---- One mail -------------------------------------------------------- */

static void
complain(const struct people_words *words)
{
	log_debug("mail", "%s", words->text);
}

/* Twice as long each time. */
static int64_t
wait_after(int64_t first, int64_t tries, int64_t longest)
{
	for (; tries > 0 && first < longest; tries--)
		first *= 2;
	return first < longest ? first : longest;
}

static void
mail_give_up(struct mailer *m, const struct outbox_mail *mail, const char *why)
{
	struct people_words words;

	m->given_up++;
	log_warn(
	    "mail", "%.12s... (%s) is given up: %s", mail->id, mail->kind, why);
	if (outbox_done(m->post.people, mail, &words) != PEOPLE_OK)
		complain(&words);
}

/* It alone: others get through. */
static void
mail_failed(struct mailer *m, struct outbox_mail *mail, const char *why)
{
	const struct mail_conf *conf = m->options.conf;
	int64_t now = m->options.now();
	int64_t wait = wait_after(conf->retry, mail->tries, BACK_OFF_MAX);
	struct people_words words;

	m->failed++;
	mail->tries++;
	if (mail->failing == 0)
		mail->failing = now;
	if (now - mail->failing >= conf->give_up) {
		mail_give_up(m, mail, why);
		return;
	}
	log_debug("mail", "%.12s... (%s): %s", mail->id, mail->kind, why);
	if (outbox_return(m->post.people, mail, now + wait, &words) !=
	    PEOPLE_OK)
		complain(&words);
}

/* It waits as long as it takes, and so do all others. */
static void
server_away(struct mailer *m, const struct outbox_mail *mail, const char *why)
{
	int64_t now = m->options.now();
	struct people_words words;

	if (outbox_return(m->post.people, mail, now, &words) != PEOPLE_OK)
		complain(&words);
	if (m->ends)
		return;
	m->failed++;
	if (m->away_wait == 0)
		log_warn("mail", "%s: %s; mails wait until it takes them",
		    m->options.conf->url, why);
	m->away_wait =
	    m->away_wait == 0 ? m->options.conf->retry : 2 * m->away_wait;
	if (m->away_wait > AWAY_MAX_S)
		m->away_wait = AWAY_MAX_S;
	m->away_until = now + m->away_wait;
}

static void
server_is_back(struct mailer *m)
{
	if (m->away_wait != 0)
		log_info("mail", "%s takes mails again", m->options.conf->url);
	m->away_wait = m->away_until = 0;
}

static void
message_send(struct mailer *m, struct outbox_mail *mail, const char *to,
    const struct buffer *message)
{
	char why[128] = "";
	struct people_words words;

	switch (smtp_send(m->smtp, m->from, to, (const char *)message->data,
	    message->len, why, sizeof why)) {
	case SMTP_SENT:
		server_is_back(m);
		m->sent++;
		if (outbox_done(m->post.people, mail, &words) != PEOPLE_OK)
			complain(&words);
		break;
	case SMTP_REFUSED:
		server_is_back(m);
		mail_failed(m, mail, why);
		break;
	case SMTP_AWAY:
		server_away(m, mail, why);
		break;
	}
}

static void
mail_send(struct mailer *m, struct outbox_mail *mail)
{
	struct buffer message = BUFFER_INIT(MESSAGE_MAX);
	struct people_words words;
	char to[PERSON_MAIL_MAX + 1];

	message.secret = true; /* of links */
	switch (post_compose(&m->post, mail, to, &message, &words)) {
	case PEOPLE_OK:
		message_send(m, mail, to, &message);
		break;
	case PEOPLE_NOT_FOUND: /* for example, of no such person */
		(void)outbox_done(m->post.people, mail, &words);
		break;
	case PEOPLE_LOCKED:
		(void)outbox_return(
		    m->post.people, mail, m->options.now() + 1, &words);
		break;
	default:
		mail_failed(m, mail, words.text);
	}
	buffer_free(&message);
}

/* ---- All of them ----------------------------------------------------- */

static bool
connected(struct mailer *m)
{
	struct lc_detail detail = { "" };
	char *where = NULL;

	if (m->post.record != NULL)
		return true;
	if (lc_record_place(m->options.dir, &where, &detail) != LC_OK ||
	    lc_record_open(where, &m->post.record, &detail) != LC_OK)
		m->post.record = NULL;
	free(where);
	return m->post.record != NULL;
}

static void
wait_a_little(struct mailer *m)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until); /* cannot fail */
	until.tv_sec += EACH_S;
	(void)pthread_mutex_lock(&m->lock);
	if (!m->ends && !m->is_woken)
		(void)pthread_cond_timedwait(&m->changed, &m->lock, &until);
	m->is_woken = false;
	(void)pthread_mutex_unlock(&m->lock);
}

/* False: none is due, or the server is away. */
static bool
next_send(struct mailer *m)
{
	struct outbox_mail mail;
	struct people_words words;

	if (m->options.now() < m->away_until ||
	    outbox_take(m->post.people, &mail, &words) != PEOPLE_OK)
		return false;
	mail_send(m, &mail);
	free(mail.about);
	return true;
}

static void
turn(struct mailer *m)
{
	struct people_words words = { "" };
	int64_t waiting = 0;

	if (post_scan(&m->post, &words) != PEOPLE_OK)
		complain(&words);
	while (!m->ends && next_send(m))
		;
	if (outbox_waiting(m->post.people, &waiting, &words) == PEOPLE_OK)
		m->waiting = (unsigned long)waiting;
}

static void *
run(void *arg)
{
	struct mailer *m = arg;

	while (!m->ends) {
		if (connected(m))
			turn(m);
		wait_a_little(m);
	}
	lc_record_close(m->post.record);
	return NULL;
}

/* ---- Opening --------------------------------------------------------- */

static void
names_take(struct mailer *m)
{
	const char *host = strstr(m->options.url, "://") + 3, *from;
	size_t len;

	(void)snprintf(
	    m->host, sizeof m->host, "%.*s", (int)strcspn(host, ":/"), host);
	if (web_mail_address(m->options.conf->from, &from, &len))
		(void)snprintf(m->from, sizeof m->from, "%.*s", (int)len, from);
}

static bool
parts_open(struct mailer *m, char *why, size_t size)
{
	const struct mail_conf *conf = m->options.conf;
	const struct smtp_options smtp = { conf->url, m->host, conf->user,
		m->options.password, conf->ca };
	struct people_words words = { "" };

	(void)snprintf(why, size, "no memory, or no thread");
	if ((m->templates = web_templates_new()) == NULL ||
	    !web_templates_load(m->templates, m->options.pages, why, size))
		return false;
	if (people_open(m->options.people, m->options.now, &m->post.people,
		&words) != PEOPLE_OK) {
		(void)snprintf(why, size, "people: %s", words.text);
		return false;
	}
	m->post.templates = m->templates;
	m->post.url = m->options.url;
	m->post.host = m->host;
	m->post.from = conf->from;
	if ((m->smtp = smtp_new(&smtp, &m->ends)) == NULL)
		return false;
	m->runs = pthread_create(&m->thread, NULL, run, m) == 0;
	return m->runs;
}

struct mailer *
mailer_open(const struct mailer_options *options, char *why, size_t size)
{
	struct mailer *m = calloc(1, sizeof *m);

	if (m == NULL) {
		(void)snprintf(why, size, "no memory");
		return NULL;
	}
	m->options = *options;
	(void)pthread_mutex_init(&m->lock, NULL);   /* cannot fail */
	(void)pthread_cond_init(&m->changed, NULL); /* nor this */
	names_take(m);
	if (parts_open(m, why, size))
		return m;
	mailer_close(m);
	return NULL;
}

void
mailer_close(struct mailer *m)
{
	if (m == NULL)
		return;
	(void)pthread_mutex_lock(&m->lock);
	m->ends = true;
	(void)pthread_cond_broadcast(&m->changed);
	(void)pthread_mutex_unlock(&m->lock);
	if (m->runs)
		(void)pthread_join(m->thread, NULL);
	smtp_free(m->smtp);
	people_close(m->post.people);
	web_templates_free(m->templates);
	(void)pthread_cond_destroy(&m->changed);
	(void)pthread_mutex_destroy(&m->lock);
	free(m);
}

void
mailer_wake(struct mailer *m)
{
	(void)pthread_mutex_lock(&m->lock);
	m->is_woken = true;
	(void)pthread_cond_signal(&m->changed);
	(void)pthread_mutex_unlock(&m->lock);
}

void
mailer_count(struct mailer *m, struct mailer_counts *counts)
{
	*counts = (struct mailer_counts){ m->sent, m->failed, m->given_up,
		m->waiting };
}
