/* Looks up names one after the other, each with a time limit, as a program would that has nothing
 * to do with libcurl (getaddrinfo).
 *
 * Used by one thread. A lookup that the system does not give back in time goes on by itself on a
 * thread of its own, which is joined when it has come to its end by name_lookup_destroy, else ends
 * with the process: getaddrinfo cannot be interrupted. */
#ifndef HAUL_IO_NAME_LOOKUP_H
#define HAUL_IO_NAME_LOOKUP_H

#include "base/common.h"

#include <sys/socket.h>

struct name_lookup;

/* stop_descriptor: ends waiting when readable; -1 = none. */
struct name_lookup *name_lookup_create(int stop_descriptor);
void name_lookup_destroy(struct name_lookup *lookup); /* NULL is fine */

#define NAME_ADDRESSES_MAX 8

struct name_address {
    struct sockaddr_storage storage;
    socklen_t length;
};

struct name_answer {
    int code; /* 0, or EAI_ of getaddrinfo(3) */
    int64_t us;
    unsigned ipv4; /* all addresses, not only those kept below */
    unsigned ipv6;
    struct name_address addresses[NAME_ADDRESSES_MAX];
    size_t address_count;
};

enum name_lookup_end {
    NAME_LOOKUP_ANSWERED,
    NAME_LOOKUP_SILENT,  /* no answer within the limit */
    NAME_LOOKUP_STOPPED, /* the stop descriptor became readable */
    NAME_LOOKUP_REFUSED, /* the system has no thread or descriptor for it */
};

/* Fills *out only when answered. A host with letters beyond ASCII is encoded first (IDNA). */
enum name_lookup_end name_lookup_ask(struct name_lookup *lookup, const char *host, int64_t limit_us,
                                     struct name_answer *out);

/* True when this machine has a way to the address. Sends nothing. */
bool name_address_has_route(const struct name_address *address);

#endif
