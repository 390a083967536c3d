#include "model/partial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

#define DATE_AGE_SECONDS 60
#define DATE_BYTES 64
#define HEX_DIGITS "0123456789abcdef"

/* A value on its way through a file's lines. */
struct cursor {
    const char *at;
    const char *end;
};

void partial_clear(struct partial *partial)
{
    free(partial->validator);
    *partial = (struct partial){0};
}

/* A quoted opaque tag of etagc (RFC 9110, 8.8.3). An empty one is allowed there, and tells nothing.
 */
static bool is_strong_etag(const char *etag)
{
    size_t length = strlen(etag);
    if (length < 3 || length > PARTIAL_VALIDATOR_BYTES || etag[0] != '"' || etag[length - 1] != '"')
        return false;
    for (size_t i = 1; i < length - 1; i++) {
        unsigned char byte = (unsigned char)etag[i];
        if (byte <= 0x20 || byte == '"' || byte == 0x7F)
            return false;
    }
    return true;
}

/* Printable, and not to be taken for an entity tag. */
static bool is_date_text(const char *text)
{
    size_t length = strlen(text);
    if (length == 0 || length > DATE_BYTES || text[0] < 'A' || text[0] > 'Z')
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < ' ' || text[i] > '~' || text[i] == '"')
            return false;
    }
    return true;
}

char *partial_validator(const char *etag, const char *last_modified_text, int64_t last_modified,
                        int64_t date)
{
    /* A date may only be sent where there is no entity tag, not even a weak one. */
    if (etag != NULL)
        return is_strong_etag(etag) ? memory_copy_string(etag) : NULL;
    bool is_strong = last_modified_text != NULL && last_modified >= 0 && date >= 0 &&
                     date - last_modified >= DATE_AGE_SECONDS && is_date_text(last_modified_text);
    return is_strong ? memory_copy_string(last_modified_text) : NULL;
}

void partial_set_url(struct partial *partial, const struct url *url)
{
    size_t place = strcspn(url->target, "?");
    partial->place = key_of(url->target, place);
    partial->query = key_of(url->target + place, strlen(url->target + place));
}

static bool is_same_key(struct key a, struct key b)
{
    return a.high == b.high && a.low == b.low;
}

bool partial_is_from(const struct partial *partial, const struct url *url)
{
    struct partial other = {0};
    partial_set_url(&other, url);
    return is_same_key(partial->place, other.place) &&
           (partial->validator[0] == '"' || is_same_key(partial->query, other.query));
}

static bool take_char(struct cursor *cursor, char wanted)
{
    if (cursor->at == cursor->end || *cursor->at != wanted)
        return false;
    cursor->at++;
    return true;
}

static bool take_text(struct cursor *cursor, const char *wanted)
{
    size_t length = strlen(wanted);
    if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, wanted, length) != 0)
        return false;
    cursor->at += length;
    return true;
}

