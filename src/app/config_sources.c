#include "app/config_sources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/config_file.h"
#include "app/option_check.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/config_parser.h"
#include "model/host_pattern.h"

#define VARIABLE_PREFIX "HAUL_"
#define FILES_MAX 3
#define NAME_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."

struct file {
    const char *path;
    enum option_source source;
    char *bytes; /* NULL = it is not there */
    size_t length;
};

/* One file being read, either for all but profiles or for one profile alone. */
struct reader {
    struct options *options;
    const struct file *file;
    const char *profile; /* NULL = all but profiles */
    bool found;          /* the profile is in this file */
    enum { IN_NONE, IN_PROFILE, IN_OTHER_PROFILE, IN_HOST } section;
    struct host_section *host; /* of the section */
};

/* "--jobs: 0 is not ..." begins with the option as it is given on a command line. */
static bool blame(struct error *error, const char *place, const char *skipped)
{
    const char *text = error->text;
    if (skipped != NULL && strncmp(text, "--", 2) == 0 &&
        strncmp(text + 2, skipped, strlen(skipped)) == 0 && text[2 + strlen(skipped)] == ':')
        text += 2 + strlen(skipped) + strlen(": ");
    else if (strncmp(text, "--", 2) == 0)
        text += 2;
    return error_set(error, ERROR_USAGE, "%s: %s", place, text);
}

static bool refuse_unknown(const char *name, struct error *error)
{
    char nearest[OPTION_NAME_SIZE];
    enum option_id switched = option_table_find_negated(name, strlen(name));

    /* Not shown: "https://user:password@host/?key = ..." is somebody's URL. */
    if (name[strspn(name, NAME_LETTERS)] != '\0')
        return error_set(error, ERROR_USAGE,
                         "what is before the '=' is no option (see 'haul --generate config')");
    if (switched != OPTION_ID_COUNT)
        return error_set(error, ERROR_USAGE, "unknown option '%s', did you mean '%s = no'?", name,
                         option_table_row(switched)->name);
    if (option_table_suggest_row(name, strlen(name), nearest))
        return error_set(error, ERROR_USAGE, "unknown option '%s', did you mean '%s'?", name,
                         nearest);
    return error_set(error, ERROR_USAGE, "unknown option '%s' (see 'haul --generate config')",
                     name);
}

static bool find_option(const char *name, enum option_id *out_id, struct error *error)
{
    enum option_id id = option_table_find(name, strlen(name));
    if (id == OPTION_ID_COUNT)
        return refuse_unknown(name, error);
    if (!option_scope_is_in_files(id))
        return error_set(error, ERROR_USAGE, "'%s' is for the command line alone", name);
    *out_id = id;
    return true;
}

#define PLACE_SIZE 512

/* "/etc/haul.conf:3" */
static const char *place_of(const struct file *file, unsigned line, char out[PLACE_SIZE])
{
    snprintf(out, PLACE_SIZE, "%.480s:%u", file->path, line);
    return out;
}

static bool set_option(struct reader *reader, const struct config_item *item, enum option_id id,
                       struct error *error)
{
    char place[PLACE_SIZE];

    if (item->is_bare)
        options_reset(reader->options, id);
    else if (!options_set(reader->options, id, item->value, error))
        return false;
    enum option_source source =
        reader->profile != NULL ? OPTION_SOURCE_PROFILE : reader->file->source;
    options_note_origin(reader->options, id, source, place_of(reader->file, item->line, place));
    return true;
}

static bool set_host_number(enum option_id id, const struct config_item *item, const char *place,
                            int64_t *out, char **out_origin, struct error *error)
{
    if (item->is_bare)
        *out = -1;
    else if (!option_check_number(id, item->value, out, error))
        return false;
    free(*out_origin);
    *out_origin = memory_copy_string(place);
    return true;
}

static bool add_host_header(struct host_section *host, const struct config_item *item,
                            const char *place, struct error *error)
{
    if (item->is_bare) {
        string_list_clear(&host->headers);
        string_list_clear(&host->header_origins);
        return true;
    }
    if (!option_check_text(OPTION_ID_header, item->value, error))
        return false;
    string_list_add(&host->headers, item->value);
    string_list_add(&host->header_origins, place);
    return true;
}

static bool set_for_host(const struct reader *reader, const struct config_item *item,
                         struct error *error)
{
    char place[PLACE_SIZE];
    struct host_section *host = reader->host;

