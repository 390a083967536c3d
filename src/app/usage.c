#include "app/usage.h"

#include <curl/curl.h>
#include <jansson.h>
#include <microhttpd.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <string.h>

#include "app/command_table.h"
#include "app/option_table.h"
#include "config.h"

#define SCREEN_COLUMNS 80
#define HELP_COLUMN 25 /* where explanations start, when the option is not longer */
#define TOPICS_MAX 1024
#define USAGE_WIDTH 29 /* of a command with what belongs to it */

static bool is_group(const char *word, enum option_group *out_group)
{
    for (enum option_group group = 0; group < GROUP_COUNT; group++) {
        if (strcmp(word, option_table_group_name(group)) == 0) {
            *out_group = group;
            return true;
        }
    }
    return false;
}

static bool is_command(const char *word, enum subcommand *out_command)
{
    for (enum subcommand command = 0; command < COMMAND_COUNT; command++) {
        if (strcmp(word, command_table_row(command)->name) == 0) {
            *out_command = command;
            return true;
        }
    }
    return false;
}

bool usage_is_topic(const char *word)
{
    enum option_group group;
    enum subcommand command;
    return strcmp(word, "all") == 0 || is_group(word, &group) || is_command(word, &command);
}

void usage_append_topics(struct text *text)
{
    enum subcommand same;
    text_append_string(text, "all");
    for (enum subcommand command = 0; command < COMMAND_COUNT; command++)
        text_append_format(text, " %s", command_table_row(command)->name);
    for (enum option_group group = 0; group < GROUP_COUNT; group++) {
        if (!is_command(option_table_group_name(group), &same))
            text_append_format(text, " %s", option_table_group_name(group));
    }
}

/* "[16]"; empty where there is no default to tell. */
static void format_default(const struct option_row *row, char *out, size_t out_size)
{
    char number[OPTION_NUMBER_SIZE];

    out[0] = '\0';
    switch (row->kind) {
    case OPTION_KIND_COUNT:
    case OPTION_KIND_COUNTS:
    case OPTION_KIND_BYTES:
    case OPTION_KIND_DURATION:
    case OPTION_KIND_RATE:
        if (row->initial >= row->minimum)
            snprintf(out, out_size, "[%s]", option_table_format(row, row->initial, number));
        break;
    case OPTION_KIND_BOOL:
        if (row->initial != 0)
            snprintf(out, out_size, "[on]");
        break;
    case OPTION_KIND_STRING:
        if (row->initial_text != NULL)
            snprintf(out, out_size, "[%s]", row->initial_text);
        break;
    case OPTION_KIND_LIST:
        break;
    case OPTION_KIND_CHOICE: /* all of them start with their first name */
        snprintf(out, out_size, "[%.*s]", (int)strcspn(row->argument, "|"), row->argument);
        break;
    }
}

/* Prints the words, wrapped at the screen's edge and indented; the cursor is at `column`. Returns
 * where it is then. */
static int print_wrapped(FILE *out, const char *words, int column)
{
    while (*words != '\0') {
        int length = (int)strcspn(words, " ");
        if (column > HELP_COLUMN && column + 1 + length > SCREEN_COLUMNS)
            column = fprintf(out, "\n%*s", HELP_COLUMN, "") - 1;
        column += fprintf(out, "%s%.*s", column > HELP_COLUMN ? " " : "", length, words);
        words += length;
        words += strspn(words, " ");
    }
    return column;
}

static void print_row(FILE *out, const struct option_row *row)
{
    char flags[SCREEN_COLUMNS], initial[SCREEN_COLUMNS], letter[] = "-x, ";

    letter[1] = row->short_name;
    bool is_on = row->kind == OPTION_KIND_BOOL && row->initial != 0;
    snprintf(flags, sizeof(flags), "  %s--%s%s%s%s", row->short_name != 0 ? letter : "    ",
             is_on ? "[no-]" : "", row->name, row->argument != NULL ? " " : "",
             row->argument != NULL ? row->argument : "");
    bool fits = strlen(flags) < HELP_COLUMN;
    fprintf(out, "%-*s", fits ? HELP_COLUMN : 0, flags);
    if (!fits)
        fprintf(out, "\n%*s", HELP_COLUMN, "");
    int column = print_wrapped(out, row->help, HELP_COLUMN);
    format_default(row, initial, sizeof(initial));
    print_wrapped(out, initial, column);
    fputc('\n', out);
}

static void print_group(FILE *out, enum option_group group)
{
    fprintf(out, "%s (%s):\n", option_table_group_title(group), option_table_group_name(group));
    for (enum option_id id = 0; id < OPTION_ID_COUNT; id++) {
        if (option_table_row(id)->group == group)
            print_row(out, option_table_row(id));
    }
}

static void print_usage(FILE *out, const char *start, const struct command_row *row)
{
    fprintf(out, "%-6s haul %-*s%s\n", start, USAGE_WIDTH, row->usage, row->summary);
}

