/* Templates of names: the first line of an input is the template, the second a URL, the rest the
 * value of the column c. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/name_path.h"
#include "model/name_table.h"
#include "model/name_template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

/* Takes a line from the input. */
static const char *take_line(const char **at, size_t *left, size_t *out_length)
{
    const char *line = *at;
    const char *end = memchr(line, '\n', *left);
    *out_length = end != NULL ? (size_t)(end - line) : *left;
    size_t used = *out_length + (end != NULL);
    *at += used;
    *left -= used;
    return line;
}

static size_t check_expansion(const struct name_template *template,
                              const struct name_values *values, struct text *path)
{
    size_t digest = 0;
    name_template_expand(template, values, path, &digest);
    demand(!path->is_full && strlen(path->data) == path->length);
    demand(name_path_is_safe(path->data));
    size_t depth = 1;
    for (size_t i = 0; i < path->length; i++)
        depth += path->data[i] == '/';
    demand(path->length + (depth + 1) * NAME_NUMBER_MAX + TYPE_EXTENSION_MAX <= NAME_PATH_MAX);
    demand(name_template_has_digest(template) == (digest != SIZE_MAX));
    if (digest != SIZE_MAX) {
        demand(digest + NAME_DIGEST_LENGTH <= path->length);
        for (size_t i = 0; i < NAME_DIGEST_LENGTH; i++)
            demand(path->data[digest + i] == '0');
    }
    /* What is there already is within the limits, so they change nothing more. */
    struct text again;
    text_init(&again, NAME_PATH_TEXT_MAX);
    text_append(&again, path->data, path->length);
    name_path_limit(&again);
    demand(strcmp(again.data, path->data) == 0);
    text_clear(&again);
    return digest;
}

static void check_claims(const char *wanted, size_t digest, bool is_open)
{
    struct name_table *table = name_table_create();
    char first[NAME_PATH_SIZE];
    char second[NAME_PATH_SIZE];
    char directories[NAME_PATH_SIZE];
    name_table_claim(table, wanted, is_open, (struct name_owner){0}, first);
    name_table_claim(table, wanted, is_open, (struct name_owner){0}, second);
    name_table_claim_directories(table, wanted, (struct name_owner){0}, directories);
    demand(strcmp(first, wanted) == 0 && strcmp(directories, wanted) == 0);
    demand(name_path_is_safe(second));
    size_t last = name_path_last(first);
    demand(name_path_last(second) == last && memcmp(first, second, last) == 0);
    if (digest != SIZE_MAX) {
        size_t moved = name_path_follow(wanted, digest, second);
        demand(memcmp(wanted + digest, second + moved, NAME_DIGEST_LENGTH) == 0);
    }
    char *folded = name_fold(first, strlen(first));
    char *other = name_fold(second, strlen(second));
    demand(strcmp(folded, other) != 0);
    free(folded);
    free(other);
    name_table_destroy(table);
}

static void check(const struct name_template *template, const struct name_values *values)
{
    struct text path;
    struct text again;
    text_init(&path, NAME_PATH_TEXT_MAX);
    text_init(&again, NAME_PATH_TEXT_MAX);
    size_t digest = check_expansion(template, values, &path);
    demand(check_expansion(template, values, &again) == digest);
    demand(strcmp(path.data, again.data) == 0);
    check_claims(path.data, digest,
                 values->field_count > 0 && values->fields[0].value_length % 2 == 1);
    /* Once more, below a path that is there. */
    check_expansion(template, values, &again);
    text_clear(&path);
    text_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *at = (const char *)data;
    size_t template_length;
    size_t url_length;
    if (size == 0)
        return 0;
    const char *template_line = take_line(&at, &size, &template_length);
    const char *url_line = take_line(&at, &size, &url_length);
    struct list_field field = {.key = "c", .key_length = 1, .value = at, .value_length = size};
    struct url url;
    enum failure failure;
    const char *reason;
    if (!url_parse(url_line, url_length, &url, &failure, &reason))
        return 0;
    char *text = strndup(template_line, template_length);
    struct error error = {0};
    struct name_template *template = name_template_create(text, &error);
    if (template != NULL) {
        struct name_values values = {
            .url = &url, .index = size, .line = url_length, .fields = &field, .field_count = 1};
        check(template, &values);
    } else {
        demand(error.kind == ERROR_USAGE && error.text[0] != '\0');
    }
    name_template_destroy(template);
    free(text);
    url_clear(&url);
    return 0;
}
