#include "io/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/vis.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD in UTF-8 */

/* Last second of the year 9999: RFC 3339 has no later year. */
#define LAST_SECOND INT64_C(253402300799)

#define ADD(text, literal) text_append((text), (literal), sizeof(literal) - 1)

/* Bytes that a JSON string takes as they are: printable ASCII but for quote and backslash. */
static const bool IS_PLAIN[256] = {
    [0x20 ... 0x21] = true,
    [0x23 ... 0x5B] = true,
    [0x5D ... 0x7E] = true,
};

static size_t plain_prefix(const char *bytes, size_t length)
{
    size_t i = 0;
    while (i < length && IS_PLAIN[(unsigned char)bytes[i]])
        i++;
    return i;
}

static void add_unit(struct text *text, uint32_t unit)
{
    static const char DIGITS[] = "0123456789abcdef";
    char escape[6] = "\\u";
    for (unsigned i = 0; i < 4; i++)
        escape[2 + i] = DIGITS[unit >> (12 - 4 * i) & 15];
    text_append(text, escape, sizeof(escape));
}

/* The escape of a code point (RFC 8259, section 7); above U+FFFF as a surrogate pair. */
static void add_escape(struct text *text, uint32_t code_point)
{
    if (code_point == '"')
        ADD(text, "\\\"");
    else if (code_point == '\\')
        ADD(text, "\\\\");
    else if (code_point == '\n')
        ADD(text, "\\n");
    else if (code_point == '\r')
        ADD(text, "\\r");
    else if (code_point == '\t')
        ADD(text, "\\t");
    else if (code_point < 0x10000)
        add_unit(text, code_point);
    else {
        add_unit(text, 0xD800 + ((code_point - 0x10000) >> 10));
        add_unit(text, 0xDC00 + ((code_point - 0x10000) & 0x3FF));
    }
}

/* Adds the one character (or invalid byte) that is not plain; returns how many bytes it had. */
static size_t add_special(struct text *text, const char *bytes, size_t length)
{
    uint32_t code_point;
    size_t used = vis_decode(bytes, length, &code_point);
    if (used == 0) {
        ADD(text, REPLACEMENT);
        return 1;
    }
    /* JSON would allow most of these unescaped, but people look at the file in a terminal. */
    if (code_point < 0x80 || vis_is_unsafe(code_point))
        add_escape(text, code_point);
    else
        text_append(text, bytes, used);
    return used;
}

static void add_string(struct text *text, const char *string)
{
    if (string == NULL)
        ADD(text, "null");
    else
        record_append_json_string(text, string, strlen(string));
}

/* For the fields where an empty string says that nothing is known. */
static void add_nonempty(struct text *text, const char *string)
{
    add_string(text, string[0] != '\0' ? string : NULL);
}

static void add_positive(struct text *text, uint64_t value)
{
    if (value == 0)
        ADD(text, "null");
    else
        text_append_unsigned(text, value);
}

static void add_known(struct text *text, int64_t value)
{
    if (value < 0)
        ADD(text, "null");
    else
        text_append_unsigned(text, (uint64_t)value);
}

/* A URL as a JSON string. The masked form is written in its place and, as nearly always, needs no
 * escape there: then it is never copied. */
static void add_url(struct text *text, const char *url, const struct redaction *redaction)
{
    if (url == NULL) {
        ADD(text, "null");
        return;
    }
    size_t start = text->length;
    text_append_char(text, '"');
    url_append_masked(text, url, redaction);
    if (text->is_full)
        return;
    const char *masked = text->data + start + 1;
    size_t length = text->length - start - 1;
    if (plain_prefix(masked, length) == length) {
        text_append_char(text, '"');
        return;
    }
    char *copy = memory_copy_bytes(masked, length);
    text_cut(text, start);
    record_append_json_string(text, copy, length);
    free(copy);
}

/* Most URLs are requested as they are listed. Masking is the dearest part of a record: then the
 * string at url_start, the last in the text, is taken once more. */
static void add_final_url(struct text *text, const struct job *job, size_t url_start,
                          const struct redaction *redaction)
{
    char copy[512]; /* text_append may move the bytes that it would read */
    const char *url = job->outcome.attempts > 0 ? job_target(job)->target : NULL;
    size_t length = text->length - url_start;
    bool is_same = url != NULL && length <= sizeof(copy) && strcmp(url, job->listed) == 0;
    if (is_same)
        memcpy(copy, text->data + url_start, length);
    ADD(text, ",\"final_url\":");
    if (is_same)
        text_append(text, copy, length);
    else
        add_url(text, url, redaction);
}

