# licportald, the registration portal.

PORTAL_PAGES = \
	portal/pages/answer.html \
	portal/pages/approvals.html \
	portal/pages/approve.html \
	portal/pages/accounts.html \
	portal/pages/by-mail.html \
	portal/pages/catalog-loaded.html \
	portal/pages/catalog.html \
	portal/pages/contract.html \
	portal/pages/decide.html \
	portal/pages/device-files.html \
	portal/pages/device-history.html \
	portal/pages/device.html \
	portal/pages/devices.html \
	portal/pages/evaluation.html \
	portal/pages/expiring.html \
	portal/pages/extension-asked.html \
	portal/pages/extension.html \
	portal/pages/factor.html \
	portal/pages/file.html \
	portal/pages/find-help.html \
	portal/pages/foot.html \
	portal/pages/front.html \
	portal/pages/head.html \
	portal/pages/hidden.html \
	portal/pages/icon.svg \
	portal/pages/import.html \
	portal/pages/imported.html \
	portal/pages/keys.html \
	portal/pages/license-list.html \
	portal/pages/licenses.html \
	portal/pages/link.html \
	portal/pages/log.html \
	portal/pages/lot-made.html \
	portal/pages/lots.html \
	portal/pages/mail-approval.txt \
	portal/pages/mail-expiring.txt \
	portal/pages/mail-licenses.txt \
	portal/pages/mail-password.txt \
	portal/pages/mail-welcome.txt \
	portal/pages/mail.html \
	portal/pages/mailed.html \
	portal/pages/me.html \
	portal/pages/more.html \
	portal/pages/move-check.html \
	portal/pages/move-permit.html \
	portal/pages/move.html \
	portal/pages/pak-made.html \
	portal/pages/pak.html \
	portal/pages/paks.html \
	portal/pages/people.html \
	portal/pages/person-link.html \
	portal/pages/person.html \
	portal/pages/picture.html \
	portal/pages/portal.css \
	portal/pages/portal.js \
	portal/pages/problem.html \
	portal/pages/recover.html \
	portal/pages/recovery.html \
	portal/pages/redeem-check.html \
	portal/pages/redeem.html \
	portal/pages/replace-check.html \
	portal/pages/replace.html \
	portal/pages/report.html \
	portal/pages/reports.html \
	portal/pages/rmas.html \
	portal/pages/roles.html \
	portal/pages/send-again.html \
	portal/pages/sign-in.html \
	portal/pages/staff.html \
	portal/pages/token.html \
	portal/pages/tokens.html \
	portal/pages/upload.html

