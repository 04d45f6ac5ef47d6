/* mail_test.c - mails from templates, and those that wait. */
#include "web/mail.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "web/outbox.h"

static const struct buffer empty = BUFFER_INIT(1 << 20);

/* A mail of one template, which the caller frees; NULL: it cannot be made. */
static char *
made(const struct web_mail *mail, const char *text, const json_t *data)
{
	static const char html[] = "{{#paragraphs}}<p>{{#lines}}{{#link}}"
				   "<a href=\"{{link}}\">{{link}}</a>{{/link}}"
				   "{{text}}<br>{{/lines}}</p>{{/paragraphs}}";
	struct web_templates *templates = web_templates_new();
	struct buffer out = empty;
	char why[200], *result = NULL;

	REQUIRE(templates != NULL);
	REQUIRE(web_templates_add(templates, "mail.html", html, strlen(html),
	    why, sizeof why));
	REQUIRE(web_templates_add(
	    templates, "m.txt", text, strlen(text), why, sizeof why));
	if (web_mail_make(mail, templates, "m", data, &out)) {
		buffer_append(&out, "", 1);
		result = strdup((const char *)out.data);
	}
	buffer_free(&out);
	web_templates_free(templates);
	return result;
}

static const struct web_mail usual = {
	.from = "Portal <p@example.net>",
	.to = "anna@example.org",
	.id = "id-1",
	.host = "licenses.example.net",
	.url = "https://licenses.example.net",
	.date = 1796036400,
};

static char *
made_of(const char *text, const char *value)
{
	json_t *data = json_pack("{s:s}", "v", value);
	char *mail = made(&usual, text, data);

	json_decref(data);
	REQUIRE(mail != NULL);
	return mail;
}

static void
whole(void)
{
	char *mail = made_of("Hello {{v}}\n\nOne,\ntwo.\n\n"
			     "https://licenses.example.net/x\n",
	    "you");

	CHECK_STR(mail,
	    "From: Portal <p@example.net>\r\n"
	    "To: <anna@example.org>\r\n"
	    "Subject: Hello you\r\n"
	    "Date: Mon, 30 Nov 2026 11:00:00 +0000\r\n"
	    "Message-ID: <id-1@licenses.example.net>\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/alternative; boundary=\"=_textid-1\"\r\n"
	    "\r\n"
	    "--=_textid-1\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "\r\n"
	    "One,\r\n"
	    "two.\r\n"
	    "\r\n"
	    "https://licenses.example.net/x\r\n"
	    "--=_textid-1\r\n"
	    "Content-Type: text/html; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "\r\n"
	    "<p>One,<br>two.<br></p><p><a href=3D\"https://licenses.example.net"
	    "/x\">http=\r\n"
	    "s://licenses.example.net/x</a><br></p>\r\n"
	    "--=_textid-1--\r\n");
	free(mail);
}

/* The header fields, without the body. */
static char *
head_of(char *mail)
{
	char *end = strstr(mail, "\r\n\r\n");

	REQUIRE(end != NULL);
	end[2] = '\0';
	return mail;
}

static size_t
lines_of(const char *text)
{
	size_t n = 0;

	for (; (text = strstr(text, "\r\n")) != NULL; text += 2)
		n++;
	return n;
}

/* Whatever a value is, the header has the fields it had. */
static void
hostile(void)
{
	static const char *const values[] = {
		"a\r\nBcc: all@example.net",
		"a\nBcc: all@example.net\n\nbody",
		"\r\n\r\n<script>alert(1)</script>",
		"=?UTF-8?Q?=0D=0ABcc:_x?=",
		"\x1b[2J\x7f\xe2\x80\xae",
		"--=_textid-1--",
		"a\tb",
		"\"><img src=x>",
	};

	for (size_t i = 0; i < CHECK_COUNT(values); i++) {
		char *mail = made_of("About {{v}}\n\n{{v}}\n", values[i]);

		check_context("value %zu", i);
		CHECK(strstr(strstr(mail, "text/html"), "<script>") == NULL);
		CHECK(strstr(strstr(mail, "text/html"), "<img") == NULL);
		CHECK(strchr(mail, '\x1b') == NULL);
		CHECK(strchr(mail, '\x7f') == NULL);
		CHECK(strstr(mail, "\nBcc:") == NULL);
		(void)head_of(mail);
		CHECK(strstr(mail, "\r\nSubject: ") != NULL);
		CHECK_INT(lines_of(mail), 8);
		free(mail);
	}
}