static bool take_number(struct cursor *cursor, int64_t *out)
{
    const char *start = cursor->at;
    int64_t value = 0;
    for (; cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9'; cursor->at++) {
        int digit = *cursor->at - '0';
        if (value > (INT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return cursor->at > start;
}

static bool take_hex_digit(struct cursor *cursor, unsigned *out)
{
    const char *digit =
        cursor->at < cursor->end && *cursor->at != '\0' ? strchr(HEX_DIGITS, *cursor->at) : NULL;
    if (digit == NULL)
        return false;
    *out = (unsigned)(digit - HEX_DIGITS);
    cursor->at++;
    return true;
}

static bool take_hex(struct cursor *cursor, uint64_t *out)
{
    uint64_t value = 0;
    for (int i = 0; i < 16; i++) {
        unsigned digit;
        if (!take_hex_digit(cursor, &digit))
            return false;
        value = value << 4 | digit;
    }
    *out = value;
    return true;
}

static bool take_key(struct cursor *cursor, struct key *out)
{
    return take_hex(cursor, &out->high) && take_hex(cursor, &out->low);
}

bool content_range_parse(const char *value, size_t length, struct content_range *out)
{
    struct cursor cursor = {value, value + length};
    while (take_char(&cursor, ' ') || take_char(&cursor, '\t'))
        ;
    if (cursor.end - cursor.at < 6 || strncasecmp(cursor.at, "bytes ", 6) != 0)
        return false;
    cursor.at += 6;
    struct content_range range;
    if (!take_number(&cursor, &range.first) || !take_char(&cursor, '-') ||
        !take_number(&cursor, &range.last) || !take_char(&cursor, '/') ||
        !take_number(&cursor, &range.total))
        return false;
    while (take_char(&cursor, ' ') || take_char(&cursor, '\t'))
        ;
    if (cursor.at != cursor.end || range.first > range.last || range.last >= range.total)
        return false;
    *out = range;
    return true;
}

bool partial_fits(const struct partial *partial, const struct content_range *range)
{
    return range->first == partial->bytes && range->total == partial->total &&
           range->last == partial->total - 1;
}

bool partial_contradicts(const struct partial *partial, const char *etag,
                         const char *last_modified_text)
{
    /* A 206 has the tag that a 200 would have (RFC 9110, 15.3.7): without it, If-Range was not even
     * looked at. A date may be left out. */
    if (partial->validator[0] == '"')
        return etag == NULL || strcmp(etag, partial->validator) != 0;
    return last_modified_text != NULL && strcmp(last_modified_text, partial->validator) != 0;
}

static void append_key(struct text *text, struct key key)
{
    char digits[KEY_TEXT_SIZE];
    text_append_string(text, key_format(key, digits));
}

/* The hash of all lines above stands in the last one: half a file is seen, and so is one that a
 * power cut filled with zeros. */
void partial_format(const struct partial *partial, struct text *text)
{
    size_t start = text->length;
    text_append_format(text, "haul.part/1\ntotal %lld\nsynced %lld\nboot %s\nplace ",
                       (long long)partial->total, (long long)partial->synced_bytes, partial->boot);
    append_key(text, partial->place);
    text_append_string(text, "\nquery ");
    append_key(text, partial->query);
    text_append_string(text, "\nvalidator ");
    for (const char *byte = partial->validator; *byte != '\0'; byte++)
        text_append_format(text, "%02x", (unsigned)(unsigned char)*byte);
    text_append_string(text, "\nend ");
    append_key(text, key_of(text->data + start, text->length - start));
    text_append_char(text, '\n');
}

static bool take_boot(struct cursor *cursor, char out[PARTIAL_BOOT_SIZE])
{
    size_t length = 0;
    for (; cursor->at < cursor->end && *cursor->at != '\n'; cursor->at++) {
        if (length == PARTIAL_BOOT_SIZE - 1 || strchr(HEX_DIGITS "-", *cursor->at) == NULL ||
            *cursor->at == '\0')
            return false;
        out[length++] = *cursor->at;
    }
    out[length] = '\0';
    return true;
}

/* Only what partial_validator makes: it becomes a request header. */
static bool take_validator(struct cursor *cursor, char out[PARTIAL_VALIDATOR_BYTES + 1])
{
    size_t length = 0;
    unsigned high, low;
    while (length < PARTIAL_VALIDATOR_BYTES && take_hex_digit(cursor, &high)) {
        if (!take_hex_digit(cursor, &low) || (high == 0 && low == 0))
            return false;
        out[length++] = (char)(high << 4 | low);
    }
    out[length] = '\0';
    return is_strong_etag(out) || is_date_text(out);
}

bool partial_parse(const char *bytes, size_t length, struct partial *out)
{
    struct cursor cursor = {bytes, bytes + length};
    struct partial partial = {0};
    char validator[PARTIAL_VALIDATOR_BYTES + 1];
    struct key found;
    if (length > PARTIAL_TEXT_BYTES || !take_text(&cursor, "haul.part/1\ntotal ") ||
        !take_number(&cursor, &partial.total) || !take_text(&cursor, "\nsynced ") ||
        !take_number(&cursor, &partial.synced_bytes) || !take_text(&cursor, "\nboot ") ||
        !take_boot(&cursor, partial.boot) || !take_text(&cursor, "\nplace ") ||
        !take_key(&cursor, &partial.place) || !take_text(&cursor, "\nquery ") ||
        !take_key(&cursor, &partial.query) || !take_text(&cursor, "\nvalidator ") ||
        !take_validator(&cursor, validator) || !take_text(&cursor, "\nend "))
        return false;
    struct key wanted = key_of(bytes, (size_t)(cursor.at - bytes));
    if (!take_key(&cursor, &found) || !is_same_key(found, wanted) || !take_char(&cursor, '\n') ||
        cursor.at != cursor.end)
        return false;
    partial.validator = memory_copy_string(validator);
    *out = partial;
    return true;
}

bool partial_is_name(const char *name, const char *suffix)
{
    size_t digits = strspn(name, HEX_DIGITS);
    return digits == KEY_TEXT_SIZE - 1 && strcmp(name + digits, suffix) == 0;
}
