#include "model/list_entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_string.h"
#include "base/memory.h"
#include "model/header_field.h"
#include "model/list_part.h"
#include "model/list_secret.h"

/* What the fields say; points into them. */
struct draft {
    struct list_part out, dir, referer;
    struct checksum checksum;
    int64_t priority;
    size_t header_count;
    size_t header_bytes; /* without the final NULs */
    struct list_placed_part *extra;
    size_t extra_count;
    struct list_placed_part *mirrors;
    size_t mirror_count;
};

enum known_key { KEY_OUT, KEY_DIR, KEY_REFERER, KEY_CHECKSUM, KEY_PRIORITY, KEY_HEADER, KEY_OTHER };

static const char *const KEY_NAMES[] = {
    [KEY_OUT] = "out",           [KEY_DIR] = "dir",           [KEY_REFERER] = "referer",
    [KEY_CHECKSUM] = "checksum", [KEY_PRIORITY] = "priority", [KEY_HEADER] = "header",
};

static enum known_key key_of_field(const struct list_field *field)
{
    for (size_t i = 0; i < ARRAY_LENGTH(KEY_NAMES); i++) {
        if (strlen(KEY_NAMES[i]) == field->key_length &&
            memcmp(KEY_NAMES[i], field->key, field->key_length) == 0)
            return (enum known_key)i;
    }
    return KEY_OTHER;
}

static bool refuse(char problem[LIST_PROBLEM_SIZE], enum known_key key, const char *reason)
{
    snprintf(problem, LIST_PROBLEM_SIZE, "%s: %s", KEY_NAMES[key], reason);
    return false;
}

/* The listed value has at least one TAB. The first URL goes into the comparison, so that no mirror
 * repeats it. */
static void split_mirrors(struct list_part list, struct draft *draft, struct list_part *out_url)
{
    size_t tabs = 0;
    for (size_t i = 0; i < list.length; i++)
        tabs += list.bytes[i] == '\t';
    struct list_placed_part *parts = memory_allocate_zeroed(tabs + 1, sizeof(*parts));
    struct list_part part;
    size_t count = 0;
    while (list_part_take(&list, &part)) {
        parts[count] = (struct list_placed_part){part, count};
        count++;
    }
    count = list_part_remove_equal(parts, count, false);
    *out_url = count > 0 ? parts[0].part : (struct list_part){list.bytes, 0};
    if (count > 1) {
        draft->mirrors = parts;
        draft->mirror_count = count - 1;
        memmove(parts, parts + 1, (count - 1) * sizeof(*parts));
    } else {
        free(parts);
    }
}

/* Decimal, with a sign or without. */
static bool read_priority(struct list_part text, int64_t *out, const char **out_reason)
{
    bool is_negative = text.length > 0 && text.bytes[0] == '-';
    size_t i = is_negative || (text.length > 0 && text.bytes[0] == '+');
    int64_t number = 0;
    bool is_too_large = false;
    *out_reason = "not an integer";
    if (i == text.length)
        return false;
    for (; i < text.length; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9')
            return false;
        is_too_large = is_too_large || __builtin_mul_overflow(number, 10, &number) ||
                       __builtin_add_overflow(number, text.bytes[i] - '0', &number);
    }
    *out_reason = "larger than 64 bits hold";
    if (is_too_large)
        return false;
    *out = is_negative ? -number : number;
    return true;
}

/* One header; nothing of its value may show in the problem. */
static bool check_header(struct list_part part, char problem[LIST_PROBLEM_SIZE])
{
    char text[LIST_ENTRY_HEADERS_BYTES_MAX + 1];
    memcpy(text, part.bytes, part.length);
    text[part.length] = '\0';
    enum header_field_problem found = header_field_check(text);
    const char *reason = header_field_explain(found);
    if (found == HEADER_FIELD_RESERVED || found == HEADER_FIELD_EMPTY) {
        size_t length = header_field_name_length(text);
        snprintf(problem, LIST_PROBLEM_SIZE, "header: '%.*s%s' %s", length > 60 ? 60 : (int)length,
                 text, length > 60 ? "..." : "", reason);
    } else if (found != HEADER_FIELD_FINE) {
        snprintf(problem, LIST_PROBLEM_SIZE, "header: the value %s", reason);
    }
    return found == HEADER_FIELD_FINE;
}

static bool read_headers(struct list_part value, struct draft *draft,
                         char problem[LIST_PROBLEM_SIZE])
{
    struct list_part part;
    while (list_part_take(&value, &part)) {
        if (part.length > LIST_ENTRY_HEADERS_BYTES_MAX - draft->header_bytes)
            return refuse(problem, KEY_HEADER, "more than 8 KiB together");
        if (!check_header(part, problem))
            return false;
        draft->header_bytes += part.length;
        draft->header_count++;
    }
    return true;
}

