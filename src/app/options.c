#include "app/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/command_table.h"
#include "app/option_check.h"
#include "base/memory.h"
#include "base/text.h"
#include "io/machine.h"
#include "io/terminal.h"
#include "model/host_pattern.h"

#define HOST_SECTIONS 1000 /* each host looks through all of them, once */
#define ORIGIN_BYTES (64 * 1024)

static const void *const_field(const struct options *options, enum option_id id)
{
    static const size_t offsets[] = {
#define OPTION_ANY(field) offsetof(struct options, field),
#include "app/options.def"
    };
    return (const char *)options + offsets[id];
}

static void *field_of(struct options *options, enum option_id id)
{
    return (char *)options + ((const char *)const_field(options, id) - (const char *)options);
}

static void set_string(struct options *options, enum option_id id, const char *text)
{
    char **field = field_of(options, id);
    free(*field);
    *field = memory_copy_string(text);
}

static void set_initial(struct options *options, enum option_id id)
{
    const struct option_row *row = option_table_row(id);

    switch (row->kind) {
    case OPTION_KIND_COUNT:
    case OPTION_KIND_BYTES:
    case OPTION_KIND_DURATION:
    case OPTION_KIND_RATE:
        *(int64_t *)field_of(options, id) = row->initial;
        break;
    case OPTION_KIND_COUNTS:
        *(struct count_list *)field_of(options, id) = (struct count_list){{row->initial}, 1};
        break;
    case OPTION_KIND_BOOL:
        *(bool *)field_of(options, id) = row->initial != 0;
        break;
    case OPTION_KIND_STRING:
        set_string(options, id, row->initial_text);
        break;
    case OPTION_KIND_LIST:
        string_list_clear(field_of(options, id));
        break;
    case OPTION_KIND_CHOICE:
        *(int *)field_of(options, id) = (int)row->initial;
        break;
    }
}

void options_init(struct options *options)
{
    memset(options, 0, sizeof(*options));
    for (enum option_id id = 0; id < OPTION_ID_COUNT; id++)
        set_initial(options, id);
}

void options_clear(struct options *options)
{
    string_list_clear(&options->operands);
    string_list_clear(&options->warnings);
    for (size_t i = 0; i < options->host_count; i++) {
        free(options->hosts[i].pattern);
        free(options->hosts[i].per_host_origin);
        free(options->hosts[i].host_rate_origin);
        string_list_clear(&options->hosts[i].headers);
        string_list_clear(&options->hosts[i].header_origins);
    }
    free(options->hosts);
    options->hosts = NULL;
    options->host_count = 0;
    for (enum option_id id = 0; id < OPTION_ID_COUNT; id++) {
        options_reset(options, id);
        if (option_table_row(id)->kind == OPTION_KIND_STRING)
            set_string(options, id, NULL);
    }
}

static bool set_switch(const struct option_row *row, const char *text, bool *out_value,
                       struct error *error)
{
    /* Each "no" behind its "yes". */
    static const char *const words[] = {"yes", "no", "true", "false", "on", "off", "1", "0"};

    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        if (strcasecmp(words[i], text) == 0) {
            *out_value = i % 2 == 0;
            return true;
        }
    }
    return error_set(error, ERROR_USAGE, "--%s: '%s' is neither yes nor no", row->name, text);
}

static bool set_choice(const struct option_row *row, const char *text, int *out_value,
                       struct error *error)
{
    size_t length = strlen(text);
    int value = 0;
    for (const char *name = row->argument; name != NULL; value++) {
        size_t name_length = strcspn(name, "|");
        if (name_length == length && memcmp(name, text, length) == 0) {
            *out_value = value;
            return true;
        }
        name = name[name_length] == '|' ? name + name_length + 1 : NULL;
    }
    return error_set(error, ERROR_USAGE, "--%s: '%s' is not one of %s", row->name, text,
                     row->argument);
}

