/* Which socket addresses a transfer may connect to. Judged on the address itself, after all
 * spelling tricks of a host name are resolved; IPv4 inside IPv6 (mapped, NAT64, 6to4) is unwrapped.
 */
#ifndef HAUL_IO_ADDRESS_H
#define HAUL_IO_ADDRESS_H

#include "base/common.h"

#include <sys/socket.h>

enum address_kind {
    ADDRESS_PUBLIC,
    ADDRESS_PRIVATE, /* loopback, private, link-local, shared, multicast, metadata, unspecified */
    ADDRESS_OTHER,   /* neither IPv4 nor IPv6 */
};

enum address_kind address_classify(const struct sockaddr *address);
/* The same for a numeric address in text form ("127.0.0.1", "::1", "[::1]"); ADDRESS_OTHER when it
 * is no numeric address. */
enum address_kind address_classify_text(const char *text);
/* The same for the host of a URL: also localhost and what is below it (RFC 6761), and a final dot.
 */
enum address_kind address_classify_host(const char *host);
/* True for localhost, what is below it, and loopback addresses (RFC 1122, 3.2.1.3; RFC
 * 4291, 2.5.3): what is asked there does not leave this machine. */
bool address_is_loopback_host(const char *host);

#endif
