#include "app/config_print.h"

#include <string.h>

#include "app/option_mask.h"
#include "base/vis.h"

#define VALUE_BYTES (64 * 1024)
#define ORIGIN_COLUMN 40
#define SCREEN_COLUMNS 80

/* As it would be typed; "" for what is not set or decided at run time. */
static void append_value(struct text *text, const struct option_value *value,
                         const struct redaction *redaction)
{
    const struct option_row *row = option_table_row(value->id);
    char number[OPTION_NUMBER_SIZE];

    switch (value->kind) {
    case OPTION_VALUE_NUMBER:
        if (value->number >= 0)
            text_append_string(text, option_table_format(row, value->number, number));
        break;
    case OPTION_VALUE_BOOL:
        text_append_string(text, value->number != 0 ? "yes" : "no");
        break;
    case OPTION_VALUE_TEXT:
        if (value->text != NULL && value->text[0] == '\0')
            text_append_string(text, "\"\"");
        else if (value->text != NULL)
            option_mask_append(text, value->id, value->text, redaction);
        break;
    case OPTION_VALUE_LIST:
        option_mask_append_list(text, value->id, value->list, redaction);
        break;
    }
}

struct printer {
    FILE *out;
    const struct options *options;
    struct redaction redaction;
};

/* Values and file names may be anything. */
static void print_line(FILE *out, const char *name, const struct text *value, const char *origin)
{
    struct text line;

    text_init(&line, 8 * VALUE_BYTES);
    text_append_format(&line, "%s = ", name);
    vis_append(&line, value->data, value->length);
    if (origin != NULL) {
        size_t pad = line.length < ORIGIN_COLUMN ? ORIGIN_COLUMN - line.length : 0;
        text_append_format(&line, "%*s  # ", (int)pad, "");
        vis_append(&line, origin, strlen(origin));
    }
    fprintf(out, "%s\n", line.data);
    text_clear(&line);
}

static void print_present(void *context, const struct option_value *value)
{
    const struct printer *printer = context;
    const char *origin = printer->options->origins[value->id].text;
    struct text text;

    if (!option_scope_has(printer->options->command, value->id) ||
        value->id == OPTION_ID_show_config || value->id == OPTION_ID_generate)
        return;
    text_init(&text, VALUE_BYTES);
    append_value(&text, value, &printer->redaction);
    print_line(printer->out, value->name, &text, origin != NULL ? origin : "default");
    text_clear(&text);
}

static void print_number(FILE *out, enum option_id id, int64_t number, const char *origin)
{
    char digits[OPTION_NUMBER_SIZE];
    struct text text;

    if (number < 0)
        return;
    text_init(&text, VALUE_BYTES);
    text_append_string(&text, option_table_format(option_table_row(id), number, digits));
    print_line(out, option_table_row(id)->name, &text, origin);
    text_clear(&text);
}

static void print_host(const struct printer *printer, const struct host_section *section)
{
    struct text text;

    text_init(&text, VALUE_BYTES);
    vis_append(&text, section->pattern, strlen(section->pattern));
    fprintf(printer->out, "\n[host %s]\n", text.data);
    print_number(printer->out, OPTION_ID_per_host, section->per_host, section->per_host_origin);
    print_number(printer->out, OPTION_ID_host_rate, section->host_rate, section->host_rate_origin);
    for (size_t i = 0; i < section->headers.count; i++) {
        text_reset(&text);
        option_mask_append(&text, OPTION_ID_header, section->headers.items[i], &printer->redaction);
        print_line(printer->out, option_table_row(OPTION_ID_header)->name, &text,
                   section->header_origins.items[i]);
    }
    text_clear(&text);
}

void config_print_present(FILE *out, const struct options *options)
{
    struct printer printer = {
        .out = out,
        .options = options,
        .redaction = {(const char *const *)options->redact.items, options->redact.count},
    };

    options_visit(options, print_present, &printer);
    for (size_t i = 0; i < options->host_count; i++)
        print_host(&printer, &options->hosts[i]);
}