    place_of(reader->file, item->line, place);
    switch ((int)option_table_find(item->name, strlen(item->name))) {
    case OPTION_ID_per_host:
        return set_host_number(OPTION_ID_per_host, item, place, &host->per_host,
                               &host->per_host_origin, error);
    case OPTION_ID_host_rate:
        return set_host_number(OPTION_ID_host_rate, item, place, &host->host_rate,
                               &host->host_rate_origin, error);
    case OPTION_ID_header:
        return add_host_header(host, item, place, error);
    case OPTION_ID_COUNT:
        return refuse_unknown(item->name, error);
    default:
        return error_set(error, ERROR_USAGE,
                         "'%s' cannot be set for a host (per-host, host-rate and header can)",
                         item->name);
    }
}

static bool begin_host(struct reader *reader, const char *pattern, struct error *error)
{
    if (!host_pattern_is_valid(pattern))
        return error_set(error, ERROR_USAGE,
                         "[host %s]: no name of a host (like example.org, *.example.org, [::1])",
                         pattern);
    reader->section = IN_HOST;
    reader->host = options_host_section_of(reader->options, pattern);
    if (reader->host == NULL)
        return error_set(error, ERROR_USAGE, "there are too many [host] sections");
    return true;
}

static bool begin_section(struct reader *reader, const struct config_item *item,
                          struct error *error)
{
    if (item->value[0] != '\0' && strcmp(item->name, "profile") == 0) {
        bool is_ours = reader->profile != NULL && strcmp(reader->profile, item->value) == 0;
        reader->section = is_ours ? IN_PROFILE : IN_OTHER_PROFILE;
        reader->found = reader->found || is_ours;
        return true;
    }
    if (item->value[0] != '\0' && strcmp(item->name, "host") == 0)
        return begin_host(reader, item->value, error);
    return error_set(error, ERROR_USAGE,
                     "[%s%s%s]: sections are [profile NAME] and [host NAME] alone", item->name,
                     item->value[0] != '\0' ? " " : "", item->value);
}

static bool take_item(void *context, const struct config_item *item, struct error *error)
{
    struct reader *reader = context;
    enum option_id id = OPTION_ID_COUNT;

    if (item->kind == CONFIG_ITEM_SECTION)
        return begin_section(reader, item, error);
    if (reader->section == IN_HOST)
        return reader->profile != NULL || set_for_host(reader, item, error);
    if (!find_option(item->name, &id, error))
        return false;
    bool is_wanted = reader->section == (reader->profile != NULL ? IN_PROFILE : IN_NONE);
    return !is_wanted || set_option(reader, item, id, error);
}

static bool read_file(struct reader *reader, struct error *error)
{
    const struct file *file = reader->file;
    char place[PLACE_SIZE];
    unsigned line;

    if (file->bytes == NULL ||
        config_parser_run(file->bytes, file->length, take_item, reader, &line, error))
        return true;
    return blame(error, place_of(file, line, place), NULL);
}

static bool apply_files(struct options *options, const struct file *files, struct error *error)
{
    for (size_t i = 0; i < FILES_MAX; i++) {
        struct reader reader = {.options = options, .file = &files[i]};
        if (!read_file(&reader, error))
            return false;
    }
    return true;
}

static bool apply_profile(struct options *options, const struct file *files, const char *profile,
                          struct error *error)
{
    bool found = false;
    struct text paths;

    for (size_t i = 0; i < FILES_MAX; i++) {
        struct reader reader = {.options = options, .file = &files[i], .profile = profile};
        if (!read_file(&reader, error))
            return false;
        found = found || reader.found;
    }
    if (found)
        return true;
    text_init(&paths, sizeof(error->text));
    for (size_t i = 0; i < FILES_MAX; i++) {
        if (files[i].bytes != NULL)
            text_append_format(&paths, "%s%s", paths.length > 0 ? ", " : "", files[i].path);
    }
    error_set(error, ERROR_USAGE, "there is no [profile %s] in %s", profile,
              paths.length > 0 ? paths.data : "any file: no configuration file was found");
    text_clear(&paths);
    return false;
}

/* Which option HAUL_PER_HOST is; else also which one it may have meant to be. */
static enum option_id find_variable(const char *variable, size_t length, char *nearest)
{
    char name[OPTION_NAME_SIZE];
    size_t prefix = strlen(VARIABLE_PREFIX);