if PORTAL
sbin_PROGRAMS += bin/licportald
bin_licportald_SOURCES = \
	portal/access.c portal/access.h \
	portal/api.c portal/api.h \
	portal/api_calendar.c \
	portal/api_catalog.c \
	portal/api_hook.c \
	portal/api_keys.c \
	portal/api_list.c \
	portal/api_read.c portal/api_read.h \
	portal/api_staff.c portal/api_staff.h \
	portal/api_write.c portal/api_write.h \
	portal/audit.c portal/audit.h \
	portal/cache.c portal/cache.h \
	portal/checkpoint.c portal/checkpoint.h \
	portal/conf.c portal/conf.h \
	portal/cursor.c portal/cursor.h \
	portal/desk.c portal/desk.h \
	portal/fail.c portal/fail.h \
	portal/frame.c portal/frame.h \
	portal/guess.c portal/guess.h \
	portal/histogram.c portal/histogram.h \
	portal/hook.c portal/hook.h \
	portal/hook_post.c portal/hook_post.h \
	portal/issuer.c portal/issuer.h \
	portal/list.c portal/list.h \
	portal/metrics.c portal/metrics.h \
	portal/list_stream.c portal/list_stream.h \
	portal/mail/compose.c \
	portal/mail/mailer.c portal/mail/mailer.h \
	portal/mail/post.h portal/mail/scan.c \
	portal/mail/smtp.c portal/mail/smtp.h \
	portal/main.c \
	portal/op.c portal/op.h portal/op_call.h \
	portal/op_approval.c \
	portal/op_args.c portal/op_args.h \
	portal/op_catalog.c \
	portal/op_device.c portal/op_device.h \
	portal/op_grant.c \
	portal/op_key.c \
	portal/op_home.c \
	portal/op_license.c portal/op_license.h \
	portal/op_move.c \
	portal/op_pak.c \
	portal/op_token.c \
	portal/op_webhook.c \
	portal/openapi.h \
	portal/part.c portal/part.h \
	portal/portal.h \
	portal/readers.c portal/readers.h \
	portal/secret.c portal/secret.h \
	portal/setup.c portal/setup.h \
	portal/site/by_mail.c portal/site/by_mail.h \
	portal/site/assets.c portal/site/assets.h \
	portal/site/files.c portal/site/files.h \
	portal/site/me.c portal/site/me.h \
	portal/site/members.c portal/site/members.h \
	portal/site/picture.c portal/site/picture.h \
	portal/site/problem.c portal/site/problem.h \
	portal/site/qr.c portal/site/qr.h \
	portal/site/recover.c portal/site/recover.h \
	portal/site/redeem.c portal/site/redeem.h \
	portal/site/replace.c portal/site/replace.h \
	portal/site/adapt.c portal/site/adapt.h \
	portal/site/shape.c portal/site/shape.h \
	portal/site/sign.c portal/site/sign.h \
	portal/site/slow.c portal/site/slow.h \
	portal/site/site.c portal/site/site.h \
	portal/site/visit.c portal/site/visit.h \
	portal/words.c portal/words.h
bin_licportald_CPPFLAGS = $(AM_CPPFLAGS) $(AUTHORITY_CPPFLAGS) \
	-I$(top_srcdir) -I$(top_srcdir)/daemon -I$(top_srcdir)/authority \
	-I$(top_srcdir)/licensecore $(CONFIG_CFLAGS) $(JANSSON_CFLAGS) $(CRYPTO_CFLAGS) \
	$(QRENCODE_CFLAGS) $(CURL_CFLAGS) $(ZLIB_CFLAGS) \
	-DPORTAL_CONF_DEFAULT='"$(sysconfdir)/licagent/licportal.conf"' \
	-DPORTAL_PAGES_DEFAULT='"$(pagesdir)"'
pagesdir = $(datadir)/licagent/pages
dist_pages_DATA = $(PORTAL_PAGES)
bin_licportald_LDADD = web/libweb.la daemon/libdaemon.la \
	authority/libauthority.la $(JANSSON_LIBS) $(QRENCODE_LIBS) \
	$(ZLIB_LIBS) \
	$(CURL_LIBS)
nodist_bin_licportald_SOURCES = portal/openapi_text.c
CLEANFILES += portal/openapi_text.c

portal/openapi_text.c: portal/openapi.json
	$(AM_V_GEN)$(MKDIR_P) portal && { \
	echo '/* openapi_text.c - openapi.json, as it is. */'; \
	echo '#include "portal/openapi.h"'; \
	echo 'const char openapi_text[] = {'; \
	od -An -v -tu1 $(srcdir)/portal/openapi.json | \
		sed 's/[0-9][0-9]*/&,/g'; \
	echo '};'; \
	echo 'const size_t openapi_len = sizeof openapi_text;'; \
	} >$@.new && mv $@.new $@
dist_man_MANS += portal/licportald.8 portal/licportal.conf.5 \
	portal/licportal-api.7
else
EXTRA_DIST += $(PORTAL_PAGES) portal/licportald.8 portal/licportal.conf.5 \
	portal/licportal-api.7
endif
EXTRA_DIST += portal/openapi.json docs/portal.md docs/portal.png
