/* What speaks against a run in proxies, certificate authorities and libcurl: see
 * model/diagnosis.h. */
#ifndef HAUL_MODEL_DIAGNOSIS_NETWORK_H
#define HAUL_MODEL_DIAGNOSIS_NETWORK_H

#include "model/diagnosis.h"

enum proxy_state {
    PROXY_ANSWERS,      /* a connection can be made */
    PROXY_UNUSABLE,     /* what is configured is no proxy */
    PROXY_UNKNOWN,      /* its name has no address */
    PROXY_REFUSES,      /* or cannot be reached */
    PROXY_SAYS_NOTHING, /* within the time limit */
};

struct diagnosis_proxy {
    const char *schemes; /* of the targets: "http", "https", "http and https" */
    const char *shown;   /* without its password */
    const char *origin;  /* "--proxy", the name of a variable, "a.conf:1" */
    enum proxy_state state;
    const char *detail;
    int64_t connect_us;
    uint64_t urls; /* of the list that go through it, where one is given */
};

struct diagnosis_proxies {
    struct diagnosis_proxy items[2];
    size_t count;
    const char *direct;  /* no_proxy; NULL = not set */
    bool has_upper_case; /* HTTP_PROXY is set, which is not read */
};
void diagnosis_add_proxies(struct findings *findings, const struct diagnosis_list *list,
                           const struct diagnosis_proxies *proxies);

/* Where certificate authorities come from. */
struct diagnosis_certificates {
    const char *file; /* NULL = none */
    int file_errno;   /* why it cannot be read; 0 = it can */
    long count;       /* in the file */
    long expired;
    long future;           /* not valid yet */
    const char *directory; /* NULL = none */
    long directory_count;  /* certificates in it, by their names */
    const char *origin;    /* who names the file: "--cacert", "a.conf:1"; NULL = libcurl */
    const char *unread;    /* a variable that other programs read; NULL = not set */
};
void diagnosis_add_certificates(struct findings *findings, const struct diagnosis_list *list,
                                const struct diagnosis_certificates *certificates);

struct diagnosis_library {
    const char *version;
    const char *tls; /* NULL = none */
    unsigned built;  /* 0xMMmmpp that haul was built with */
    unsigned runs;   /* that runs now */
    bool has_openssl;
    bool has_http2;
    bool has_international_names;
    bool has_ipv6;
    bool waits_for_names; /* no lookups in the background */
    bool uses_cares;
};
void diagnosis_add_library(struct findings *findings, const struct diagnosis_list *list,
                           const struct diagnosis_library *library);

#endif