/* A value stays on its line, and is no link of ours. */
static void
lines(void)
{
	char *mail = made_of(
	    "S\n\n- {{v}}\n", "x\nhttps://licenses.example.net/link/1");

	CHECK(strstr(mail, "\r\n- x https://licenses.example.net/link/1\r\n") !=
	      NULL);
	CHECK(strstr(mail, "<a href") == NULL);
	free(mail);
	mail = made_of("S\n\n{{v}}\n", "https://licenses.example.net.evil/x");
	CHECK(strstr(mail, "<a href") == NULL);
	free(mail);
	/* Dots, blanks at ends of lines, long lines. */
	mail = made_of("S\n\n.{{v}} \n", "\xc3\xa4=");
	CHECK(strstr(mail, "\r\n=2E=C3=A4=3D=20\r\n") != NULL);
	free(mail);
}

static void
words(void)
{
	static const struct {
		const char *from, *header;
	} cases[] = {
		{ "p@example.net", "From: <p@example.net>\r\n" },
		{ "<p@example.net>", "From: <p@example.net>\r\n" },
		{ "\"A B\" <p@example.net>", "From: A B <p@example.net>\r\n" },
		{ "Z\xc3\xbcrich <p@example.net>",
		    "From: =?UTF-8?B?WsO8cmljaA==?= <p@example.net>\r\n" },
		{ "A, B <p@example.net>",
		    "From: =?UTF-8?B?QSwgQg==?= <p@example.net>\r\n" },
	};
	static const char *const wrong[] = { "", "A <p@example.net", "A p@b",
		"A <p@b> c", "A <p@b>>", "p", "@p", "p@" };
	json_t *data = json_object();
	struct web_mail mail = usual;

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		char *text;

		mail.from = cases[i].from;
		text = made(&mail, "S\n\nx\n", data);
		check_context("%s", cases[i].from);
		REQUIRE(text != NULL);
		CHECK(strncmp(text, cases[i].header, strlen(cases[i].header)) ==
		      0);
		free(text);
	}
	for (size_t i = 0; i < CHECK_COUNT(wrong); i++) {
		mail.from = wrong[i];
		check_context("%s", wrong[i]);
		CHECK(made(&mail, "S\n\nx\n", data) == NULL);
	}
	mail = usual;
	mail.to = "a@b\r\nBcc: x@y";
	CHECK(made(&mail, "S\n\nx\n", data) == NULL);
	json_decref(data);
}

/* Words of RFC 2047 have whole characters, and at most 75 of them. */
static void
long_subject(void)
{
	char value[400] = "", *mail, *line;

	for (int i = 0; i < 90; i++)
		strcat(value, "\xe2\x82\xac");
	mail = head_of(made_of("{{v}}\n\nx\n", value));
	line = strstr(mail, "Subject: ");
	REQUIRE(line != NULL);
	CHECK_INT(lines_of(line), 6 + 5);
	for (size_t len; *line != '\0'; line += len + 2) {
		len = strcspn(line, "\r");
		CHECK(len <= 84);
		CHECK(strncmp(line, " =?", 3) != 0 ||
		      strncmp(line, " =?UTF-8?B?4oKs", 15) == 0);
	}
	free(mail);
}

static void
attached(void)
{
	static const struct web_mail_file files[] = {
		{ "licenses.lic", "license\n", 8 },
		{ "two.lic", "2", 1 },
	};
	struct web_mail mail = usual;
	json_t *data = json_object();
	char *text;

	mail.files = files;
	mail.nfiles = CHECK_COUNT(files);
	text = made(&mail, "S\n\nx\n", data);
	REQUIRE(text != NULL);
	CHECK_HAS(text, "Content-Type: multipart/mixed; "
			"boundary=\"=_fileid-1\"\r\n\r\n--=_fileid-1\r\n"
			"Content-Type: multipart/alternative;");
	CHECK_HAS(text, "--=_textid-1--\r\n--=_fileid-1\r\n"
			"Content-Type: text/plain; charset=utf-8\r\n"
			"Content-Transfer-Encoding: base64\r\n"
			"Content-Disposition: attachment; "
			"filename=\"licenses.lic\"\r\n\r\nbGljZW5zZQo=\r\n"
			"--=_fileid-1\r\n"
			"Content-Type: text/plain; charset=utf-8\r\n"
			"Content-Transfer-Encoding: base64\r\n"
			"Content-Disposition: attachment; "
			"filename=\"two.lic\"\r\n\r\nMg==\r\n"
			"--=_fileid-1--\r\n");
	free(text);
	json_decref(data);
}

/* ---- Mails that wait ------------------------------------------------- */

static int64_t clock_now = 1000000;