static void add_identity(struct text *text, const struct job *job,
                         const struct redaction *redaction)
{
    char key[KEY_TEXT_SIZE];
    ADD(text, "{\"schema\":\"haul.result/1\",\"i\":");
    text_append_unsigned(text, job->index);
    ADD(text, ",\"key\":\"");
    text_append_string(text, key_format(job->key, key));
    ADD(text, "\",\"source\":");
    add_string(text, job->source);
    ADD(text, ",\"line\":");
    add_positive(text, job->line);
    ADD(text, ",\"url\":");
    size_t url_start = text->length;
    add_url(text, job->listed, redaction);
    add_final_url(text, job, url_start, redaction);
}

static void add_verdict(struct text *text, const struct outcome *outcome)
{
    char start[CLOCK_TEXT_SIZE];
    ADD(text, ",\"status\":");
    add_string(text, status_name(outcome->status));
    ADD(text, ",\"class\":");
    add_string(text, failure_name(outcome->failure));
    ADD(text, ",\"http\":");
    add_positive(text, outcome->http > 0 ? (uint64_t)outcome->http : 0);
    ADD(text, ",\"curl\":");
    add_known(text, outcome->curl);
    ADD(text, ",\"detail\":");
    add_nonempty(text, outcome->detail);
    ADD(text, ",\"attempts\":");
    text_append_unsigned(text, outcome->attempts);
    ADD(text, ",\"start\":");
    add_string(text, outcome->start_us > 0 ? clock_format(start, outcome->start_us) : NULL);
    ADD(text, ",\"worker\":");
    add_positive(text, outcome->worker > 0 ? (uint64_t)outcome->worker : 0);
}

static const char *version_name(int http_version)
{
    switch (http_version) {
    case 10:
        return "1.0";
    case 11:
        return "1.1";
    case 20:
        return "2";
    case 30:
        return "3";
    default:
        return NULL;
    }
}

static void add_connection(struct text *text, const struct outcome *outcome)
{
    ADD(text, ",\"ip\":");
    add_nonempty(text, outcome->ip);
    ADD(text, ",\"http_version\":");
    add_string(text, version_name(outcome->http_version));
    ADD(text, ",\"reused\":");
    text_append_string(text, outcome->attempts == 0 ? "null" : outcome->reused ? "true" : "false");
    ADD(text, ",\"us\":{\"queue\":");
    add_known(text, outcome->us.queue);
    ADD(text, ",\"dns\":");
    add_known(text, outcome->us.dns);
    ADD(text, ",\"connect\":");
    add_known(text, outcome->us.connect);
    ADD(text, ",\"tls\":");
    add_known(text, outcome->us.tls);
    ADD(text, ",\"ttfb\":");
    add_known(text, outcome->us.ttfb);
    ADD(text, ",\"receive\":");
    add_known(text, outcome->us.receive);
    ADD(text, ",\"total\":");
    add_known(text, outcome->us.total);
}

static void add_file(struct text *text, const struct outcome *outcome)
{
    char time[CLOCK_TEXT_SIZE];
    bool is_dated = outcome->last_modified >= 0 && outcome->last_modified <= LAST_SECOND;
    ADD(text, "},\"bytes\":{\"wire\":");
    text_append_signed(text, outcome->wire_bytes);
    ADD(text, ",\"file\":");
    add_known(text, outcome->file_bytes);
    ADD(text, ",\"expected\":");
    add_known(text, outcome->expected_bytes);
    ADD(text, "},\"path\":");
    add_string(text, outcome->path);
    ADD(text, ",\"type\":{\"declared\":");
    add_string(text, outcome->declared_type);
    ADD(text, ",\"detected\":");
    add_string(text, outcome->detected_type);
    ADD(text, "},\"image\":null,\"sha256\":null,\"etag\":");
    add_string(text, outcome->etag);
    ADD(text, ",\"last_modified\":");
    add_string(text, is_dated ? clock_format_seconds(time, outcome->last_modified * CLOCK_SECOND_US)
                              : NULL);
}

