#include "model/name_template_parts.h"

#include "model/name.h"
#include "model/name_path.h"

#define DIGITS_MAX 20          /* of a 64-bit number */
#define DIGEST_HEAD_MAX 111    /* bytes before a digest: behind it there is room for a number */
#define EXPANDED_MAX (1 << 25) /* bytes: a line's largest value in every placeholder */

/* Where the path of the target begins: at its '/'. */
static const char *path_of(const struct url *url, size_t *out_length)
{
    const char *authority = strstr(url->target, "://") + 3;
    const char *path = authority + strcspn(authority, "/");
    *out_length = strcspn(path, "?");
    return path;
}

static void append_padded(struct text *text, uint64_t number, unsigned width)
{
    char digits[DIGITS_MAX];
    size_t start = sizeof digits;
    do {
        digits[--start] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (sizeof digits - start < width)
        digits[--start] = '0';
    text_append(text, digits + start, sizeof digits - start);
}

static void append_repeated(struct text *text, char character, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_append_char(text, character);
}

static void append_path(const struct name_values *values, struct text *text)
{
    struct text path;
    text_init(&path, NAME_PATH_TEXT_MAX);
    size_t length;
    const char *url_path = path_of(values->url, &length);
    name_path_append_url(&path, url_path, length);
    name_path_limit(&path);
    text_append(text, path.data, path.length);
    text_clear(&path);
}

/* A constructed name is a segment of which name_construct makes the same name again. */
static void append_name(const struct name_values *values, enum part_kind kind, struct text *text)
{
    char name[NAME_SIZE];
    size_t length;
    const char *segment = url_last_segment(values->url, &length);
    name_construct(segment, length, name);
    size_t extension = name_extension(name);
    if (kind == PART_NAME)
        text_append_string(text, name);
    else if (kind == PART_STEM)
        text_append(text, name, extension);
    else if (name[extension] != '\0')
        text_append_string(text, name + extension + 1);
}

static void append_part(const struct name_template *template, const struct part *part,
                        const struct name_values *values, struct text *text)
{
    const char *own = template->text.data + part->offset;
    const struct list_field *field;
    switch (part->kind) {
    case PART_LITERAL:
        text_append(text, own, part->length);
        break;
    case PART_NAME:
    case PART_STEM:
    case PART_EXT:
        append_name(values, part->kind, text);
        break;
    case PART_HOST:
        name_escape(text, values->url->host, strlen(values->url->host));
        break;
    case PART_PATH:
        append_path(values, text);
        break;
    case PART_INDEX:
        append_padded(text, values->index, part->width);
        break;
    case PART_LINE:
        append_padded(text, values->line, part->width);
        break;
    case PART_SHA256:
        append_repeated(text, '0', NAME_DIGEST_LENGTH);
        break;
    case PART_COLUMN:
        field = list_field_find(values->fields, values->field_count, own, part->length);
        if (field != NULL)
            name_escape(text, field->value, field->value_length);
        else if (name_template_is_url_column(own, part->length) && values->listed != NULL)
            name_escape(text, values->listed, strlen(values->listed));
        break;
    }
}

/* Appends the component whose segment has the zeros of the digest at `digest`; returns how far
 * behind its beginning they are. */
static size_t append_around_digest(struct text *path, char *segment, size_t length, size_t digest)
{
    char name[NAME_SIZE];
    char other[NAME_SIZE];
    /* Where two digests make a difference is where the digest is. */
    memset(segment + digest, '1', NAME_DIGEST_LENGTH);
    name_construct(segment, length, other);
    memset(segment + digest, '0', NAME_DIGEST_LENGTH);
    name_construct(segment, length, name);
    size_t at = 0;
    while (name[at] != '\0' && name[at] == other[at])
        at++;
    size_t digits = strspn(name + at, "0");
    size_t other_digits = strspn(other + at, "1");
    if (path->length > 0)
        text_append_char(path, '/');
    bool is_whole = digits >= NAME_DIGEST_LENGTH && other_digits >= NAME_DIGEST_LENGTH;
    if (is_whole && at <= DIGEST_HEAD_MAX) {
        text_append_string(path, name);
        return at;
    }
    /* Too long: the digest takes the place of the hash, and nothing but the extension follows. */
    size_t kept = name_cut(name, at < DIGEST_HEAD_MAX ? at : DIGEST_HEAD_MAX);
    text_append(path, name, kept);
    append_repeated(path, '0', NAME_DIGEST_LENGTH);
    text_append_string(path, name + name_extension(name));
    return kept;
}

/* Splits the expanded template at its '/'; `digest` is where the zeros are, or SIZE_MAX. Returns
 * where they are in the path. */
static size_t append_components(struct text *path, struct text *expanded, size_t digest)
{
    size_t component = 0;
    size_t offset = 0;
    for (size_t start = 0; start <= expanded->length;) {
        char *segment = expanded->data + start;
        const char *slash = memchr(segment, '/', expanded->length - start);
        size_t length = slash != NULL ? (size_t)(slash - segment) : expanded->length - start;
        if (digest >= start && digest - start < length) {
            component = path->length > 0 ? path->length + 1 : 0;
            offset = append_around_digest(path, segment, length, digest - start);
        } else {
            name_path_append_segment(path, segment, length);
        }
        start += length + 1;
    }
    if (digest == SIZE_MAX) {
        name_path_limit(path);
        return SIZE_MAX;
    }
    name_path_limit_around(path, &component);
    return component + offset;
}

void name_template_expand(const struct name_template *template, const struct name_values *values,
                          struct text *path, size_t *out_digest_offset)
{
    if (name_template_is_default(template)) {
        size_t length;
        const char *segment = url_last_segment(values->url, &length);
        name_path_append_segment(path, segment, length);
        name_path_limit(path);
        *out_digest_offset = SIZE_MAX;
        return;
    }
    struct text expanded;
    text_init(&expanded, EXPANDED_MAX);
    size_t digest = SIZE_MAX;
    for (size_t i = 0; i < template->count; i++) {
        if (template->parts[i].kind == PART_SHA256)
            digest = expanded.length;
        append_part(template, &template->parts[i], values, &expanded);
    }
    *out_digest_offset = append_components(path, &expanded, digest);
    text_clear(&expanded);
}
