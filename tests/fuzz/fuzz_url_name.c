/* From URLs to names: an input is a list, a URL on each line. Each one is named twice, by its last
 * segment and by its whole path, and no name may be, or become, that of another. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/name_path.h"
#include "model/name_table.h"
#include "model/name_template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define URLS_MAX 24

/* Names as a file system that folds sees them. */
struct names {
    struct name_table *table;
    char *folded[URLS_MAX];
    size_t count;
};

static void demand(bool holds)
{
    if (!holds)
        abort();
}

/* True when `name` is a directory of `path`, or the path itself. */
static bool leads_to(const char *name, const char *path)
{
    size_t length = strlen(name);
    return strncmp(name, path, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* True when `bare`, a name without an extension, may get one that makes it `path`. */
static bool may_become(const char *bare, const char *path)
{
    size_t length = strlen(bare);
    size_t extension = name_extension(path);
    return bare[name_extension(bare)] == '\0' && extension == length && path[extension] != '\0' &&
           strncmp(bare, path, length) == 0;
}

static void claim(struct names *names, const char *wanted)
{
    char path[NAME_PATH_SIZE];
    name_table_claim(names->table, wanted, false, (struct name_owner){0}, path);
    demand(name_path_is_safe(path));
    char *folded = name_fold(path, strlen(path));
    for (size_t i = 0; i < names->count; i++) {
        demand(!leads_to(folded, names->folded[i]) && !leads_to(names->folded[i], folded));
        demand(!may_become(folded, names->folded[i]) && !may_become(names->folded[i], folded));
    }
    names->folded[names->count++] = folded;
}

static void name_urls(const char *template_text, const char *list, size_t length)
{
    struct name_template *template = name_template_create(template_text, NULL);
    struct names names = {.table = name_table_create()};
    struct text path;
    text_init(&path, NAME_PATH_TEXT_MAX);
    for (size_t i = 0; i < length && names.count < URLS_MAX; i++) {
        const char *end = memchr(list + i, '\n', length - i);
        size_t line = end != NULL ? (size_t)(end - list) - i : length - i;
        struct url url;
        enum failure failure;
        const char *reason;
        if (url_parse(list + i, line, &url, &failure, &reason)) {
            size_t digest;
            struct name_values values = {.url = &url};
            text_reset(&path);
            name_template_expand(template, &values, &path, &digest);
            demand(digest == SIZE_MAX && name_path_is_safe(path.data));
            /* A name is a segment of the same name. */
            char again[NAME_SIZE];
            const char *last = path.data + name_path_last(path.data);
            demand(strcmp(name_construct(last, strlen(last), again), last) == 0);
            claim(&names, path.data);
            url_clear(&url);
        }
        i += line;
    }
    for (size_t i = 0; i < names.count; i++)
        free(names.folded[i]);
    name_table_destroy(names.table);
    text_clear(&path);
    name_template_destroy(template);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    name_urls("{name}", (const char *)data, size);
    name_urls("{path}", (const char *)data, size);
    return 0;
}
