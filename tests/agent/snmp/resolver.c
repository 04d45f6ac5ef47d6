/* resolver.c - see resolver.h. */
#include "resolver.h"

#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

int __real_getaddrinfo(const char *host, const char *port,
    const struct addrinfo *hints, struct addrinfo **out);
int __wrap_getaddrinfo(const char *host, const char *port,
    const struct addrinfo *hints, struct addrinfo **out);

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t released;
	const char *const *addresses;
	int error;
	bool held;
	unsigned asked;
} resolver = { .mutex = PTHREAD_MUTEX_INITIALIZER,
	.released = PTHREAD_COND_INITIALIZER };

void
resolver_tells(const char *const *addresses, int error)
{
	pthread_mutex_lock(&resolver.mutex);
	resolver.addresses = addresses;
	resolver.error = error;
	resolver.asked = 0;
	pthread_mutex_unlock(&resolver.mutex);
}

static void
set_held(bool held)
{
	pthread_mutex_lock(&resolver.mutex);
	resolver.held = held;
	pthread_cond_broadcast(&resolver.released);
	pthread_mutex_unlock(&resolver.mutex);
}

void
resolver_hold(void)
{
	set_held(true);
}

void
resolver_release(void)
{
	set_held(false);
}

unsigned
resolver_asked(void)
{
	unsigned asked;

	pthread_mutex_lock(&resolver.mutex);
	asked = resolver.asked;
	pthread_mutex_unlock(&resolver.mutex);
	return asked;
}

/* In the order in which they are written; glibc frees them one by one. */
static int
list(const char *const *addresses, const char *port, struct addrinfo **end)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	};

	for (; *addresses != NULL; addresses++) {
		if (__real_getaddrinfo(*addresses, port, &hints, end) != 0)
			abort();
		end = &(*end)->ai_next;
	}
	return 0;
}

int
__wrap_getaddrinfo(const char *host, const char *port,
    const struct addrinfo *hints, struct addrinfo **out)
{
	const char *const *addresses;
	int error;

	if (hints != NULL && (hints->ai_flags & AI_NUMERICHOST))
		return __real_getaddrinfo(host, port, hints, out);
	pthread_mutex_lock(&resolver.mutex);
	resolver.asked++;
	while (resolver.held)
		pthread_cond_wait(&resolver.released, &resolver.mutex);
	addresses = resolver.addresses;
	error = resolver.error;
	pthread_mutex_unlock(&resolver.mutex);
	return addresses == NULL ? error : list(addresses, port, out);
}