/* Where the text of out, dir or referer goes. */
static struct list_part *text_of(struct draft *draft, enum known_key key)
{
    return key == KEY_OUT ? &draft->out : key == KEY_DIR ? &draft->dir : &draft->referer;
}

/* A key of the contract whose value is not empty. */
static bool read_value(enum known_key key, struct list_part value, struct draft *draft,
                       char problem[LIST_PROBLEM_SIZE])
{
    const char *reason = NULL;
    if (key == KEY_HEADER)
        return read_headers(value, draft, problem);
    if (list_part_has_control(value))
        return refuse(problem, key, "holds a control character");
    if (key == KEY_CHECKSUM)
        return checksum_parse(value.bytes, value.length, &draft->checksum, &reason) ||
               refuse(problem, key, reason);
    if (key == KEY_PRIORITY)
        return read_priority(value, &draft->priority, &reason) || refuse(problem, key, reason);
    if (key == KEY_REFERER && value.length > LIST_ENTRY_HEADERS_BYTES_MAX)
        return refuse(problem, key, "longer than 8 KiB");
    *text_of(draft, key) = value;
    return true;
}

/* A value of the contract's keys: without blanks around it, empty when it says null. */
static struct list_part value_of(const struct list_field *field)
{
    struct list_part value = list_part_trim((struct list_part){field->value, field->value_length});
    if (field->is_json && value.length == 4 && memcmp(value.bytes, "null", 4) == 0)
        value.length = 0;
    return value;
}

static bool read_known(enum known_key key, const struct list_field *field, struct draft *draft,
                       char problem[LIST_PROBLEM_SIZE])
{
    struct list_part value = value_of(field);
    if (value.length > 0 && field->is_json && *value.bytes != '-' &&
        (*value.bytes < '0' || *value.bytes > '9')) {
        return refuse(problem, key, key == KEY_PRIORITY ? "not an integer" : "not a string");
    }
    if (value.length > 0)
        return read_value(key, value, draft, problem);
    if (key == KEY_CHECKSUM)
        draft->checksum.algorithm = DIGEST_NONE;
    else if (key == KEY_PRIORITY)
        draft->priority = 0;
    else if (key != KEY_HEADER)
        *text_of(draft, key) = value;
    return true;
}

static bool read_fields(const struct list_field *fields, size_t field_count, struct draft *draft,
                        const struct list_field **out_unknown, char problem[LIST_PROBLEM_SIZE])
{
    size_t bytes = 0;
    bool is_fine = true;
    if (field_count > LIST_ENTRY_FIELDS_MAX) {
        snprintf(problem, LIST_PROBLEM_SIZE, "more than %d fields", LIST_ENTRY_FIELDS_MAX);
        return false;
    }
    for (size_t i = 0; i < field_count && is_fine; i++) {
        enum known_key key = key_of_field(&fields[i]);
        bytes += fields[i].key_length + fields[i].value_length;
        if (bytes > LIST_ENTRY_FIELDS_BYTES_MAX) {
            snprintf(problem, LIST_PROBLEM_SIZE, "more than %d KiB beside the URL",
                     LIST_ENTRY_FIELDS_BYTES_MAX / 1024);
            return false;
        }
        if (key != KEY_OTHER) {
            is_fine = read_known(key, &fields[i], draft, problem);
            continue;
        }
        if (*out_unknown == NULL)
            *out_unknown = &fields[i];
        if (draft->extra == NULL)
            draft->extra = memory_allocate_zeroed(field_count - i, sizeof(*draft->extra));
        draft->extra[draft->extra_count++] =
            (struct list_placed_part){{fields[i].key, fields[i].key_length}, i};
    }
    return is_fine;
}

/* The limit cannot be reached: no byte becomes more than six, and no field has more than six around
 * it. */
static void format_extra(const struct list_field *fields, struct draft *draft, struct text *text)
{
    text_init(text, 6 * (LIST_ENTRY_FIELDS_BYTES_MAX + LIST_ENTRY_FIELDS_MAX) + 2);
    draft->extra_count = list_part_remove_equal(draft->extra, draft->extra_count, true);
    for (size_t i = 0; i < draft->extra_count; i++) {
        const struct list_field *field = &fields[draft->extra[i].place];
        text_append_char(text, i == 0 ? '{' : ',');
        json_string_append(text, field->key, field->key_length);
        text_append_char(text, ':');
        if (list_secret_is_key(field->key, field->key_length))
            text_append_string(text, "\"***\"");
        else if (field->is_json)
            list_secret_append_json(text, field->value, field->value_length);
        else
            list_secret_append(text, field->value, field->value_length);
    }
    text_append_char(text, '}');
}

/* Copies a part to *end and moves that on; NULL for an empty one. */
static char *put(char **end, struct list_part part)
{
    char *copy = *end;
    if (part.length == 0)
        return NULL;
    memcpy(copy, part.bytes, part.length);
    copy[part.length] = '\0';
    *end += part.length + 1;
    return copy;
}