static int64_t
now(void)
{
	return clock_now;
}

static struct people_words said;

static struct people *
people_new(char dir[32])
{
	struct people *people = NULL;
	char path[64];

	strcpy(dir, "/tmp/outbox-XXXXXX");
	REQUIRE(mkdtemp(dir) != NULL);
	(void)snprintf(path, sizeof path, "%s/people.db", dir);
	REQUIRE(people_open(path, now, &people, &said) == PEOPLE_OK);
	return people;
}

static void
people_end(struct people *people, const char *dir)
{
	char command[64];

	people_close(people);
	(void)snprintf(command, sizeof command, "rm -r %s", dir);
	CHECK_INT(system(command), 0);
}

static void
waiting(void)
{
	char dir[32], about[] = "{}";
	struct people *people = people_new(dir);
	const struct outbox_new one = { "licenses", "a@b", "1", about };
	struct outbox_mail mail, other;
	int64_t n = 0;

	CHECK_INT(outbox_put(people, &one, &said), PEOPLE_OK);
	CHECK_INT(outbox_put(people, &one, &said), PEOPLE_OK); /* the same */
	CHECK_INT(outbox_waiting(people, &n, &said), PEOPLE_OK);
	CHECK_INT(n, 1);
	REQUIRE(outbox_take(people, &mail, &said) == PEOPLE_OK);
	CHECK_STR(mail.kind, "licenses");
	CHECK_STR(mail.address, "a@b");
	CHECK_STR(mail.about, "{}");
	/* It is ours, until we are gone. */
	CHECK_INT(outbox_take(people, &other, &said), PEOPLE_NOT_FOUND);
	clock_now += OUTBOX_LEASE_S;
	REQUIRE(outbox_take(people, &other, &said) == PEOPLE_OK);
	CHECK_STR(other.id, mail.id);
	free(other.about);
	/* It failed, and is due later. */
	mail.failing = clock_now;
	mail.tries = 3;
	CHECK_INT(
	    outbox_return(people, &mail, clock_now + 60, &said), PEOPLE_OK);
	CHECK_INT(outbox_take(people, &other, &said), PEOPLE_NOT_FOUND);
	clock_now += 60;
	REQUIRE(outbox_take(people, &other, &said) == PEOPLE_OK);
	CHECK_INT(other.tries, 3);
	free(other.about);
	/* Sent: once a day. */
	CHECK_INT(outbox_done(people, &mail, &said), PEOPLE_OK);
	CHECK_INT(outbox_put(people, &one, &said), PEOPLE_OK);
	CHECK_INT(outbox_take(people, &other, &said), PEOPLE_NOT_FOUND);
	clock_now += 86401;
	strcpy(other.id, "none");
	CHECK_INT(outbox_done(people, &other, &said), PEOPLE_OK);
	CHECK_INT(outbox_put(people, &one, &said), PEOPLE_OK);
	CHECK_INT(outbox_take(people, &other, &said), PEOPLE_OK);
	free(other.about);
	free(mail.about);
	people_end(people, dir);
}

/* A place and its mails go together; of two that move it, one does. */
static void
places(void)
{
	char dir[32], about[] = "{}";
	struct people *people = people_new(dir);
	const struct outbox_new mails[] = { { "expiring", "a@b", "1", about },
		{ "expiring", "c@d", "1", about } };
	struct outbox_place place = { .name = "log" }, again;
	int64_t n = 0;

	CHECK_INT(outbox_place(people, &place, &said), PEOPLE_OK);
	CHECK_INT(place.n, 0);
	CHECK_INT(place.at, 0);
	CHECK_INT(
	    outbox_move(people, &place, 7, 1, mails, 2, &said), PEOPLE_OK);
	again = place;
	CHECK_INT(outbox_move(people, &again, 9, 1, mails, 2, &said),
	    PEOPLE_EXISTS);
	CHECK_INT(outbox_place(people, &place, &said), PEOPLE_OK);
	CHECK_INT(place.n, 7);
	CHECK_INT(place.at, 1);
	CHECK_INT(outbox_waiting(people, &n, &said), PEOPLE_OK);
	CHECK_INT(n, 2);
	people_end(people, dir);
}

static const struct check_test tests[] = {
	{ "whole", whole },
	{ "hostile", hostile },
	{ "lines", lines },
	{ "words", words },
	{ "long subject", long_subject },
	{ "attached", attached },
	{ "waiting", waiting },
	{ "places", places },
};

int
main(int argc, char **argv)
{
	return check_main("mail", tests, CHECK_COUNT(tests), argc, argv);
}
