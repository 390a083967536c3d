#include "io/state_record.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "io/json_field.h"
#include "model/content_type.h"
#include "model/name_path.h"
#include "model/outcome.h"

#define NOT_MODIFIED 304
#define DURATION_MAX (INT64_C(366) * 24 * 3600 * CLOCK_SECOND_US)
#define SHA256_DIGITS 64

/* RFC 3339 as clock_format and clock_format_seconds write it. */
static bool parse_time(const char *text, int64_t *out_us)
{
    struct tm parts = {0};
    const char *rest = text == NULL ? NULL : strptime(text, "%Y-%m-%dT%H:%M:%S", &parts);
    if (rest == NULL)
        return false;
    int64_t micros = 0;
    if (*rest == '.') {
        rest++;
        for (int64_t unit = CLOCK_SECOND_US / 10; *rest >= '0' && *rest <= '9'; rest++, unit /= 10)
            micros += unit * (*rest - '0');
    }
    if (strcmp(rest, "Z") != 0)
        return false;
    *out_us = (int64_t)timegm(&parts) * CLOCK_SECOND_US + micros;
    return true;
}

/* A validator goes back to the server in a header, byte for byte: one whose bytes the record had to
 * change is of no use. */
static const char *known_etag(const char *etag)
{
    size_t length = etag == NULL ? 0 : strlen(etag);
    if (length == 0 || length > OUTCOME_ETAG_BYTES)
        return NULL;
    for (size_t i = 0; i < length; i++)
        if (etag[i] < ' ' || etag[i] > '~')
            return NULL;
    return etag;
}

static const char *known_digest(const char *digits)
{
    bool is_digest = digits != NULL && strlen(digits) == SHA256_DIGITS &&
                     strspn(digits, "0123456789abcdef") == SHA256_DIGITS;
    return is_digest ? digits : NULL;
}

static const char *known_type(const char *name)
{
    const struct content_type *type = name == NULL ? NULL : content_type_find(name);
    return type == NULL ? NULL : type->media_type;
}

static int64_t known_pixels(const json_t *tree, const char *path)
{
    int64_t pixels = json_field_count(tree, path, 0);
    return pixels <= UINT32_MAX ? pixels : 0;
}

/* `kept` is also said of a file that somebody else made and the list's checksum proves: that must
 * not become one that haul may replace. Only of its own does haul know more than the size. */
static bool is_kept_own(const json_t *tree, const struct state_row *row)
{
    if (json_field_count(tree, "attempts", 0) > 0)
        return json_field_count(tree, "http", 0) == NOT_MODIFIED;
    return row->etag != NULL || row->last_modified != -1 || row->type != NULL;
}

static bool read_status(const json_t *tree, struct state_row *row)
{
    const char *status = json_field_string(tree, "status");
    if (status == NULL)
        return false;
    if (strcmp(status, status_name(STATUS_KEPT)) == 0)
        return is_kept_own(tree, row);
    int64_t total = json_field_count(tree, "us.total", 0);
    int64_t start;
    if (strcmp(status, status_name(STATUS_DOWNLOADED)) != 0 || total > DURATION_MAX ||
        !parse_time(json_field_string(tree, "start"), &start) || start <= 0)
        return false;
    row->downloaded_us = start + total;
    return true;
}

static bool read_row(const json_t *tree, struct state_row *row)
{
    int64_t date_us;
    *row = (struct state_row){
        .url = json_field_string(tree, "url"),
        .name = json_field_string(tree, "path"),
        .size = json_field_count(tree, "bytes.file", -1),
        .etag = known_etag(json_field_string(tree, "etag")),
        .last_modified = -1,
        .type = known_type(json_field_string(tree, "type.detected")),
        .sha256 = known_digest(json_field_string(tree, "sha256")),
        .width = known_pixels(tree, "image.width"),
        .height = known_pixels(tree, "image.height"),
    };
    if (parse_time(json_field_string(tree, "last_modified"), &date_us))
        row->last_modified = date_us / CLOCK_SECOND_US;
    return row->url != NULL && row->name != NULL && row->size >= 0 &&
           results_record_key(tree, &row->key) &&
           json_string_length(json_field_find(tree, "path")) == strlen(row->name) &&
           name_path_is_safe(row->name) && read_status(tree, row);
}

bool state_record_may_have_file(const struct results_line *line)
{
    return strstr(line->bytes, "\"downloaded\"") != NULL || strstr(line->bytes, "\"kept\"") != NULL;
}

bool state_record_read(const struct results_line *line, struct state_record *out)
{
    struct state_record record = {.tree = results_line_parse(line)};
    if (record.tree == NULL)
        return false;
    if (!read_row(record.tree, &record.row)) {
        json_decref(record.tree);
        return false;
    }
    *out = record;
    return true;
}

void state_record_clear(struct state_record *record)
{
    json_decref(record->tree);
    *record = (struct state_record){0};
}
