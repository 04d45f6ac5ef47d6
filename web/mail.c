/* mail.c - see mail.h. */
#include "mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>

#define TEXT_MAX (1 << 20) /* bytes of a text, and of its HTML */
#define COLUMNS 75         /* characters of a quoted-printable line */
#define WORD_BYTES 45      /* of a word of RFC 2047, before base64 */
#define PLAIN_MAX 60       /* characters of a header that stays as it is */
#define BASE64_BYTES 57    /* of a line */
#define ADDRESS_MAX 254

static void
put(struct buffer *out, const char *text)
{
	buffer_append(out, text, strlen(text));
}

/* ---- Addresses ------------------------------------------------------- */

static bool
is_address(const char *text, size_t len)
{
	static const char special[] = "()<>[]:;,\\\"";
	size_t ats = 0;

	if (len < 3 || len > ADDRESS_MAX || text[0] == '@' || text[0] == '-' ||
	    text[len - 1] == '@')
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c <= ' ' || c >= 127 || strchr(special, c) != NULL)
			return false;
		ats += c == '@';
	}
	return ats == 1;
}

bool
web_mail_is_address(const char *text)
{
	return is_address(text, strlen(text));
}

bool
web_mail_address(const char *from, const char **at, size_t *len)
{
	const char *open = strrchr(from, '<');

	*at = open != NULL ? open + 1 : from;
	*len = strcspn(*at, ">");
	return is_address(*at, *len) &&
	       (open != NULL ? (*at)[*len] == '>' && (*at)[*len + 1] == '\0'
			     : (*at)[*len] == '\0');
}

/* ---- Headers --------------------------------------------------------- */

static void
put_base64(struct buffer *out, const void *data, size_t len)
{
	unsigned char text[4 * ((BASE64_BYTES + 2) / 3) + 1];
	int n = EVP_EncodeBlock(text, data, (int)len);

	buffer_append(out, text, (size_t)n);
}

/* The bytes of whole characters, at most WORD_BYTES of them. */
static size_t
word_len(const char *text, size_t len)
{
	size_t n = len < WORD_BYTES ? len : WORD_BYTES;

	if (n == len)
		return n;
	while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return n > 0 ? n : WORD_BYTES; /* not UTF-8 */
}

/* A text within a header: as it is, or in words of RFC 2047. */
static void
put_words(struct buffer *out, const char *text, size_t len)
{
	char word[WORD_BYTES];
	bool is_plain = len <= PLAIN_MAX && len > 0 && text[0] != ' ' &&
			text[len - 1] != ' ';

	for (size_t i = 0; i < len; i++)
		is_plain = is_plain && text[i] >= ' ' && text[i] < 127 &&
			   strchr("=?<>@,;:\"\\()[]", text[i]) == NULL;
	if (is_plain) {
		buffer_append(out, text, len);
		return;
	}
	for (size_t n; len > 0; text += n, len -= n) {
		n = word_len(text, len);
		for (size_t i = 0; i < n; i++)
			word[i] = (unsigned char)text[i] < ' ' || text[i] == 127
				      ? ' '
				      : text[i];
		put(out, "=?UTF-8?B?");
		put_base64(out, word, n);
		put(out, len > n ? "?=\r\n " : "?=");
	}
}

static void
put_from(struct buffer *out, const char *from, const char *address, size_t len)
{
	size_t name = address > from ? (size_t)(address - from) - 1 : 0;

	while (name > 0 && strchr(" \"", from[name - 1]) != NULL)
		name--;
	while (name > 0 && strchr(" \"", *from) != NULL) {
		from++;
		name--;
	}
	put(out, "From: ");
	put_words(out, from, name);
	put(out, name > 0 ? " <" : "<");
	buffer_append(out, address, len);
	put(out, ">\r\n");
}

static void
put_date(struct buffer *out, int64_t date)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t at = (time_t)date;
	char text[80];
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL)
		return;
	(void)snprintf(text, sizeof text,
	    "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0000\r\n",
	    days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
	put(out, text);
}

/* ---- Bodies ---------------------------------------------------------- */

/* RFC 2045; a dot at the beginning of a line, which SMTP doubles, is coded. */
static void
put_quoted(struct buffer *out, const char *text, size_t len)
{
	size_t column = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		bool ends = i + 1 == len || text[i + 1] == '\n';
		bool is_plain =
		    c == ' ' ? !ends : c > ' ' && c < 127 && c != '=';
		char code[4];

		if (c == '\n') {
			put(out, "\r\n");
			column = 0;
			continue;
		}
		if (column + 3 > COLUMNS) {
			put(out, "=\r\n");
			column = 0;
		}
		if (is_plain && (c != '.' || column > 0)) {
			buffer_append(out, &c, 1);
			column++;
			continue;
		}
		(void)snprintf(code, sizeof code, "=%02X", c);
		put(out, code);
		column += 3;
	}
	put(out, "\r\n");
}

static void
put_attached(struct buffer *out, const struct web_mail_file *file)
{
	put(out, "Content-Type: text/plain; charset=utf-8\r\n"
		 "Content-Transfer-Encoding: base64\r\n"
		 "Content-Disposition: attachment; filename=\"");
	put(out, file->name);
	put(out, "\"\r\n\r\n");
	for (size_t at = 0; at < file->len; at += BASE64_BYTES) {
		size_t left = file->len - at;

		put_base64(out, file->text + at,
		    left < BASE64_BYTES ? left : BASE64_BYTES);
		put(out, "\r\n");
	}
}

