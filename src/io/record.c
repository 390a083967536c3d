#include "io/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json_string.h"
#include "base/memory.h"
#include "base/vis.h"

/* Last second of the year 9999: RFC 3339 has no later year. */
#define LAST_SECOND INT64_C(253402300799)

#define ADD(text, literal) text_append((text), (literal), sizeof(literal) - 1)

/* A member whose value is a string, or null. */
#define ADD_STRING(text, name, value) (ADD(text, name), add_string(text, value))

static void add_string(struct text *text, const char *string)
{
    if (string == NULL)
        ADD(text, "null");
    else
        json_string_append(text, string, strlen(string));
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
    if (json_string_plain_prefix(masked, length) == length) {
        text_append_char(text, '"');
        return;
    }
    char *copy = memory_copy_bytes(masked, length);
    text_cut(text, start);
    json_string_append(text, copy, length);
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
    add_string(text, outcome->detail);
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
    ADD(text, ",\"write\":");
    add_known(text, outcome->us.write);
    ADD(text, ",\"total\":");
    add_known(text, outcome->us.total);
}

static void add_image(struct text *text, const struct image_info *image)
{
    if (image->format == NULL) {
        ADD(text, ",\"image\":null");
        return;
    }
    ADD(text, ",\"image\":{\"format\":");
    add_string(text, image->format);
    ADD(text, ",\"width\":");
    add_positive(text, image->width);
    ADD(text, ",\"height\":");
    add_positive(text, image->height);
    ADD(text, ",\"orientation\":");
    add_positive(text, image->orientation);
    ADD(text, ",\"complete\":");
    text_append_string(text, image->end == IMAGE_END_SEEN      ? "true}"
                             : image->end == IMAGE_END_MISSING ? "false}"
                                                               : "null}");
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
    ADD(text, ",\"resumed\":");
    text_append_signed(text, outcome->resumed_bytes);
    ADD_STRING(text, "},\"path\":", outcome->path);
    ADD_STRING(text, ",\"type\":{\"declared\":", outcome->declared_type);
    ADD_STRING(text, ",\"detected\":", outcome->detected_type);
    ADD(text, "}");
    add_image(text, &outcome->image);
    ADD_STRING(text, ",\"sha256\":", outcome->sha256);
    if (outcome->sha512 != NULL) /* rarely asked for: others do without the key */
        ADD_STRING(text, ",\"sha512\":", outcome->sha512);
    ADD_STRING(text, ",\"etag\":", outcome->etag);
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
    ADD(text, ",\"extra\":");
    bool has_extra = job->entry != NULL && job->entry->extra != NULL;
    text_append_string(text, has_extra ? job->entry->extra : "{}");
    if (job->exec_status >= 0) {
        ADD(text, ",\"exec\":");
        text_append_signed(text, job->exec_status);
    }
    ADD(text, "}\n");
    return finish(text, start);
}
