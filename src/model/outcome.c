#include "model/outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char *const STATUS_NAMES[STATUS_COUNT] = {
    [STATUS_DOWNLOADED] = "downloaded",
    [STATUS_KEPT] = "kept",
    [STATUS_DUPLICATE] = "duplicate",
    [STATUS_SKIPPED] = "skipped",
    [STATUS_FAILED] = "failed",
    [STATUS_NOT_TRIED] = "not_tried",
    [STATUS_OK] = "ok",
};

static const char *const FAILURE_NAMES[FAILURE_COUNT] = {
    [FAILURE_NONE] = NULL,
    [FAILURE_BAD_URL] = "bad-url",
    [FAILURE_UNSUPPORTED_SCHEME] = "unsupported-scheme",
    [FAILURE_BLOCKED_ADDRESS] = "blocked-address",
    [FAILURE_ROBOTS] = "robots",
    [FAILURE_DNS] = "dns",
    [FAILURE_DNS_TEMPORARY] = "dns-temporary",
    [FAILURE_CONNECT] = "connect",
    [FAILURE_HOST_DOWN] = "host-down",
    [FAILURE_REFUSED] = "refused",
    [FAILURE_TLS] = "tls",
    [FAILURE_TIMEOUT] = "timeout",
    [FAILURE_STALLED] = "stalled",
    [FAILURE_RESET] = "reset",
    [FAILURE_TOO_MANY_REDIRECTS] = "too-many-redirects",
    [FAILURE_BAD_REDIRECT] = "bad-redirect",
    [FAILURE_NOT_FOUND] = "not-found",
    [FAILURE_GONE] = "gone",
    [FAILURE_FORBIDDEN] = "forbidden",
    [FAILURE_AUTH] = "auth",
    [FAILURE_RATE_LIMITED] = "rate-limited",
    [FAILURE_CLIENT_ERROR] = "client-error",
    [FAILURE_SERVER_ERROR] = "server-error",
    [FAILURE_PROTOCOL] = "protocol",
    [FAILURE_HEADERS_TOO_LARGE] = "headers-too-large",
    [FAILURE_TOO_LARGE] = "too-large",
    [FAILURE_TRUNCATED] = "truncated",
    [FAILURE_NO_CONTENT] = "no-content",
    [FAILURE_BAD_TYPE] = "bad-type",
    [FAILURE_BAD_IMAGE] = "bad-image",
    [FAILURE_HASH_MISMATCH] = "hash-mismatch",
    [FAILURE_EXISTS] = "exists",
    [FAILURE_DISK_FULL] = "disk-full",
    [FAILURE_IO] = "io",
    [FAILURE_CANCELED] = "canceled",
    [FAILURE_INTERNAL] = "internal",
};

/* Shortens a string that was cut at `length` bytes so that it does not end inside a character. */
static void drop_cut_character(char *string, size_t length)
{
    size_t tail = 0;
    while (tail < 3 && tail < length && ((unsigned char)string[length - 1 - tail] & 0xC0) == 0x80)
        tail++;
    if (tail == length)
        return;
    unsigned char lead = (unsigned char)string[length - 1 - tail];
    size_t wanted = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    if (wanted > tail)
        string[length - 1 - tail] = '\0';
}

void outcome_init(struct outcome *outcome)
{
    *outcome = (struct outcome){
        .status = STATUS_FAILED,
        .failure = FAILURE_INTERNAL,
        .curl = -1,
        .us = {-1, -1, -1, -1, -1, -1, -1, -1},
        .file_bytes = -1,
        .expected_bytes = -1,
        .last_modified = -1,
    };
}

void outcome_clear(struct outcome *outcome)
{
    free(outcome->detail);
    free(outcome->path);
    outcome_clear_reply(outcome);
    outcome_clear_hops(outcome);
    outcome_init(outcome);
}

void outcome_clear_reply(struct outcome *outcome)
{
    free(outcome->declared_type);
    free(outcome->sha256);
    free(outcome->sha512);
    free(outcome->etag);
    outcome->declared_type = outcome->sha256 = outcome->sha512 = outcome->etag = NULL;
    outcome->detected_type = NULL;
    outcome->image = (struct image_info){0};
    outcome->last_modified = -1;
    outcome->resumed_bytes = 0;
}

void outcome_clear_hops(struct outcome *outcome)
{
    for (unsigned i = 0; i < outcome->hop_count; i++)
        free(outcome->hops[i].url);
    free(outcome->hops);
    outcome->hops = NULL;
    outcome->hop_count = 0;
}

void outcome_add_hop(struct outcome *outcome, int http, const char *url)
{
    /* One at a time: most URLs have no hop, and the limit on redirects keeps the rest short. */
    outcome->hops =
        memory_resize(outcome->hops, (size_t)outcome->hop_count + 1, sizeof(*outcome->hops));
    outcome->hops[outcome->hop_count++] = (struct redirect_hop){
        .http = http,
        .url = memory_copy_bytes(url, strnlen(url, OUTCOME_HOP_BYTES)),
    };
}

void outcome_set_detail(struct outcome *outcome, const char *format, ...)
{
    /* Not in place: the old detail may be among the arguments. */
    char detail[OUTCOME_DETAIL_SIZE];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(detail, sizeof(detail), format, arguments);
    va_end(arguments);
    if (length < 0)
        detail[0] = '\0';
    else if ((size_t)length >= sizeof(detail))
        drop_cut_character(detail, sizeof(detail) - 1);
    free(outcome->detail);
    outcome->detail = detail[0] != '\0' ? memory_copy_string(detail) : NULL;
}

const char *outcome_detail(const struct outcome *outcome)
{
    return outcome->detail != NULL ? outcome->detail : "";
}

const char *status_name(enum status status)
{
    return STATUS_NAMES[status];
}

const char *failure_name(enum failure failure)
{
    return FAILURE_NAMES[failure];
}

bool failure_is_final(enum failure failure)
{
    switch (failure) {
    case FAILURE_BAD_URL:
    case FAILURE_UNSUPPORTED_SCHEME:
    case FAILURE_BLOCKED_ADDRESS:
    case FAILURE_ROBOTS:
    case FAILURE_NOT_FOUND:
    case FAILURE_GONE:
        return true;
    default:
        return false;
    }
}

enum failure failure_find(const char *name, size_t length)
{
    for (enum failure failure = FAILURE_NONE + 1; failure < FAILURE_COUNT; failure++)
        if (strlen(FAILURE_NAMES[failure]) == length &&
            memcmp(FAILURE_NAMES[failure], name, length) == 0)
            return failure;
    return FAILURE_NONE;
}

bool failure_name_is_final(const char *name, size_t length)
{
    return failure_is_final(failure_find(name, length));
}