/* A comment of some lines. */
static void print_wrapped(FILE *out, const char *words)
{
    int column = fprintf(out, "#");

    while (*words != '\0') {
        int length = (int)strcspn(words, " ");
        if (column > 1 && column + 1 + length > SCREEN_COLUMNS)
            column = fprintf(out, "\n#") - 1;
        column += fprintf(out, " %.*s", length, words);
        words += length;
        words += strspn(words, " ");
    }
    fputc('\n', out);
}

static void print_help(FILE *out, const struct option_row *row)
{
    struct text text;

    text_init(&text, VALUE_BYTES);
    text_append_string(&text, row->help);
    if (row->kind == OPTION_KIND_CHOICE)
        text_append_string(&text, "; one of ");
    for (const char *c = row->argument; row->kind == OPTION_KIND_CHOICE && *c != '\0'; c++)
        text_append(&text, *c == '|' ? ", " : c, *c == '|' ? 2 : 1);
    if (row->kind == OPTION_KIND_LIST)
        text_append_format(&text, "; any number of lines, each %s", row->argument);
    print_wrapped(out, text.data);
    text_clear(&text);
}

struct sample {
    FILE *out;
    enum option_group group; /* of the heading above, GROUP_COUNT = none yet */
};

static void print_initial(void *context, const struct option_value *value)
{
    const struct option_row *row = option_table_row(value->id);
    struct sample *sample = context;
    struct redaction none = {NULL, 0};
    struct text text;

    if (!option_scope_is_in_files(value->id))
        return;
    if (sample->group != row->group)
        fprintf(sample->out, "\n# ---- %s ----\n", option_table_group_title(row->group));
    sample->group = row->group;
    fputc('\n', sample->out);
    print_help(sample->out, row);
    text_init(&text, VALUE_BYTES);
    append_value(&text, value, &none);
    fprintf(sample->out, "#%s =%s%s\n", row->name, text.length > 0 ? " " : "", text.data);
    text_clear(&text);
}

void config_print_template(FILE *out)
{
    struct options options;
    struct sample sample = {out, GROUP_COUNT};

    fputs("# Configuration of haul. Everything that can be set is here, switched off by\n"
          "# the # at its start, with the value that holds without it.\n"
          "#\n"
          "# haul reads /etc/haul.conf, then ~/.config/haul/haul.conf (or\n"
          "# $XDG_CONFIG_HOME/haul/haul.conf), then the file of --config; then variables\n"
          "# such as HAUL_PER_HOST=4; then the command line. What comes later wins; lines\n"
          "# that may stand any number of times add up. 'haul --show-config' tells what\n"
          "# holds, and who said so.\n"
          "#\n"
          "# name = value: the value is the whole rest of the line. Nothing behind the =\n"
          "# means the default; \"double quotes\" keep blanks at the ends, and \"\" is an empty\n"
          "# text. Switches take yes or no. Sizes: K M G T, powers of 1024. Times: ms s m h\n"
          "# d, plain numbers are seconds. Rates: 50/s, 30/m, 100/h.\n",
          out);
    options_init(&options);
    options_visit(&options, print_initial, &sample);
    options_clear(&options);
    fputs("\n"
          "# ---- Hosts ----\n"
          "\n"
          "# A [host NAME] section is about one host, or with *. in front about all below\n"
          "# that name; the most specific one counts. It may set per-host, host-rate and\n"
          "# header.\n"
          "#[host *.example.org]\n"
          "#per-host = 2\n"
          "#host-rate = 30/m\n"
          "#[host api.example.org]\n"
          "#host-rate = 1/s\n"
          "#header = X-Contact: webmaster@example.com\n"
          "\n"
          "# ---- Profiles ----\n"
          "\n"
          "# A [profile NAME] section may set every option above; --profile NAME uses it.\n"
          "#[profile nightly]\n"
          "#quiet = yes\n"
          "#deadline = 6:30\n"
          "#jitter = 10m\n"
          "#limit-rate = 2M\n"
          "#max-failures = 1%\n",
          out);
}