/* Numbers with commas between them. */
static bool set_counts(enum option_id id, const char *text, struct count_list *out,
                       struct error *error)
{
    struct count_list list = {.count = 0};
    char number[OPTION_NUMBER_SIZE];
    for (const char *next = text; next != NULL;) {
        size_t length = strcspn(next, ",");
        if (list.count == COUNT_LIST_MAX)
            return error_set(error, ERROR_USAGE, "--%s: at most %d numbers can be compared",
                             option_table_row(id)->name, COUNT_LIST_MAX);
        if (length >= sizeof(number))
            return error_set(error, ERROR_USAGE, "--%s: '%s' is not a list of numbers",
                             option_table_row(id)->name, text);
        memcpy(number, next, length);
        number[length] = '\0';
        if (!option_check_number(id, number, &list.values[list.count], error))
            return false;
        list.count++;
        next = next[length] == ',' ? next + length + 1 : NULL;
    }
    *out = list;
    return true;
}

/* An item with "://" is a URL, but -i names a file: "x:///y" and "x:/y" are the same file. */
static void add_input(struct options *options, const char *path)
{
    char *plain = memory_copy_string(path);
    for (char *mark = strstr(plain, "://"); mark != NULL; mark = strstr(plain, "://"))
        memmove(mark + 1, mark + 2, strlen(mark + 2) + 1);
    string_list_add(&options->operands, plain);
    free(plain);
}

bool options_set(struct options *options, enum option_id id, const char *text, struct error *error)
{
    const struct option_row *row = option_table_row(id);

    switch (row->kind) {
    case OPTION_KIND_COUNT:
    case OPTION_KIND_BYTES:
    case OPTION_KIND_DURATION:
    case OPTION_KIND_RATE:
        return option_check_number(id, text, field_of(options, id), error);
    case OPTION_KIND_COUNTS:
        return set_counts(id, text, field_of(options, id), error);
    case OPTION_KIND_CHOICE:
        return set_choice(row, text, field_of(options, id), error);
    case OPTION_KIND_STRING:
        if (!option_check_text(id, text, error))
            return false;
        set_string(options, id, text);
        return true;
    case OPTION_KIND_LIST:
        if (!option_check_text(id, text, error))
            return false;
        string_list_add(field_of(options, id), text);
        if (id == OPTION_ID_input)
            add_input(options, text);
        return true;
    case OPTION_KIND_BOOL:
        return set_switch(row, text, field_of(options, id), error);
    }
    return false;
}

void options_set_switch(struct options *options, enum option_id id, bool is_on)
{
    *(bool *)field_of(options, id) = is_on;
}

void options_add_operand(struct options *options, const char *operand)
{
    string_list_add(&options->operands, operand);
}

void options_reset(struct options *options, enum option_id id)
{
    struct option_origin *origin = &options->origins[id];

    set_initial(options, id);
    free(origin->text);
    *origin = (struct option_origin){OPTION_SOURCE_DEFAULT, NULL};
}

void options_note_origin(struct options *options, enum option_id id, enum option_source source,
                         const char *text)
{
    struct option_origin *origin = &options->origins[id];
    bool adds = option_table_row(id)->kind == OPTION_KIND_LIST && origin->text != NULL;
    struct text joined;

    text_init(&joined, ORIGIN_BYTES);
    /* Many values from one place, as on the command line, are told once. */
    if (adds && strcmp(origin->text, text) != 0)
        text_append_format(&joined, "%s, ", origin->text);
    text_append_string(&joined, text);
    free(origin->text);
    origin->text = text_take(&joined);
    origin->source = source;
    text_clear(&joined);
}

struct host_section *options_host_section_of(struct options *options, const char *pattern)
{
    for (size_t i = 0; i < options->host_count; i++) {
        if (strcasecmp(options->hosts[i].pattern, pattern) == 0)
            return &options->hosts[i];
    }
    if (options->host_count == HOST_SECTIONS)
        return NULL;
    options->hosts =
        memory_resize(options->hosts, options->host_count + 1, sizeof(*options->hosts));
    struct host_section *section = &options->hosts[options->host_count++];
    *section = (struct host_section){
        .pattern = memory_copy_string(pattern), .per_host = -1, .host_rate = -1};
    return section;
}

const struct host_section *options_host_section(const struct options *options, const char *host)
{
    const struct host_section *best = NULL;

    for (size_t i = 0; i < options->host_count; i++) {
        const struct host_section *section = &options->hosts[i];
        if (!host_pattern_matches(section->pattern, host))
            continue;
        if (host_pattern_is_exact(section->pattern))
            return section;
        if (best == NULL || strlen(section->pattern) > strlen(best->pattern))
            best = section;
    }
    return best;
}

