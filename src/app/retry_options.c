#include "app/retry_options.h"

#include "app/foreign_text.h"
#include "base/log.h"
#include "base/text.h"
#include "io/report_reader.h"

#include <stdio.h>
#include <string.h>

#define WORDS_MAX 4096

static const enum option_id taken[] = {
    OPTION_ID_name,     OPTION_ID_tree,       OPTION_ID_content_disposition,
    OPTION_ID_expect,   OPTION_ID_min_width,  OPTION_ID_fix_extension,
    OPTION_ID_max_size, OPTION_ID_min_height, OPTION_ID_max_pixels,
    OPTION_ID_hash,
};

/* What the report says of it, as it would be given; false when it says nothing. */
static bool format_value(const json_t *settings, const struct option_row *row, char *out,
                         size_t out_size)
{
    char key[OPTION_NAME_SIZE + 8];
    snprintf(key, sizeof key, "%s%s", row->name, row->kind == OPTION_KIND_BYTES ? "_bytes" : "");
    const json_t *value = json_object_get(settings, key);
    if (json_is_string(value))
        snprintf(out, out_size, "%s", json_string_value(value));
    else if (json_is_integer(value))
        snprintf(out, out_size, "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        snprintf(out, out_size, "%s", json_is_true(value) ? "yes" : "no");
    else
        return false;
    return true;
}

static bool is_default(const struct option_row *row, const char *value)
{
    char number[OPTION_NUMBER_SIZE];
    switch (row->kind) {
    case OPTION_KIND_STRING:
        return row->initial_text != NULL && strcmp(value, row->initial_text) == 0;
    case OPTION_KIND_BOOL:
        return strcmp(value, row->initial != 0 ? "yes" : "no") == 0;
    case OPTION_KIND_CHOICE: /* the default is the first of them */
        return strlen(value) == strcspn(row->argument, "|") &&
               strncmp(value, row->argument, strlen(value)) == 0;
    default:
        snprintf(number, sizeof number, "%lld", (long long)row->initial);
        return strcmp(value, number) == 0;
    }
}

static void take(struct options *options, const json_t *settings, enum option_id id,
                 struct text *words)
{
    char value[WORDS_MAX];
    struct error error = {0};
    const struct option_row *row = option_table_row(id);
    if (options->origins[id].source != OPTION_SOURCE_DEFAULT ||
        !format_value(settings, row, value, sizeof value) || is_default(row, value))
        return;
    if (!options_set(options, id, value, &error)) { /* somebody has changed the report */
        log_warning("the report of the run that is retried: %s", error.text);
        return;
    }
    text_append_format(words, " --%s", row->name);
    if (row->kind != OPTION_KIND_BOOL) {
        text_append_char(words, ' ');
        foreign_text_append_argument(words, value);
    }
}

void retry_options_take(struct options *options, const char *folder)
{
    struct report_reader reader;
    struct error ignored = {0};
    struct text words;
    if (!report_reader_open(&reader, folder, &ignored))
        return;
    text_init(&words, 4 * WORDS_MAX);
    const json_t *settings = json_object_get(reader.report, "settings");
    for (size_t i = 0; i < ARRAY_LENGTH(taken); i++)
        take(options, settings, taken[i], &words);
    if (words.length > 0)
        log_info("as in the run that is retried:%s", words.data);
    text_clear(&words);
    report_reader_close(&reader);
}
