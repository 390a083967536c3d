#include "model/name_template.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/name.h"
#include "model/name_path.h"

#define WIDTH_MAX 18
#define DIGITS_MAX 20          /* of a 64-bit number */
#define DIGEST_HEAD_MAX 111    /* bytes before a digest: behind it there is room for a number */
#define EXPANDED_MAX (1 << 25) /* bytes: a line's largest value in every placeholder */

enum part_kind {
    PART_LITERAL,
    PART_NAME,
    PART_STEM,
    PART_EXT,
    PART_HOST,
    PART_PATH,
    PART_INDEX,
    PART_LINE,
    PART_SHA256,
    PART_COLUMN,
};

/* A piece of the template. Its text lies in the template's own: escaped if it is a literal. */
struct part {
    enum part_kind kind;
    unsigned width;
    size_t offset;
    size_t length;
};

struct name_template {
    struct text text;
    struct part *parts;
    size_t count;
    bool has_digest;
};

static struct part *add_part(struct name_template *template, enum part_kind kind)
{
    template->parts = memory_resize(template->parts, template->count + 1, sizeof *template->parts);
    struct part *part = &template->parts[template->count++];
    *part = (struct part){.kind = kind, .offset = template->text.length};
    return part;
}

/* A '/' separates components, so it alone is not escaped. */
static void add_literal(struct name_template *template, char character)
{
    bool continues =
        template->count > 0 && template->parts[template->count - 1].kind == PART_LITERAL;
    struct part *part =
        continues ? &template->parts[template->count - 1] : add_part(template, PART_LITERAL);
    if (character == '/')
        text_append_char(&template->text, character);
    else
        name_escape(&template->text, &character, 1);
    part->length = template->text.length - part->offset;
}

/* Lists keep the URL apart from the other columns. */
static bool is_url_column(const char *column, size_t length)
{
    return length == 3 && memcmp(column, "url", 3) == 0;
}

/* One or two digits, 1 to WIDTH_MAX; 0 when it is none. */
static unsigned parse_width(const char *text, size_t length)
{
    unsigned width = 0;
    if (length == 0 || length > 3)
        return 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return 0;
        width = width * 10 + (unsigned)(text[i] - '0');
    }
    return width <= WIDTH_MAX ? width : 0;
}

/* What is between the braces; NULL, or what is wrong with it. */
static const char *add_placeholder(struct name_template *template, const char *text, size_t length)
{
    static const struct {
        const char *word;
        enum part_kind kind;
    } words[] = {
        {"name", PART_NAME}, {"stem", PART_STEM},     {"ext", PART_EXT},
        {"host", PART_HOST}, {"path", PART_PATH},     {"index", PART_INDEX},
        {"line", PART_LINE}, {"sha256", PART_SHA256}, {"column", PART_COLUMN},
    };
    const char *colon = memchr(text, ':', length);
    size_t word_length = colon != NULL ? (size_t)(colon - text) : length;
    const char *detail = colon != NULL ? colon + 1 : NULL;
    size_t detail_length = colon != NULL ? length - word_length - 1 : 0;
    size_t i = 0;
    while (i < ARRAY_LENGTH(words) &&
           (strlen(words[i].word) != word_length || memcmp(words[i].word, text, word_length) != 0))
        i++;
    if (i == ARRAY_LENGTH(words))
        return "is none of {name} {stem} {ext} {host} {path} {index} {line} {sha256} {column:NAME}";
    enum part_kind kind = words[i].kind;
    bool is_number = kind == PART_INDEX || kind == PART_LINE;
    unsigned width = detail != NULL && is_number ? parse_width(detail, detail_length) : 0;
    if (kind == PART_COLUMN && detail_length == 0)
        return "names no column";
    if (detail != NULL && is_number && width == 0)
        return "needs a width of 1 to 18";
    if (detail != NULL && !is_number && kind != PART_COLUMN)
        return "cannot have a width";
    if (kind == PART_SHA256 && template->has_digest)
        return "stands there twice";
    template->has_digest = template->has_digest || kind == PART_SHA256;
    struct part *part = add_part(template, kind);
    part->width = width;
    if (kind == PART_COLUMN) {
        text_append(&template->text, detail, detail_length);
        part->length = detail_length;
    }
    return NULL;
}

static bool parse(struct name_template *template, const char *text, struct error *error)
{
    for (const char *at = text; *at != '\0'; at++) {
        if ((at[0] == '{' || at[0] == '}') && at[1] == at[0]) {
            add_literal(template, *at++);
        } else if (at[0] == '}') {
            return error_set(error, ERROR_USAGE, "'%s': a '}' without a '{'; '}}' gives a brace",
                             text);
        } else if (at[0] == '{') {
            const char *end = strchr(at, '}');
            if (end == NULL)
                return error_set(error, ERROR_USAGE, "'%s': no '}' after '%s'", text, at);
            const char *problem = add_placeholder(template, at + 1, (size_t)(end - at - 1));
            if (problem != NULL)
                return error_set(error, ERROR_USAGE, "%.*s %s", (int)(end + 1 - at), at, problem);
            at = end;
        } else {
            add_literal(template, *at);
        }
    }
    return true;
}

/* True when no component is literally nothing; one with a placeholder is seen to later. */
static bool has_components(const struct name_template *template)
{
    bool has_something = false;
    for (size_t i = 0; i < template->count; i++) {
        const struct part *part = &template->parts[i];
        if (part->kind != PART_LITERAL) {
            has_something = true;
            continue;
        }
        const char *at = template->text.data + part->offset;
        const char *end = at + part->length;
        for (;;) {
            const char *slash = memchr(at, '/', (size_t)(end - at));
            const char *stop = slash != NULL ? slash : end;
            has_something = has_something || !name_is_nothing(at, (size_t)(stop - at));
            if (slash == NULL)
                break;
            if (!has_something)
                return false;
            has_something = false;
            at = slash + 1;
        }
    }
    return has_something;
}

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
        else if (is_url_column(own, part->length) && values->listed != NULL)
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

struct name_template *name_template_create(const char *text, struct error *error)
{
    struct name_template *template = memory_allocate_zeroed(1, sizeof *template);
    text_init(&template->text, 3 * NAME_TEMPLATE_MAX);
    bool is_valid = false;
    if (strlen(text) > NAME_TEMPLATE_MAX)
        error_set(error, ERROR_USAGE, "more than %d bytes", NAME_TEMPLATE_MAX);
    else if (parse(template, text, error))
        is_valid = has_components(template) ||
                   error_set(error, ERROR_USAGE,
                             "'%s': an empty, '.' or '..' component between two '/'", text);
    if (is_valid)
        return template;
    name_template_destroy(template);
    return NULL;
}

void name_template_destroy(struct name_template *template)
{
    if (template == NULL)
        return;
    text_clear(&template->text);
    free(template->parts);
    free(template);
}

bool name_template_has_digest(const struct name_template *template)
{
    return template->has_digest;
}

bool name_template_lacks(const struct name_template *template, const struct list_field *fields,
                         size_t field_count, const char **out_column, size_t *out_length)
{
    for (size_t i = 0; i < template->count; i++) {
        const struct part *part = &template->parts[i];
        *out_column = template->text.data + part->offset;
        *out_length = part->length;
        if (part->kind == PART_COLUMN && !is_url_column(*out_column, part->length) &&
            list_field_find(fields, field_count, *out_column, part->length) == NULL)
            return true;
    }
    return false;
}

bool name_template_is_default(const struct name_template *template)
{
    return template->count == 1 && template->parts[0].kind == PART_NAME;
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
