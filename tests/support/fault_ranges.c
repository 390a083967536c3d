#include "fault_ranges.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fault_content.h"
#include "fault_counters.h"
#include "fault_reply.h"

#define SIZE_DEFAULT (UINT64_C(2) << 20)
#define SIZE_FINE (UINT64_C(64) << 10)
#define OTHER_TOTAL_MORE 3200
#define BOUNDARY "in-parts"

enum validators { STRONG, WEAK, OLD_DATE, FRESH_DATE, NO_VALIDATOR };

enum partial_reply {
    FINE,        /* RFC 9110, 13.1.5 and 14 */
    BLIND,       /* Range counts, If-Range does not */
    WRONG_START, /* earlier than asked for, and says so */
    OTHER_TOTAL, /* says that the file is longer, and sends a part of that one */
    NO_RANGE,    /* a 206 without Content-Range, from the start of the file */
    IGNORED,     /* 200 */
    REFUSED,     /* 416 */
    MULTIPART,   /* multipart/byteranges */
};

struct variant {
    const char *prefix;
    enum validators validators;
    enum partial_reply partial;
    bool changes; /* another version of the same size after the first request */
};

static const struct variant variants[] = {
    {"/range/", STRONG, FINE, false},
    {"/range-changed/", STRONG, FINE, true},
    {"/range-liar/", STRONG, BLIND, true},
    {"/range-wrong-start/", STRONG, WRONG_START, false},
    {"/range-other-total/", STRONG, OTHER_TOTAL, false},
    {"/range-no-header/", STRONG, NO_RANGE, false},
    {"/range-ignored/", STRONG, IGNORED, false},
    {"/range-416/", STRONG, REFUSED, false},
    {"/range-multipart/", STRONG, MULTIPART, false},
    {"/range-weak/", WEAK, BLIND, true},
    {"/range-none/", NO_VALIDATOR, BLIND, true},
    {"/range-date/", OLD_DATE, FINE, false},
    {"/range-fresh-date/", FRESH_DATE, FINE, true},
};

/* "bytes=FIRST-[LAST]" within a file of so many bytes; anything else counts as no range at all. A
 * first byte behind the end is left to the caller. */
static bool parse_range(const char *value, uint64_t size, uint64_t *out_first, uint64_t *out_last)
{
    unsigned long long first, last = 0;
    int end = -1;
    if (value == NULL || sscanf(value, "bytes=%llu-%n", &first, &end) != 1 || end < 0)
        return false;
    if (value[end] == '\0')
        last = size - 1;
    else if (sscanf(value + end, "%llu%n", &last, &end) != 1 || last < first)
        return false;
    *out_first = first;
    *out_last = last < size ? last : size - 1;
    return true;
}

/* RFC 9110, 13.1.5: a weak validator never matches, a date only the very same one. */
static bool if_range_holds(const struct connection *connection, const struct content *content)
{
    char *value = connection_field(connection, "If-Range");
    char date[CONTENT_DATE_SIZE];
    bool holds = value == NULL;
    if (value != NULL && *value == '"')
        holds = strcmp(value, content->etag) == 0;
    else if (value != NULL && content->modified >= 0)
        holds = strcmp(value, content_date(content->modified, date)) == 0;
    free(value);
    return holds;
}

static void add_validators(struct connection *connection, const char *version,
                           enum validators validators, struct content *content)
{
    char key[256];
    char *wanted = reply_query(connection, "etag", NULL);
    if (validators == STRONG && wanted != NULL)
        snprintf(content->etag, sizeof(content->etag), "\"%s\"", wanted);
    else if (validators == STRONG || validators == WEAK)
        snprintf(content->etag, sizeof(content->etag), "%s\"%s-%llu\"",
                 validators == WEAK ? "W/" : "", version, (unsigned long long)content->size);
    free(wanted);
    if (validators == STRONG || validators == OLD_DATE)
        content->modified = CONTENT_OLD_TIME + *version * INT64_C(86400);
    if (validators == FRESH_DATE) {
        /* Both versions are of the same second, which is what makes such a date useless. */
        snprintf(key, sizeof(key), "fresh %s", connection->path);
        content->modified = counters_get(connection->server->counters, key, (unsigned)time(NULL));
    }
}

static enum ending send_full(struct connection *connection, const struct content *content,
                             uint64_t cut)
{
    bool is_put = content_put_head(connection, 200, content, "Accept-Ranges: bytes\r\n") &&
                  connection_put_format(connection,
                                        "Content-Type: application/octet-stream\r\n"
                                        "Content-Length: %llu\r\n\r\n",
                                        (unsigned long long)content->size);
    if (!connection_is_head(connection))
        is_put = is_put && content_put_body(connection, content, 0, cut > 0 ? cut : content->size);
    enum ending ending = reply_end(connection, is_put, 200);
    return cut > 0 ? ENDING_CLOSE : ending;
}

static enum ending send_refusal(struct connection *connection, const struct content *content)
{
    char header[64];
    snprintf(header, sizeof(header), "Content-Range: bytes */%llu\r\n",
             (unsigned long long)content->size);
    return reply_send(connection, 416, header, "", 0);
}

