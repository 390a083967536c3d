/* What happened to one URL: the data behind its record.
 *
 * The lists of statuses and failure classes are part of the product's contract; their names are
 * what records, reports and messages print. */
#ifndef HAUL_MODEL_OUTCOME_H
#define HAUL_MODEL_OUTCOME_H

#include "base/common.h"
#include "model/image.h"
#include "model/phases.h"

#define OUTCOME_DETAIL_SIZE 200
#define OUTCOME_HOP_BYTES 2048  /* kept of a redirect's target; it may have 64 KiB */
#define OUTCOME_ETAG_BYTES 1024 /* a longer one is forgotten: it is only a validator */

enum status {
    STATUS_DOWNLOADED,
    STATUS_KEPT,
    STATUS_DUPLICATE,
    STATUS_SKIPPED,
    STATUS_FAILED,
    STATUS_NOT_TRIED,
    STATUS_OK, /* haul check: in place of downloaded */
    STATUS_COUNT,
};

enum failure {
    FAILURE_NONE,
    FAILURE_BAD_URL,
    FAILURE_UNSUPPORTED_SCHEME,
    FAILURE_BLOCKED_ADDRESS,
    FAILURE_ROBOTS,
    FAILURE_DNS,
    FAILURE_DNS_TEMPORARY,
    FAILURE_CONNECT,
    FAILURE_HOST_DOWN,
    FAILURE_REFUSED,
    FAILURE_TLS,
    FAILURE_TIMEOUT,
    FAILURE_STALLED,
    FAILURE_RESET,
    FAILURE_TOO_MANY_REDIRECTS,
    FAILURE_BAD_REDIRECT,
    FAILURE_NOT_FOUND,
    FAILURE_GONE,
    FAILURE_FORBIDDEN,
    FAILURE_AUTH,
    FAILURE_RATE_LIMITED,
    FAILURE_CLIENT_ERROR,
    FAILURE_SERVER_ERROR,
    FAILURE_PROTOCOL,
    FAILURE_HEADERS_TOO_LARGE,
    FAILURE_TOO_LARGE,
    FAILURE_TRUNCATED,
    FAILURE_NO_CONTENT,
    FAILURE_BAD_TYPE,
    FAILURE_BAD_IMAGE,
    FAILURE_HASH_MISMATCH,
    FAILURE_EXISTS,
    FAILURE_DISK_FULL,
    FAILURE_IO,
    FAILURE_CANCELED,
    FAILURE_INTERNAL,
    FAILURE_COUNT,
};

struct redirect_hop {
    int http;
    char *url; /* where it led to, not masked; at most OUTCOME_HOP_BYTES of it; owned */
};

struct outcome {
    enum status status;
    enum failure failure; /* also of a skipped record (exists) */
    int http;             /* last status code, 0 = none */
    int curl;             /* last CURLcode, -1 = no transfer */
    char *detail;         /* for a person, NULL = none; may hold foreign bytes; owned */
    unsigned attempts;    /* 0 = never sent */
    int64_t start_us;     /* wall clock of the first attempt, 0 = none */
    int worker;           /* from 1, 0 = none */
    char ip[46];          /* peer of the last attempt, "" = none */
    int http_version;     /* 10, 11, 20, 30; 0 = unknown */
    bool has_connected;   /* the last attempt had a connection, its handshake included */
    bool reused;          /* the last attempt went over a connection that was open */
    unsigned connections; /* opened in all attempts */
    struct phases us;
    int64_t wire_bytes;        /* headers and body received, all attempts */
    int64_t file_bytes;        /* size of the file, -1 = none */
    int64_t expected_bytes;    /* announced size of it in the last attempt, -1 = unknown */
    int64_t resumed_bytes;     /* of it, what was there before the last attempt */
    char *path;                /* final name relative to the output directory; owned, may be NULL */
    char *declared_type;       /* Content-Type without parameters, lower case; owned, may be NULL */
    const char *detected_type; /* media type by magic bytes; static, may be NULL */
    struct image_info image;   /* format NULL = no image */
    char *sha256;              /* hex digits of the file; owned, NULL = not asked for */
    char *sha512;              /* the same */
    char *etag;                /* owned, may be NULL */
    int64_t last_modified;     /* seconds since 1970, -1 = unknown */
    struct redirect_hop *hops; /* owned */
    unsigned hop_count;
    uint64_t duplicate_of; /* index of the record with the same URL or content, 0 = none */
};

void outcome_init(struct outcome *outcome); /* failed, internal, everything unknown */
void outcome_clear(struct outcome *outcome);
/* What a reply said and its body was: for an attempt that may get none. */
void outcome_clear_reply(struct outcome *outcome);
void outcome_clear_hops(struct outcome *outcome); /* for an attempt that begins anew */
void outcome_add_hop(struct outcome *outcome, int http, const char *url);
void outcome_set_detail(struct outcome *outcome, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

const char *outcome_detail(const struct outcome *outcome); /* "" = none */

const char *status_name(enum status status);
const char *failure_name(enum failure failure);             /* FAILURE_NONE gives NULL */
enum failure failure_find(const char *name, size_t length); /* FAILURE_NONE when none has it */
/* True for the name of a class where another try gives the same: bad-url, unsupported-scheme,
 * blocked-address, robots, not-found, gone. */
bool failure_name_is_final(const char *name, size_t length);
bool failure_is_final(enum failure failure);

#endif