    nearest[0] = '\0';
    if (length <= prefix || length - prefix >= sizeof(name))
        return OPTION_ID_COUNT;
    length -= prefix;
    for (size_t i = 0; i < length; i++) {
        char letter = variable[prefix + i];
        if (letter >= 'a' && letter <= 'z')
            return OPTION_ID_COUNT;
        name[i] = letter == '_'                    ? '-'
                  : letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a'
                                                   : letter;
    }
    enum option_id id = option_table_find(name, length);
    enum option_id switched = option_table_find_negated(name, length);
    if (switched != OPTION_ID_COUNT)
        strcpy(nearest, option_table_row(switched)->name);
    else if (id == OPTION_ID_COUNT)
        option_table_suggest_row(name, length, nearest);
    for (char *c = nearest; *c != '\0'; c++)
        *c = *c == '-' ? '_' : *c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c;
    return id;
}

static void warn(struct options *options, const char *variable, const char *text)
{
    char warning[256];
    snprintf(warning, sizeof(warning), "%s%s", variable, text);
    string_list_add(&options->warnings, warning);
}

static bool apply_variable(struct options *options, const char *entry, struct error *error)
{
    char variable[OPTION_NAME_SIZE + 32], nearest[OPTION_NAME_SIZE], text[128];
    size_t length = strcspn(entry, "=");
    const char *value = entry + length + (entry[length] == '=');
    enum option_id id = find_variable(entry, length, nearest);

    snprintf(variable, sizeof(variable), "%.*s", (int)length, entry);
    if (value[0] == '\0' || strcmp(variable, CONFIG_PLACES_SYSTEM) == 0)
        return true;
    if (id == OPTION_ID_COUNT) {
        /* Other programs may have variables of this name; a typo is worth a word. */
        snprintf(text, sizeof(text), " is no option, did you mean %s%s?", VARIABLE_PREFIX, nearest);
        if (nearest[0] != '\0')
            warn(options, variable, text);
        return true;
    }
    if (!option_scope_is_in_environment(id)) {
        if (option_table_row(id)->group != GROUP_DEMO)
            warn(options, variable, " is ignored: this option is for the command line alone");
        return true;
    }
    if (!options_set(options, id, value, error))
        return blame(error, variable, option_table_row(id)->name);
    snprintf(text, sizeof(text), "environment %s", variable);
    options_note_origin(options, id, OPTION_SOURCE_ENVIRONMENT, text);
    return true;
}

static bool apply_environment(struct options *options, char *const *environment,
                              struct error *error)
{
    for (; *environment != NULL; environment++) {
        if (strncmp(*environment, VARIABLE_PREFIX, strlen(VARIABLE_PREFIX)) == 0 &&
            !apply_variable(options, *environment, error))
            return false;
    }
    return true;
}

static bool open_files(struct file *files, struct error *error)
{
    for (size_t i = 0; i < FILES_MAX; i++) {
        enum config_file_kind kind =
            files[i].source == OPTION_SOURCE_CONFIG_FILE ? CONFIG_FILE_NAMED : CONFIG_FILE_FOUND;
        if (files[i].path != NULL &&
            !config_file_read(files[i].path, kind, &files[i].bytes, &files[i].length, error))
            return false;
    }
    return true;
}

bool config_sources_apply(struct options *options, const struct config_places *places,
                          const char *config, const char *profile, struct error *error)
{
    if (config == NULL)
        config = config_places_variable(places, VARIABLE_PREFIX "CONFIG");
    if (profile == NULL)
        profile = config_places_variable(places, VARIABLE_PREFIX "PROFILE");
    struct file files[FILES_MAX] = {
        {.path = places->system_file, .source = OPTION_SOURCE_SYSTEM_FILE},
        {.path = places->user_file, .source = OPTION_SOURCE_USER_FILE},
        {.path = config, .source = OPTION_SOURCE_CONFIG_FILE},
    };
    bool is_applied = open_files(files, error) && apply_files(options, files, error) &&
                      (profile == NULL || apply_profile(options, files, profile, error)) &&
                      apply_environment(options, places->environment, error);
    for (size_t i = 0; i < FILES_MAX; i++)
        free(files[i].bytes);
    return is_applied;
}
