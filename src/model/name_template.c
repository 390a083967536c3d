#include "model/name_template_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/name.h"

#define WIDTH_MAX 18

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

bool name_template_has_number(const struct name_template *template)
{
    for (size_t i = 0; i < template->count; i++) {
        if (template->parts[i].kind == PART_INDEX || template->parts[i].kind == PART_LINE)
            return true;
    }
    return false;
}

bool name_template_lacks(const struct name_template *template, const struct list_field *fields,
                         size_t field_count, const char **out_column, size_t *out_length)
{
    for (size_t i = 0; i < template->count; i++) {
        const struct part *part = &template->parts[i];
        *out_column = template->text.data + part->offset;
        *out_length = part->length;
        if (part->kind == PART_COLUMN && !name_template_is_url_column(*out_column, part->length) &&
            list_field_find(fields, field_count, *out_column, part->length) == NULL)
            return true;
    }
    return false;
}

bool name_template_is_default(const struct name_template *template)
{
    return template->count == 1 && template->parts[0].kind == PART_NAME;
}