static void print_synopsis(FILE *out, bool is_first_screen)
{
    const char *start = "Usage:";

    for (enum subcommand command = 0; command < COMMAND_COUNT; command++) {
        const struct command_row *row = command_table_row(command);
        if (is_first_screen && !row->is_basic)
            continue;
        print_usage(out, start, row);
        start = "";
    }
    fputc('\n', out);
}

static void print_command(FILE *out, enum subcommand command)
{
    print_usage(out, "Usage:", command_table_row(command));
    for (enum option_group group = 0; group < GROUP_COUNT; group++) {
        bool has_title = false;
        for (enum option_id id = 0; id < OPTION_ID_COUNT; id++) {
            const struct option_row *row = option_table_row(id);
            if (row->group != group || !option_scope_has(command, id))
                continue;
            if (!has_title)
                fprintf(out, "\n%s:\n", option_table_group_title(group));
            has_title = true;
            print_row(out, row);
        }
    }
}

static void print_first_screen(FILE *out)
{
    static const enum option_id shown[] = {
        OPTION_ID_dir,          OPTION_ID_jobs,     OPTION_ID_per_host, OPTION_ID_rate,
        OPTION_ID_retries,      OPTION_ID_name,     OPTION_ID_expect,   OPTION_ID_update,
        OPTION_ID_retry_failed, OPTION_ID_deadline, OPTION_ID_json,     OPTION_ID_dry_run,
        OPTION_ID_quiet,
    };

    print_synopsis(out, true);
    for (size_t i = 0; i < ARRAY_LENGTH(shown); i++)
        print_row(out, option_table_row(shown[i]));
    fputs("\n"
          "  haul -d photos urls.txt              cut -f2 table.tsv | haul -j32 -\n"
          "  haul -q --deadline 50m -d /srv/img urls.txt      # cron: silent if all is well\n"
          "More: man haul; haul --help all|COMMAND; haul report DIR, haul doctor LIST\n",
          out);
}

static void print_all(FILE *out)
{
    print_synopsis(out, false);
    for (enum option_group group = 0; group < GROUP_COUNT; group++) {
        print_group(out, group);
        fputc('\n', out);
    }
    fputs("help:\n"
          "  -h, --help [TOPIC]     Of a command, or a group of options:",
          out);
    struct text topics;
    text_init(&topics, TOPICS_MAX);
    usage_append_topics(&topics);
    print_wrapped(out, topics.data, SCREEN_COLUMNS); /* the names begin a line */
    text_clear(&topics);
    fputs("\n"
          "  -V, --version          haul and the libraries it uses\n"
          "\n"
          "--name VALUE is the same as --name=VALUE; switches also come as --no-name.\n"
          "'--' ends the options; what follows is never taken for a command.\n"
          "Lists are text, csv, tsv or JSON lines, also packed with gzip or zstd. Keys of a\n"
          "URL: url out dir checksum priority header referer (text: indented key=value).\n"
          "BYTES take K M G T (powers of 1024), TIME takes ms s m h d (plain = seconds).\n"
          "Rates are N/s, N/m or N/h (plain = per second).\n"
          "All but the options of a single run can also stand in /etc/haul.conf, in\n"
          "~/.config/haul/haul.conf and in --config FILE as 'name = value', and in a\n"
          "variable like HAUL_PER_HOST=4; see haul --generate config.\n",
          out);
}

void usage_print(FILE *out, const char *topic)
{
    enum option_group group;
    enum subcommand command;

    if (topic == NULL)
        print_first_screen(out);
    else if (is_command(topic, &command))
        print_command(out, command);
    else if (is_group(topic, &group))
        print_group(out, group);
    else
        print_all(out);
}

void usage_print_version(FILE *out)
{
    static const struct {
        int bit;
        const char *name;
    } features[] = {
        {CURL_VERSION_SSL, "TLS"},
        {CURL_VERSION_IPV6, "IPv6"},
        {CURL_VERSION_HTTP2, "HTTP2"},
        {CURL_VERSION_HTTP3, "HTTP3"},
        {CURL_VERSION_IDN, "IDN"},
        {CURL_VERSION_PSL, "PSL"},
        {CURL_VERSION_HTTPS_PROXY, "HTTPS-proxy"},
    };
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);

    fprintf(out, "haul %s\n", PACKAGE_VERSION);
    fprintf(out, "libcurl %s, %s\n", curl->version, OpenSSL_version(OPENSSL_VERSION));
    fprintf(out, "SQLite %s, jansson %s, libmicrohttpd %s\n", sqlite3_libversion(),
            jansson_version_str(), MHD_get_version());
    fputs("protocols:", out);
    for (const char *const *name = curl->protocols; *name != NULL; name++) {
        /* libcurl knows more of them, but haul sends only these. */
        if (strcmp(*name, "http") == 0 || strcmp(*name, "https") == 0)
            fprintf(out, " %s", *name);
    }
    fputs("\nfeatures:", out);
    for (size_t i = 0; i < ARRAY_LENGTH(features); i++) {
        if ((curl->features & features[i].bit) != 0)
            fprintf(out, " %s", features[i].name);
    }
    fputc('\n', out);
}
