#include "app/run_report.h"

#include "app/option_mask.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct report_settings {
    struct report_setting *settings;
    char **names; /* owned, with the unit: timeout_us */
    char **texts; /* owned text of each, or NULL */
    size_t count;
    const struct redaction *redaction;
    enum subcommand command;
};

#define TEXT_LIMIT (64 * 1024)

static char *list_text(const struct report_settings *settings, const struct option_value *value)
{
    if (value->list->count == 0)
        return NULL;
    struct text text;
    text_init(&text, TEXT_LIMIT);
    option_mask_append_list(&text, value->id, value->list, settings->redaction);
    char *taken = text_take(&text);
    text_clear(&text);
    return taken;
}

static char *plain_text(const struct report_settings *settings, const struct option_value *value)
{
    if (value->text == NULL)
        return NULL;
    struct text text;
    text_init(&text, TEXT_LIMIT);
    option_mask_append(&text, value->id, value->text, settings->redaction);
    char *taken = text_take(&text);
    text_clear(&text);
    return taken;
}

static char *name_with_unit(const struct option_value *value)
{
    char name[OPTION_NAME_SIZE + 16];
    snprintf(name, sizeof name, "%s%s", value->name, value->unit);
    return memory_copy_string(name);
}

static void add(void *context, const struct option_value *value)
{
    struct report_settings *settings = context;
    if (!option_scope_has(settings->command, value->id))
        return;
    size_t place = settings->count++;
    settings->settings =
        memory_resize(settings->settings, settings->count, sizeof *settings->settings);
    settings->texts = memory_resize(settings->texts, settings->count, sizeof *settings->texts);
    settings->names = memory_resize(settings->names, settings->count, sizeof *settings->names);
    settings->names[place] = name_with_unit(value);
    struct report_setting setting = {.name = settings->names[place], .number = value->number};
    char *text = NULL;
    switch (value->kind) {
    case OPTION_VALUE_NUMBER:
        setting.kind = value->number < 0 ? REPORT_SETTING_TEXT : REPORT_SETTING_NUMBER;
        break; /* without a text: null */
    case OPTION_VALUE_BOOL:
        setting.kind = REPORT_SETTING_BOOL;
        break;
    case OPTION_VALUE_TEXT:
        setting.kind = REPORT_SETTING_TEXT;
        text = plain_text(settings, value);
        break;
    case OPTION_VALUE_LIST:
        setting.kind = REPORT_SETTING_TEXT;
        text = list_text(settings, value);
        break;
    }
    setting.text = text;
    settings->settings[place] = setting;
    settings->texts[place] = text;
}

struct report_settings *report_settings_create(const struct options *options,
                                               const struct redaction *redaction)
{
    struct report_settings *settings = memory_allocate_zeroed(1, sizeof *settings);
    settings->redaction = redaction;
    settings->command = options->command;
    options_visit(options, add, settings);
    return settings;
}

void report_settings_destroy(struct report_settings *settings)
{
    if (settings == NULL)
        return;
    for (size_t i = 0; i < settings->count; i++) {
        free(settings->names[i]);
        free(settings->texts[i]);
    }
    free(settings->names);
    free(settings->texts);
    free(settings->settings);
    free(settings);
}

const struct report_setting *report_settings_lend(const struct report_settings *settings,
                                                  size_t *out_count)
{
    *out_count = settings->count;
    return settings->settings;
}
