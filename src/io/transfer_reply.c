#include "io/transfer_reply.h"

#include <string.h>
#include <strings.h>

void transfer_reply_init(struct transfer_reply *reply)
{
    *reply = (struct transfer_reply){.length = -1};
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

/* Reads the digits of a length; -1 when there are none, others follow, or it is above INT64_MAX. */
static int64_t parse_length(const char *bytes, size_t length)
{
    while (length > 0 && is_blank(bytes[0])) {
        bytes++;
        length--;
    }
    while (length > 0 && is_blank(bytes[length - 1]))
        length--;
    if (length == 0)
        return -1;
    int64_t value = 0;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] < '0' || bytes[i] > '9')
            return -1;
        int digit = bytes[i] - '0';
        if (value > (INT64_MAX - digit) / 10)
            return -1;
        value = value * 10 + digit;
    }
    return value;
}

/* A value may be a list, and the header may be repeated, as long as all say the same (RFC 9110,
 * section 8.6). */
static bool add_length(struct transfer_reply *reply, const char *value, size_t length)
{
    for (;;) {
        const char *comma = memchr(value, ',', length);
        size_t part = comma != NULL ? (size_t)(comma - value) : length;
        int64_t number = parse_length(value, part);
        if (number < 0 || (reply->length >= 0 && reply->length != number))
            return false;
        reply->length = number;
        if (comma == NULL)
            return true;
        value += part + 1;
        length -= part + 1;
    }
}

static bool is_name(const char *name, size_t length, const char *known)
{
    return strlen(known) == length && strncasecmp(name, known, length) == 0;
}

static bool is_status_line(const char *line, size_t length)
{
    return length >= 5 && memcmp(line, "HTTP/", 5) == 0;
}

/* "HTTP/1.1 200 OK", "HTTP/2 200" */
static int parse_status(const char *line, size_t length)
{
    const char *blank = memchr(line, ' ', length);
    if (blank == NULL || line + length - blank < 4)
        return 0;
    int status = 0;
    for (int i = 1; i <= 3; i++) {
        if (blank[i] < '0' || blank[i] > '9')
            return 0;
        status = status * 10 + (blank[i] - '0');
    }
    return status;
}

/* Exactly one "chunked": libcurl would decode gzip and others unasked, and call a stream that was
 * cut short complete. */
static bool add_encoding(struct transfer_reply *reply, const char *value, size_t length)
{
    while (length > 0 && is_blank(value[0])) {
        value++;
        length--;
    }
    while (length > 0 && is_blank(value[length - 1]))
        length--;
    bool is_first = !reply->is_chunked;
    reply->is_chunked = true;
    return is_first && is_name(value, length, "chunked");
}

/* It means something beside a 206 only, so what is wrong with it is the caller's to judge. */
static void add_range(struct transfer_reply *reply, const char *value, size_t length)
{
    reply->range_count++;
    reply->has_range = reply->range_count == 1 && content_range_parse(value, length, &reply->range);
}

/* A field line (RFC 9112, section 5). NULL, or what is wrong with it. */
static const char *add_field(struct transfer_reply *reply, const char *line, size_t length)
{
    if (is_blank(line[0]))
        return reply->may_not_be_folded ? "a folded header line where none may be" : NULL;
    const char *colon = memchr(line, ':', length);
    if (colon == NULL)
        return NULL; /* no field: libcurl passes over it, too */
    size_t name = (size_t)(colon - line);
    if (name > 0 && is_blank(line[name - 1]))
        return "a blank before the colon of a header";
    const char *value = colon + 1;
    size_t value_length = length - name - 1;
    bool is_length = is_name(line, name, "Content-Length");
    bool is_encoding = is_name(line, name, "Transfer-Encoding");
    bool is_range = is_name(line, name, "Content-Range");
    reply->may_not_be_folded =
        is_length || is_encoding || is_range || is_name(line, name, "Location");
    if (is_length && !add_length(reply, value, value_length))
        return "Content-Length is malformed, too large or contradicts itself";
    if (is_encoding && !add_encoding(reply, value, value_length))
        return "Transfer-Encoding is not one \"chunked\"";
    if (is_range)
        add_range(reply, value, value_length);
    return NULL;
}

static void begin_block(struct transfer_reply *reply, const char *line, size_t length)
{
    reply->status = parse_status(line, length);
    reply->length = -1;
    reply->is_chunked = false;
    reply->range_count = 0;
    reply->has_range = false;
    reply->is_in_block = true;
    reply->may_not_be_folded = true; /* there is nothing yet to continue */
}

static enum failure end_headers(struct transfer_reply *reply, const char **out_objection)
{
    reply->is_in_block = false;
    if (reply->status >= 100 && reply->status <= 199)
        return FAILURE_NONE; /* interim: the final reply follows */
    reply->has_ended = true;
    if (reply->is_chunked)
        reply->length = -1;
    if ((reply->status == 206 && !reply->may_be_partial) ||
        (reply->status == 304 && !reply->may_be_unchanged)) {
        *out_objection = "a partial or conditional reply that was not asked for";
        return FAILURE_PROTOCOL;
    }
    return FAILURE_NONE;
}

enum failure transfer_reply_add_line(struct transfer_reply *reply, const char *bytes, size_t length,
                                     const char **out_objection)
{
    reply->bytes += length;
    reply->lines++;
    if (reply->bytes > TRANSFER_HEADER_BYTES || reply->lines > TRANSFER_HEADER_LINES) {
        *out_objection = "more than 256 KiB or 1,000 lines of headers and trailers";
        return FAILURE_HEADERS_TOO_LARGE;
    }
    if (memchr(bytes, '\0', length) != NULL) {
        *out_objection = "NUL byte in a header";
        return FAILURE_PROTOCOL;
    }
    if (reply->has_ended)
        return FAILURE_NONE; /* a trailer */
    while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
        length--;
    if (length == 0)
        return end_headers(reply, out_objection);
    if (!reply->is_in_block && is_status_line(bytes, length)) {
        begin_block(reply, bytes, length);
        return FAILURE_NONE;
    }
    *out_objection = add_field(reply, bytes, length);
    return *out_objection == NULL ? FAILURE_NONE : FAILURE_PROTOCOL;
}
