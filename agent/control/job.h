/* job.h - requests that wait in the queue of actions. */
#ifndef AGENT_CONTROL_JOB_H
#define AGENT_CONTROL_JOB_H

#include "call.h"

void job_install(const struct call *);
/*
 * What the portal answered to the request with this id: a license file. notice:
 * words for people; NULL: none.
 */
void job_install_answer(const struct call *, const char *file,
    const char *request_id, const char *notice);
void job_clear_license(const struct call *);
void job_agreements(const struct call *);
void job_save(const struct call *);
void job_credentials(const struct call *);
void job_revoke(const struct call *);
void job_regenerate(const struct call *);
/* Does what was reviewed on this connection. */
void job_confirm(const struct call *);

/* What waits is canceled. */
void client_jobs_drop(struct client *);
/* All are forgotten; what is in progress is given up by jobs_free. */
void jobs_abandon(struct control *);

#endif
