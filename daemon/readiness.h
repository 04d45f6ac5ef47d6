/*
 * readiness.h - telling whoever started the daemon how far it is.
 */
#ifndef DAEMON_READINESS_H
#define DAEMON_READINESS_H

/* To systemd, if it asked; else nothing. */
void readiness_ready(void);
void readiness_reloading(void);
void readiness_stopping(void);

#endif
