/* turns.c - whose requests are answered when. */
#include "turns.h"

#include <stdlib.h>
#include <time.h>

/* Of a turn of the loop, in microseconds: what it may take, and a share of it
 * that one client has before the next one is served. */
#define TURN_US 4000
#define SHARE_US 1000

static int64_t
now_us(void)
{
	struct timespec now = { 0 }; /* stands still where it is refused */

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- Lines ---- */

static void
line_put(struct line *line, struct client *client)
{
	client->next_in_line = NULL;
	client->in_line = true;
	*line->end = client;
	line->end = &client->next_in_line;
}

static struct client *
line_take(struct line *line)
{
	struct client *client = line->first;

	if (client == NULL)
		return NULL;
	if ((line->first = client->next_in_line) == NULL)
		line->end = &line->first;
	client->in_line = false;
	return client;
}

static void
line_remove(struct line *line, struct client *client)
{
	struct client **at = &line->first;

	if (!client->in_line)
		return;
	while (*at != client)
		at = &(*at)->next_in_line;
	if ((*at = client->next_in_line) == NULL)
		line->end = at;
	client->in_line = false;
}

/* ---- Users ---- */

static struct user *
find(const struct control *control, uid_t uid)
{
	struct user *user = control->users;

	while (user != NULL && user->uid != uid)
		user = user->next;
	return user;
}

size_t
turns_connections(const struct control *control, uid_t uid)
{
	const struct user *user = find(control, uid);

	return user != NULL ? user->nclients : 0;
}

static struct user *
user_new(struct control *control, uid_t uid)
{
	struct user *user = calloc(1, sizeof *user);

	if (user == NULL)
		return NULL;
	user->uid = uid;
	user->line.end = &user->line.first;
	user->next = control->users;
	control->users = user;
	return user;
}

static void
user_free(struct control *control, struct user *user)
{
	struct user **at = &control->users;

	while (*at != user)
		at = &(*at)->next;
	*at = user->next;
	free(user);
}

bool
turns_join(struct client *client)
{
	struct control *control = client->control;

	client->user = client->rights & CONTROL_ADMIN
			   ? &control->admins
			   : find(control, client->uid);
	if (client->user == NULL)
		client->user = user_new(control, client->uid);
	if (client->user == NULL)
		return false;
	client->user->nclients++;
	return true;
}

void
turns_leave(struct client *client)
{
	struct user *user = client->user;

	line_remove(&user->line, client);
	if (--user->nclients == 0 && user != &client->control->admins)
		user_free(client->control, user);
}

/* ---- A turn ---- */

/* The next client of a line, for its share, which begins now. */
static void
serve_one(struct control *control, struct line *line, int64_t now)
{
	struct client *client = line_take(line);

	control->share_us = now + SHARE_US;
	if (!client->gone && control->serve(client)) {
		line_put(line, client);
		client_await(client);
	}
}

/* The next user who has somebody in line takes the last place among users. */
static struct user *
next_user(struct control *control)
{
	struct user **at = &control->users, **end = at, *user;

	while (*at != NULL && (*at)->line.first == NULL)
		at = &(*at)->next;
	if ((user = *at) == NULL)
		return NULL;
	while (*end != NULL)
		end = &(*end)->next;
	if (user->next != NULL) {
		*at = user->next;
		user->next = NULL;
		*end = user;
	}
	return user;
}

/* Each class has a time of its own: neither can take the other's. */
static void
turn(void *arg)
{
	struct control *control = arg;
	int64_t now = now_us(), until = now + TURN_US;
	struct user *user;

	for (; now < until && control->admins.line.first != NULL;
	     now = now_us())
		serve_one(control, &control->admins.line, now);
	until = now + TURN_US;
	for (; now < until && (user = next_user(control)) != NULL;
	     now = now_us())
		serve_one(control, &user->line, now);
	if (control->admins.line.first != NULL || next_user(control) != NULL)
		loop_defer(control->loop, &control->turn);
}

void
turns_wait(struct client *client)
{
	struct control *control = client->control;

	if (!client->in_line && !client->gone)
		line_put(&client->user->line, client);
	loop_defer(control->loop, &control->turn);
}

bool
turns_over(const struct control *control)
{
	return now_us() >= control->share_us;
}

void
turns_init(struct control *control, bool (*serve)(struct client *))
{
	control->admins.line.end = &control->admins.line.first;
	control->serve = serve;
	control->turn = (struct task){ .run = turn, .arg = control };
}

void
turns_free(struct control *control)
{
	loop_undefer(control->loop, &control->turn);
}
