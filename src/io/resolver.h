/* Why did a name not resolve? libcurl does not say, so a thread asks getaddrinfo once per host.
 * Most runs never ask.
 *
 * Threads: resolver_ask from any thread; the answer comes on the resolver's own thread, or on
 *          that of whoever makes it give up.
 * Ownership: an item that is asked about belongs to the resolver until `answered` gets it. */
#ifndef HAUL_IO_RESOLVER_H
#define HAUL_IO_RESOLVER_H

#include "base/common.h"

struct resolver;

/* `answered` is called once per item: name_exists is false only when the name service said that
 * there is no such name (EAI_NONAME); detail is gai_strerror's text. */
typedef void resolver_answer(void *context, void *item, bool name_exists, const char *detail);

struct resolver *resolver_create(resolver_answer *answered, void *context);
/* The first question starts the thread; a system that has none to give makes it give up. */
void resolver_ask(struct resolver *resolver, const char *host, void *item);

/* Answers all items that wait, the present one too, as "not known whether it exists", at once and
 * on the calling thread; later ones likewise. Does not wait. */
void resolver_give_up(struct resolver *resolver);

/* Gives up and ends the thread. A lookup that the system does not give back is abandoned after half
 * a second: then false, and the thread ends with the process. */
bool resolver_stop(struct resolver *resolver);
/* Stops; NULL is fine. Memory of an abandoned lookup is left to the end of the process. */
void resolver_destroy(struct resolver *resolver);

#endif
