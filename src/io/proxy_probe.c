#include "io/proxy_probe.h"

#include "base/clock.h"
#include "io/proxy.h"

#include <curl/curl.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define USUAL_PORT 1080 /* libcurl's, for all kinds of proxy but https */
#define HTTPS_PORT 443

struct place {
    char host[256];
    uint16_t port;
};

static void copy_host(char *out, size_t out_size, const char *host)
{
    size_t length = strlen(host);
    bool has_brackets = length >= 2 && host[0] == '[';
    snprintf(out, out_size, "%.*s", (int)(has_brackets ? length - 2 : length),
             has_brackets ? host + 1 : host);
}

static bool find_place(const char *proxy, struct place *out)
{
    CURLU *parts = curl_url();
    char *host = NULL;
    char *port = NULL;
    bool is_found = parts != NULL &&
                    curl_url_set(parts, CURLUPART_URL, proxy,
                                 CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
                    curl_url_get(parts, CURLUPART_HOST, &host, CURLU_URLDECODE) == CURLUE_OK;
    if (is_found) {
        copy_host(out->host, sizeof(out->host), host);
        out->port = strncmp(proxy, "https:", 6) == 0 ? HTTPS_PORT : USUAL_PORT;
        if (curl_url_get(parts, CURLUPART_PORT, &port, 0) == CURLUE_OK)
            out->port = (uint16_t)strtoul(port, NULL, 10);
    }
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parts);
    return is_found;
}

/* 0, -ETIMEDOUT, -ECANCELED when stopped, or why not. */
static int wait_connected(int descriptor, int stop_descriptor, int64_t until_us)
{
    int problem = 0;
    socklen_t size = sizeof(problem);
    for (;;) {
        struct pollfd waits[] = {{.fd = descriptor, .events = POLLOUT},
                                 {.fd = stop_descriptor, .events = POLLIN}};
        int64_t left_us = until_us - clock_monotonic_us();
        if (left_us <= 0)
            return -ETIMEDOUT;
        poll(waits, ARRAY_LENGTH(waits), (int)((left_us + 999) / 1000));
        if (waits[1].revents != 0)
            return -ECANCELED;
        if (waits[0].revents == 0)
            continue;
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &problem, &size);
        return -problem;
    }
}

static int connect_to(const struct name_address *address, uint16_t port, int stop_descriptor,
                      int64_t until_us)
{
    struct sockaddr_storage target = address->storage;
    if (target.ss_family == AF_INET)
        ((struct sockaddr_in *)&target)->sin_port = htons(port);
    else
        ((struct sockaddr_in6 *)&target)->sin6_port = htons(port);
    int descriptor = socket(target.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0)
        return -errno;
    int result = 0;
    if (connect(descriptor, (const struct sockaddr *)&target, address->length) != 0)
        result =
            errno == EINPROGRESS ? wait_connected(descriptor, stop_descriptor, until_us) : -errno;
    close(descriptor);
    return result;
}

/* One address after the other, until one takes the connection or the time is up. */
static void try_addresses(struct proxy_probe *probe, const struct name_answer *answer,
                          uint16_t port, int stop_descriptor, int64_t limit_us)
{
    int64_t start_us = clock_monotonic_us();
    int result = -EADDRNOTAVAIL;
    for (size_t i = 0; i < answer->address_count; i++) {
        result = connect_to(&answer->addresses[i], port, stop_descriptor, start_us + limit_us);
        if (result == 0 || result == -ECANCELED || result == -ETIMEDOUT)
            break;
    }
    probe->was_stopped = result == -ECANCELED;
    probe->connect_us = clock_monotonic_us() - start_us;
    if (result == 0) {
        probe->state = PROXY_ANSWERS;
    } else if (result == -ETIMEDOUT) {
        probe->state = PROXY_SAYS_NOTHING;
        snprintf(probe->detail, sizeof(probe->detail), "no answer");
    } else {
        probe->state = PROXY_REFUSES;
        snprintf(probe->detail, sizeof(probe->detail), "%s", strerror(-result));
    }
}

struct proxy_probe proxy_probe_make(const char *proxy, struct name_lookup *lookup,
                                    int stop_descriptor, int64_t limit_us)
{
    struct proxy_probe probe = {.state = PROXY_UNUSABLE};
    struct place place;
    struct error error = {.text = "it names no host"};
    struct name_answer answer;
    if (!proxy_check(proxy, &error) || !find_place(proxy, &place)) {
        snprintf(probe.detail, sizeof(probe.detail), "%s", error.text);
        return probe;
    }
    enum name_lookup_end end = name_lookup_ask(lookup, place.host, limit_us, &answer);
    probe.was_stopped = end == NAME_LOOKUP_STOPPED;
    probe.state = PROXY_UNKNOWN;
    if (end != NAME_LOOKUP_ANSWERED)
        snprintf(probe.detail, sizeof(probe.detail), "nobody says what its address is");
    else if (answer.code != 0)
        snprintf(probe.detail, sizeof(probe.detail), "its name has no address (%s)",
                 gai_strerror(answer.code));
    else
        try_addresses(&probe, &answer, place.port, stop_descriptor, limit_us);
    return probe;
}