static void add_redirects(struct text *text, const struct outcome *outcome,
                          const struct redaction *redaction)
{
    ADD(text, ",\"redirects\":[");
    for (unsigned i = 0; i < outcome->hop_count; i++) {
        text_append_string(text, i == 0 ? "{\"http\":" : ",{\"http\":");
        text_append_signed(text, outcome->hops[i].http);
        ADD(text, ",\"url\":");
        add_url(text, outcome->hops[i].url, redaction);
        ADD(text, "}");
    }
    ADD(text, "],\"duplicate_of\":");
    add_positive(text, outcome->duplicate_of);
}

/* A text that did not fit below the limit must not keep half a line. */
static bool finish(struct text *text, size_t start)
{
    if (text->is_full)
        text_cut(text, start);
    return !text->is_full;
}

bool record_append_json(struct text *text, const struct job *job, const struct redaction *redaction)
{
    size_t start = text->length;
    add_identity(text, job, redaction);
    add_verdict(text, &job->outcome);
    add_connection(text, &job->outcome);
    add_file(text, &job->outcome);
    add_redirects(text, &job->outcome, redaction);
    ADD(text, ",\"extra\":{}}\n");
    return finish(text, start);
}

static bool is_control(uint32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F) ||
           code_point == 0x2028 || code_point == 0x2029;
}

/* A value without tabs and line ends, with doubled quotes. Bad UTF-8 is kept or becomes U+FFFD. */
static void add_cell_bytes(struct text *text, const char *string, bool is_bad_kept)
{
    size_t length = strlen(string);
    while (length > 0) {
        size_t used = plain_prefix(string, length);
        uint32_t code_point = 0xFFFD;
        if (used > 0) {
            text_append(text, string, used);
        } else if ((used = vis_decode(string, length, &code_point)) == 0) {
            used = 1;
            if (is_bad_kept)
                text_append(text, string, used);
            else
                ADD(text, REPLACEMENT);
        } else if (is_control(code_point)) {
            text_append_char(text, ' ');
        } else {
            if (code_point == '"')
                text_append_char(text, '"');
            text_append(text, string, used);
        }
        string += used;
        length -= used;
    }
}

/* A cell with a quote in it stands in quotes (RFC 4180, 2): a single one at its start would make
 * the rows that follow part of it. */
static void add_cell(struct text *text, const char *string, bool is_bad_kept)
{
    const char *quote = strchr(string, '"') != NULL ? "\"" : "";
    text_append_string(text, quote);
    add_cell_bytes(text, string, is_bad_kept);
    text_append_string(text, quote);
}

static void add_place_cell(struct text *text, const struct job *job)
{
    const char *source = job->source != NULL ? job->source : "";
    const char *quote = strchr(source, '"') != NULL ? "\"" : "";
    text_append_string(text, quote);
    add_cell_bytes(text, source, false);
    if (job->line > 0) {
        text_append_char(text, ':');
        text_append_unsigned(text, job->line);
    }
    text_append_string(text, quote);
}

bool record_append_failed_header(struct text *text)
{
    return ADD(text, "url\tout\tdir\tchecksum\theader\treferer\tclass\thttp\tdetail\tline\n");
}

bool record_append_failed_row(struct text *text, const struct job *job)
{
    const struct outcome *outcome = &job->outcome;
    const char *class_name = failure_name(outcome->failure);
    size_t start = text->length;
    /* The URL alone keeps bytes that are no UTF-8: it is there to be found again in the list. */
    add_cell(text, job->listed, true);
    ADD(text, "\t\t\t\t\t\t"); /* out, dir, checksum, header and referer are empty */
    text_append_string(text, class_name != NULL ? class_name : "");
    text_append_char(text, '\t');
    if (outcome->http > 0)
        text_append_unsigned(text, (uint64_t)outcome->http);
    text_append_char(text, '\t');
    add_cell(text, outcome->detail, false);
    text_append_char(text, '\t');
    add_place_cell(text, job);
    text_append_char(text, '\n');
    return finish(text, start);
}

bool record_append_json_string(struct text *text, const char *bytes, size_t length)
{
    size_t start = text->length;
    text_append_char(text, '"');
    while (length > 0) {
        size_t used = plain_prefix(bytes, length);
        if (used > 0)
            text_append(text, bytes, used);
        else
            used = add_special(text, bytes, length);
        bytes += used;
        length -= used;
    }
    text_append_char(text, '"');
    return finish(text, start);
}