static enum ending send_multipart(struct connection *connection, const struct content *content,
                                  uint64_t first)
{
    static const char type[] = "Content-Type: multipart/byteranges; boundary=" BOUNDARY "\r\n";
    char before[256], after[] = "\r\n--" BOUNDARY "--\r\n";
    int before_length = snprintf(before, sizeof(before),
                                 "--" BOUNDARY "\r\nContent-Type: application/octet-stream\r\n"
                                 "Content-Range: bytes %llu-%llu/%llu\r\n\r\n",
                                 (unsigned long long)first, (unsigned long long)content->size - 1,
                                 (unsigned long long)content->size);
    uint64_t length = content->size - first;
    bool is_put =
        content_put_head(connection, 206, content, type) &&
        connection_put_format(
            connection, "Content-Length: %llu\r\n\r\n%s",
            (unsigned long long)(length + (uint64_t)before_length + sizeof(after) - 1), before) &&
        content_put_body(connection, content, first, length) &&
        connection_put(connection, after, sizeof(after) - 1);
    return reply_end(connection, is_put, 206);
}

/* The bytes that are sent come from the content, from `first` on; `header` tells about them. */
static enum ending send_part(struct connection *connection, const struct content *content,
                             const char *header, uint64_t first, uint64_t length)
{
    bool is_put = content_put_head(connection, 206, content, header) &&
                  connection_put_format(connection,
                                        "Content-Type: application/octet-stream\r\n"
                                        "Content-Length: %llu\r\n\r\n",
                                        (unsigned long long)length);
    if (!connection_is_head(connection))
        is_put = is_put && content_put_body(connection, content, first, length);
    return reply_end(connection, is_put, 206);
}

static enum ending send_range(struct connection *connection, const struct content *content,
                              enum partial_reply partial, uint64_t first, uint64_t last)
{
    if (first >= content->size || partial == REFUSED)
        return send_refusal(connection, content);
    if (partial == MULTIPART)
        return send_multipart(connection, content, first);
    if (partial == NO_RANGE)
        return send_part(connection, content, "", 0, last - first + 1);
    /* As many bytes as asked for, so that the length alone does not give these two away. */
    struct content sent = *content;
    uint64_t length = last - first + 1;
    if (partial == WRONG_START)
        first /= 2;
    if (partial == OTHER_TOTAL) {
        sent.label[0] = 'x';
        sent.size += OTHER_TOTAL_MORE;
    }
    char header[96];
    snprintf(header, sizeof(header), "Content-Range: bytes %llu-%llu/%llu\r\n",
             (unsigned long long)first, (unsigned long long)(first + length - 1),
             (unsigned long long)sent.size);
    return send_part(connection, &sent, header, first, length);
}

/* How many bytes of a full reply are sent, 0 = all: the first ones are cut (cuts=N, 1). */
static uint64_t cut_of(const struct connection *connection, unsigned before, uint64_t size)
{
    uint64_t cut = reply_query_number(connection, "cut", size / 2);
    return before < reply_query_number(connection, "cuts", 1) && cut < size ? cut : 0;
}

static enum ending serve_variant(struct connection *connection, const struct variant *variant,
                                 const char *name)
{
    struct counters *counters = connection->server->counters;
    unsigned before = connection_is_head(connection) ? counters_get(counters, connection->path, 0)
                                                     : counters_next(counters, connection->path);
    const char *version = variant->changes && before > 0 ? "b" : "a";
    struct content content;
    content_init(&content, version, name, reply_query_number(connection, "size", SIZE_DEFAULT));
    add_validators(connection, version, variant->validators, &content);
    char *range = connection_field(connection, "Range");
    uint64_t first, last;
    bool is_part = content.size > 0 && variant->partial != IGNORED &&
                   parse_range(range, content.size, &first, &last) &&
                   (variant->partial != FINE || if_range_holds(connection, &content));
    free(range);
    if (is_part)
        return send_range(connection, &content, variant->partial, first, last);
    return send_full(connection, &content, cut_of(connection, before, content.size));
}

bool ranges_serve(struct connection *connection, enum ending *out_ending)
{
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        size_t length = strlen(variants[i].prefix);
        if (strncmp(connection->path, variants[i].prefix, length) == 0) {
            *out_ending = serve_variant(connection, &variants[i], connection->path + length);
            return true;
        }
    }
    return false;
}

enum ending ranges_serve_fine(struct connection *connection, const char *name)
{
    struct content content;
    content_init(&content, "a", name, reply_query_number(connection, "size", SIZE_FINE));
    add_validators(connection, "a", STRONG, &content);
    char *range = connection_field(connection, "Range");
    uint64_t first, last;
    bool is_part = content.size > 0 && parse_range(range, content.size, &first, &last) &&
                   if_range_holds(connection, &content);
    free(range);
    return is_part ? send_range(connection, &content, FINE, first, last)
                   : send_full(connection, &content, 0);
}