static void put_headers(char **end, const struct list_field *fields, size_t field_count,
                        struct list_entry *entry)
{
    for (size_t i = 0; i < field_count; i++) {
        struct list_part rest = value_of(&fields[i]);
        struct list_part part;
        if (key_of_field(&fields[i]) != KEY_HEADER)
            continue;
        while (list_part_take(&rest, &part))
            entry->headers[entry->header_count++] = put(end, part);
    }
}

static size_t put_size(struct list_part part)
{
    return part.length > 0 ? part.length + 1 : 0;
}

static struct list_entry *assemble(const struct draft *draft, struct list_part extra,
                                   const struct list_field *fields, size_t field_count)
{
    size_t pointers = draft->header_count + draft->mirror_count;
    size_t texts = put_size(draft->out) + put_size(draft->dir) + put_size(draft->referer) +
                   put_size(extra) + draft->header_bytes + draft->header_count;
    for (size_t i = 0; i < draft->mirror_count; i++)
        texts += put_size(draft->mirrors[i].part);
    if (texts == 0 && draft->checksum.algorithm == DIGEST_NONE && draft->priority == 0)
        return NULL;
    size_t bytes = sizeof(struct list_entry) + pointers * sizeof(char *) + texts;
    struct list_entry *entry = memory_allocate(bytes);
    char **slots = (char **)(entry + 1);
    char *end = (char *)(slots + pointers);
    *entry = (struct list_entry){
        .bytes = bytes,
        .checksum = draft->checksum,
        .priority = draft->priority,
        .headers = slots,
        .mirrors = slots + draft->header_count,
    };
    entry->out = put(&end, draft->out);
    entry->dir = put(&end, draft->dir);
    entry->referer = put(&end, draft->referer);
    entry->extra = put(&end, extra);
    if (draft->header_count > 0)
        put_headers(&end, fields, field_count, entry);
    for (size_t i = 0; i < draft->mirror_count; i++)
        entry->mirrors[entry->mirror_count++] = put(&end, draft->mirrors[i].part);
    return entry;
}

/* What failed.tsv has to hold beside the URLs, in one line that can be read again. */
static size_t known_bytes(const struct draft *draft)
{
    return draft->out.length + draft->dir.length + draft->referer.length + draft->header_bytes;
}

bool list_entry_build(const char *url, size_t url_length, const struct list_field *fields,
                      size_t field_count, const char **out_url, size_t *out_url_length,
                      struct list_entry **out_entry, const struct list_field **out_unknown,
                      char problem[LIST_PROBLEM_SIZE])
{
    const struct list_field *unknown = NULL;
    struct draft draft = {.checksum = {.algorithm = DIGEST_NONE}};
    struct list_part first = list_part_trim((struct list_part){url, url_length});
    if (first.length > 0 && memchr(first.bytes, '\t', first.length) != NULL)
        split_mirrors(first, &draft, &first);
    *out_url = first.bytes;
    *out_url_length = first.length;
    bool is_fine = read_fields(fields, field_count, &draft, &unknown, problem);
    if (is_fine && draft.mirror_count > LIST_ENTRY_MIRRORS_MAX) {
        snprintf(problem, LIST_PROBLEM_SIZE, "more than %d mirrors", LIST_ENTRY_MIRRORS_MAX);
        is_fine = false;
    }
    size_t known = known_bytes(&draft);
    if (is_fine && known > 0 && known + url_length > LIST_ENTRY_KNOWN_BYTES_MAX) {
        snprintf(problem, LIST_PROBLEM_SIZE, "more than %d KiB of URLs, names and headers",
                 LIST_ENTRY_KNOWN_BYTES_MAX / 1024);
        is_fine = false;
    }
    if (is_fine) {
        struct text extra = {0};
        if (draft.extra_count > 0)
            format_extra(fields, &draft, &extra);
        struct list_part extra_part = {extra.data, extra.length};
        *out_entry = assemble(&draft, extra_part, fields, field_count);
        text_clear(&extra);
        if (out_unknown != NULL)
            *out_unknown = unknown;
    }
    free(draft.extra);
    free(draft.mirrors);
    return is_fine;
}

void list_entry_destroy(struct list_entry *entry)
{
    free(entry);
}

size_t list_entry_bytes(const struct list_entry *entry)
{
    return entry != NULL ? entry->bytes : 0;
}

const struct list_field *list_field_find(const struct list_field *fields, size_t field_count,
                                         const char *key, size_t key_length)
{
    for (size_t i = field_count; i-- > 0;) {
        if (fields[i].key_length == key_length &&
            (key_length == 0 || memcmp(fields[i].key, key, key_length) == 0))
            return &fields[i];
    }
    return NULL;
}
