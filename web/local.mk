# What programs with a web interface share.

if PORTAL
noinst_LTLIBRARIES += web/libweb.la
web_libweb_la_SOURCES = \
	web/answer.c web/answer.h \
	web/decode.c web/decode.h \
	web/form.c web/form.h \
	web/http.c web/http.h \
	web/mail.c web/mail.h \
	web/outbox.c web/outbox.h \
	web/pam.c web/pam.h \
	web/people.h web/people_db.c web/people_db.h \
	web/person.c \
	web/route.c web/route.h \
	web/session.c \
	web/sign_in.c \
	web/template.c web/template.h web/template_nodes.h \
	web/template_render.c \
	web/tries.c web/tries.h
web_libweb_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir) $(MICROHTTPD_CFLAGS) \
	$(JANSSON_CFLAGS) $(CRYPTO_CFLAGS) $(OATH_CFLAGS)
web_libweb_la_LIBADD = db/libdb.la $(MICROHTTPD_LIBS) $(JANSSON_LIBS) \
	$(CRYPTO_LIBS) $(OATH_LIBS) $(CRYPT_LIBS) $(PAM_LIBS)
endif
