/*
 * steps.h - what each kind of visit asks for, and does with the answer.
 *
 * Most make one request.  In a transfer to another device the core processes
 * the ticket that came, and a second request follows.  An answer may also come
 * as a file.
 */
#ifndef AGENT_CALLHOME_STEPS_H
#define AGENT_CALLHOME_STEPS_H

#include "visit.h"

/* Takes the first step. */
void steps_begin(struct visit *);

#endif
