# What some C libraries lack: see compat.h.
noinst_LTLIBRARIES += compat/libcompat.la
compat_libcompat_la_SOURCES = compat/compat.c compat/compat.h
