#include "io/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define HOST_SIZE 256

struct block {
    uint32_t network;
    unsigned bits;
};

/* IANA special-purpose registry (RFC 6890), without the documentation networks: what lies inside
 * this machine, its networks, or nobody's. The metadata address 169.254.169.254 is link-local. */
static const struct block private_blocks[] = {
    {0x00000000, 8},  /* 0.0.0.0/8 this network */
    {0x0A000000, 8},  /* 10.0.0.0/8 */
    {0x64400000, 10}, /* 100.64.0.0/10 shared, RFC 6598; metadata of some clouds */
    {0x7F000000, 8},  /* 127.0.0.0/8 loopback */
    {0xA9FE0000, 16}, /* 169.254.0.0/16 link-local, metadata */
    {0xAC100000, 12}, /* 172.16.0.0/12 */
    {0xC0000000, 24}, /* 192.0.0.0/24 protocol assignments; metadata of some clouds */
    {0xC0A80000, 16}, /* 192.168.0.0/16 */
    {0xC6120000, 15}, /* 198.18.0.0/15 benchmarking, RFC 2544 */
    {0xE0000000, 4},  /* 224.0.0.0/4 multicast */
    {0xF0000000, 4},  /* 240.0.0.0/4 reserved, broadcast */
};

/* Addresses that do not follow from the blocks: metadata services inside public space. */
#define AZURE_WIRE_SERVER 0xA83F8110u /* 168.63.129.16 */

static enum address_kind classify_ipv4(uint32_t address)
{
    for (size_t i = 0; i < ARRAY_LENGTH(private_blocks); i++) {
        uint32_t mask = UINT32_MAX << (32 - private_blocks[i].bits);
        if ((address & mask) == private_blocks[i].network)
            return ADDRESS_PRIVATE;
    }
    return address == AZURE_WIRE_SERVER ? ADDRESS_PRIVATE : ADDRESS_PUBLIC;
}

static uint32_t read_ipv4(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static enum address_kind classify_ipv6(const uint8_t bytes[16])
{
    static const uint8_t zeros[16];
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    static const uint8_t translated[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}; /* RFC 2765 */
    static const uint8_t nat64[12] = {0x00, 0x64, 0xFF, 0x9B};                  /* RFC 6052 */
    static const uint8_t nat64_local[6] = {0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01}; /* RFC 8215 */

    if (memcmp(bytes, mapped, sizeof mapped) == 0 || memcmp(bytes, nat64, sizeof nat64) == 0 ||
        memcmp(bytes, translated, sizeof translated) == 0)
        return classify_ipv4(read_ipv4(bytes + 12));
    if (memcmp(bytes, nat64_local, sizeof nat64_local) == 0)
        return ADDRESS_PRIVATE;
    if (memcmp(bytes, zeros, 12) == 0) /* ::, ::1 and the deprecated IPv4-compatible form */
        return memcmp(bytes, zeros, 15) == 0 ? ADDRESS_PRIVATE
                                             : classify_ipv4(read_ipv4(bytes + 12));
    if (bytes[0] == 0x20 && bytes[1] == 0x02) /* 6to4, RFC 3056 */
        return classify_ipv4(read_ipv4(bytes + 2));
    if (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0 && bytes[3] == 0) /* Teredo */
        return ADDRESS_PRIVATE;
    if ((bytes[0] & 0xFE) == 0xFC || bytes[0] == 0xFF) /* unique local, multicast */
        return ADDRESS_PRIVATE;
    if (bytes[0] == 0xFE && (bytes[1] & 0x80) == 0x80) /* link-local and the old site-local */
        return ADDRESS_PRIVATE;
    return ADDRESS_PUBLIC;
}

enum address_kind address_classify(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in ipv4;
        memcpy(&ipv4, address, sizeof ipv4);
        return classify_ipv4(ntohl(ipv4.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 ipv6;
        memcpy(&ipv6, address, sizeof ipv6);
        return classify_ipv6(ipv6.sin6_addr.s6_addr);
    }
    return ADDRESS_OTHER;
}

enum address_kind address_classify_text(const char *text)
{
    char plain[INET6_ADDRSTRLEN + 32];
    size_t length = strlen(text);
    if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
        text++;
        length -= 2;
    }
    if (length >= sizeof plain)
        return ADDRESS_OTHER;
    memcpy(plain, text, length);
    plain[length] = '\0';
    plain[strcspn(plain, "%")] = '\0'; /* a zone does not change the kind */

    struct in_addr ipv4;
    if (inet_pton(AF_INET, plain, &ipv4) == 1)
        return classify_ipv4(ntohl(ipv4.s_addr));
    struct in6_addr ipv6;
    if (inet_pton(AF_INET6, plain, &ipv6) == 1)
        return classify_ipv6(ipv6.s6_addr);
    return ADDRESS_OTHER;
}

/* Without a final dot; false when no host has such a name. */
static bool plain_host(const char *host, char out[HOST_SIZE])
{
    size_t length = strlen(host);
    if (length >= HOST_SIZE)
        return false;
    memcpy(out, host, length + 1);
    if (length > 0 && out[length - 1] == '.')
        out[length - 1] = '\0';
    return true;
}

static bool is_localhost(const char *name)
{
    static const char local[] = "localhost";
    size_t length = strlen(name);
    if (length < sizeof local - 1)
        return false;
    const char *tail = name + length - (sizeof local - 1);
    return strcasecmp(tail, local) == 0 && (tail == name || tail[-1] == '.');
}

enum address_kind address_classify_host(const char *host)
{
    char name[HOST_SIZE];
    if (!plain_host(host, name))
        return ADDRESS_OTHER;
    return is_localhost(name) ? ADDRESS_PRIVATE : address_classify_text(name);
}

bool address_is_loopback_host(const char *host)
{
    char name[HOST_SIZE];
    char plain[HOST_SIZE];
    struct in_addr ipv4;
    struct in6_addr ipv6;
    if (!plain_host(host, name))
        return false;
    size_t length = strlen(name);
    bool is_bracketed = length >= 2 && name[0] == '[' && name[length - 1] == ']';
    snprintf(plain, sizeof plain, "%.*s", (int)(is_bracketed ? length - 2 : length),
             name + is_bracketed);
    if (inet_pton(AF_INET, plain, &ipv4) == 1)
        return ntohl(ipv4.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, plain, &ipv6) == 1)
        return IN6_IS_ADDR_LOOPBACK(&ipv6);
    return is_localhost(name);
}