/* Neither of the two encodings makes "=_", with which boundaries begin. */
static void
put_boundary(
    struct buffer *out, const char *kind, const char *id, const char *end)
{
	put(out, "--=_");
	put(out, kind);
	put(out, id);
	put(out, end);
	put(out, "\r\n");
}

static void
put_multipart(
    struct buffer *out, const char *type, const char *kind, const char *id)
{
	put(out, "Content-Type: multipart/");
	put(out, type);
	put(out, "; boundary=\"=_");
	put(out, kind);
	put(out, id);
	put(out, "\"\r\n\r\n");
}

static void
put_text(struct buffer *out, const char *type, const char *text, size_t len)
{
	put(out, "Content-Type: text/");
	put(out, type);
	put(out, "; charset=utf-8\r\n"
		 "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	put_quoted(out, text, len);
}

/* ---- Text and HTML --------------------------------------------------- */

struct texts {
	struct buffer text, html;
	const char *subject, *body; /* in text */
	size_t subject_len, body_len;
};

/* Its first line, and what is behind the empty line. */
static void
texts_split(struct texts *t)
{
	const char *text = (const char *)t->text.data;
	const char *end = memchr(text, '\n', t->text.len);
	size_t at = end != NULL ? (size_t)(end - text) : t->text.len;

	t->subject = text;
	t->subject_len = at;
	while (at < t->text.len && text[at] == '\n')
		at++;
	t->body = text + at;
	t->body_len = t->text.len - at;
	while (t->body_len > 0 && t->body[t->body_len - 1] == '\n')
		t->body_len--;
}

static json_t *
line_json(const char *line, size_t len, const char *url)
{
	size_t url_len = strlen(url);
	bool is_link = len > url_len && memcmp(line, url, url_len) == 0 &&
		       line[url_len] == '/' && memchr(line, ' ', len) == NULL;

	return json_pack("{s:s%}", is_link ? "link" : "text", line, len);
}

static json_t *
paragraphs_json(const struct texts *t, const char *url)
{
	json_t *all = json_array(), *lines = NULL;
	const char *at = t->body, *end = t->body + t->body_len;

	for (size_t len; at < end; at += len + 1) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		len = (size_t)((stop != NULL ? stop : end) - at);
		if (len == 0) {
			lines = NULL;
			continue;
		}
		if (lines == NULL)
			(void)json_array_append_new(all,
			    json_pack("{s:o}", "lines", lines = json_array()));
		(void)json_array_append_new(lines, line_json(at, len, url));
	}
	return all;
}

static bool
html_make(struct texts *t, const struct web_templates *templates,
    const json_t *data, const char *url)
{
	json_t *page = json_copy((json_t *)data);
	bool good = page != NULL &&
		    json_object_set_new(page, "subject",
			json_stringn(t->subject, t->subject_len)) == 0 &&
		    json_object_set_new(
			page, "paragraphs", paragraphs_json(t, url)) == 0 &&
		    web_template_render(templates, "mail.html", page, &t->html);

	json_decref(page);
	return good;
}

static bool
texts_make(struct texts *t, const struct web_mail *mail,
    const struct web_templates *templates, const char *name, const json_t *data)
{
	char file[64];

	(void)snprintf(file, sizeof file, "%s.txt", name);
	if (!web_template_render(templates, file, data, &t->text) ||
	    t->text.len == 0)
		return false;
	texts_split(t);
	return html_make(t, templates, data, mail->url);
}

/* ---- The message ----------------------------------------------------- */

static void
put_headers(struct buffer *out, const struct web_mail *mail,
    const struct texts *t, const char *address, size_t len)
{
	put_from(out, mail->from, address, len);
	put(out, "To: <");
	put(out, mail->to);
	put(out, ">\r\nSubject: ");
	put_words(out, t->subject, t->subject_len);
	put(out, "\r\n");
	put_date(out, mail->date);
	put(out, "Message-ID: <");
	put(out, mail->id);
	put(out, "@");
	put(out, mail->host);
	/* RFC 3834: nobody answers that he is away. */
	put(out,
	    ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
}

static void
put_alternatives(
    struct buffer *out, const struct web_mail *mail, const struct texts *t)
{
	put_multipart(out, "alternative", "text", mail->id);
	put_boundary(out, "text", mail->id, "");
	put_text(out, "plain", t->body, t->body_len);
	put_boundary(out, "text", mail->id, "");
	put_text(out, "html", (const char *)t->html.data, t->html.len);
	put_boundary(out, "text", mail->id, "--");
}

bool
web_mail_make(const struct web_mail *mail,
    const struct web_templates *templates, const char *name, const json_t *data,
    struct buffer *out)
{
	struct texts t = {
		.text = BUFFER_INIT(TEXT_MAX),
		.html = BUFFER_INIT(TEXT_MAX),
	};
	const char *address;
	size_t len;
	bool good = web_mail_address(mail->from, &address, &len) &&
		    web_mail_is_address(mail->to) &&
		    texts_make(&t, mail, templates, name, data);

	if (good) {
		put_headers(out, mail, &t, address, len);
		if (mail->nfiles > 0) {
			put_multipart(out, "mixed", "file", mail->id);
			put_boundary(out, "file", mail->id, "");
		}
		put_alternatives(out, mail, &t);
		for (size_t i = 0; i < mail->nfiles; i++) {
			put_boundary(out, "file", mail->id, "");
			put_attached(out, &mail->files[i]);
		}
		if (mail->nfiles > 0)
			put_boundary(out, "file", mail->id, "--");
	}
	buffer_free(&t.text);
	buffer_free(&t.html);
	return good && !out->failed;
}