bool options_is_retry(const struct options *options)
{
    return options->retry_failed || options->retry_from != NULL;
}

const char *options_name_template(const struct options *options)
{
    return options->tree ? "{host}/{path}" : options->name;
}

bool options_wants_colour(const struct options *options, int descriptor)
{
    enum color color = (enum color)options->color;
    return color == COLOR_ALWAYS || (color == COLOR_AUTO && terminal_has_colour(descriptor));
}

unsigned options_jobs(const struct options *options)
{
    return (unsigned)options->jobs.values[0];
}

unsigned options_thread_count(const struct options *options)
{
    int64_t threads = options->threads.values[0];
    int64_t jobs = options->jobs.values[0];
    if (threads == 0) {
        threads = machine_cpus();
        int64_t most = option_table_row(OPTION_ID_threads)->maximum;
        threads = threads > most ? most : threads;
    }
    return (unsigned)(threads < jobs ? threads : jobs);
}

const char *options_command_name(enum subcommand command)
{
    return command_table_row(command)->name;
}

const char *options_choice_name(const char *choices, int value, char *out, size_t out_size)
{
    while (value-- > 0 && *choices != '\0') {
        choices += strcspn(choices, "|");
        choices += *choices == '|';
    }
    size_t length = strcspn(choices, "|");
    if (out_size == 0)
        return out;
    if (length >= out_size)
        length = out_size - 1;
    memcpy(out, choices, length);
    out[length] = '\0';
    return out;
}

#define VALUE_TEXT_SIZE (COUNT_LIST_MAX * 8) /* a choice's name, or numbers of at most 7 digits */

/* One number is a number, several are a text. */
static void set_counts_value(struct option_value *value, const struct option_row *row,
                             const struct count_list *list, char out[VALUE_TEXT_SIZE])
{
    size_t used = 0;
    value->number = list->values[0] < row->minimum ? -1 : list->values[0];
    if (list->count == 1)
        return;
    for (size_t i = 0; i < list->count && used < VALUE_TEXT_SIZE; i++)
        used += (size_t)snprintf(out + used, VALUE_TEXT_SIZE - used, "%s%lld", i > 0 ? "," : "",
                                 (long long)list->values[i]);
    value->kind = OPTION_VALUE_TEXT;
    value->text = out;
}

static struct option_value value_of(const struct options *options, enum option_id id,
                                    char buffer[VALUE_TEXT_SIZE])
{
    const struct option_row *row = option_table_row(id);
    const void *field = const_field(options, id);
    struct option_value value = {
        .id = id, .name = row->name, .kind = OPTION_VALUE_NUMBER, .unit = ""};

    switch (row->kind) {
    case OPTION_KIND_COUNT:
    case OPTION_KIND_BYTES:
    case OPTION_KIND_DURATION:
    case OPTION_KIND_RATE:
        value.unit = row->kind == OPTION_KIND_BYTES      ? "_bytes"
                     : row->kind == OPTION_KIND_DURATION ? "_us"
                     : row->kind == OPTION_KIND_RATE     ? "_per_hour"
                                                         : "";
        value.number = *(const int64_t *)field;
        if (value.number < row->minimum)
            value.number = -1;
        break;
    case OPTION_KIND_COUNTS:
        set_counts_value(&value, row, field, buffer);
        break;
    case OPTION_KIND_BOOL:
        value.kind = OPTION_VALUE_BOOL;
        value.number = *(const bool *)field;
        break;
    case OPTION_KIND_STRING:
        value.kind = OPTION_VALUE_TEXT;
        value.text = *(char *const *)field;
        break;
    case OPTION_KIND_LIST:
        value.kind = OPTION_VALUE_LIST;
        value.list = field;
        break;
    case OPTION_KIND_CHOICE:
        value.kind = OPTION_VALUE_TEXT;
        value.text =
            options_choice_name(row->argument, *(const int *)field, buffer, VALUE_TEXT_SIZE);
        break;
    }
    return value;
}

void options_visit(const struct options *options,
                   void (*each)(void *context, const struct option_value *value), void *context)
{
    for (enum option_id id = 0; id < OPTION_ID_COUNT; id++) {
        char buffer[VALUE_TEXT_SIZE];
        struct option_value value = value_of(options, id, buffer);
        each(context, &value);
    }
}
