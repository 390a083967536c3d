#include "app/option_check.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "io/proxy.h"
#include "model/header_field.h"

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte < 0x20 || byte == 0x7f)
            return true;
    }
    return false;
}

static bool check_header(const char *text, struct error *error)
{
    enum header_field_problem problem = header_field_check(text);
    const char *reason = header_field_explain(problem);
    if (problem == HEADER_FIELD_FINE)
        return true;
    if (problem == HEADER_FIELD_RESERVED || problem == HEADER_FIELD_EMPTY)
        return error_set(error, ERROR_USAGE, "--header: '%.*s' %s",
                         (int)header_field_name_length(text), text, reason);
    return error_set(error, ERROR_USAGE, "--header: the value %s", reason);
}

static bool check_host(const char *text, struct error *error)
{
    if (strpbrk(text, " /@?#") == NULL)
        return true;
    return error_set(error, ERROR_USAGE, "--insecure-host: '%s' is not a host name", text);
}

bool option_check_text(enum option_id id, const char *text, struct error *error)
{
    const char *name = option_table_row(id)->name;
    bool is_file_name = id == OPTION_ID_input || id == OPTION_ID_dir || id == OPTION_ID_cacert ||
                        id == OPTION_ID_report;
    bool may_be_empty = id == OPTION_ID_user_agent || id == OPTION_ID_proxy;

    if (text[0] == '\0' && !may_be_empty)
        return error_set(error, ERROR_USAGE, "--%s: the value is empty", name);
    /* A line end in a header would start another one; file names may hold anything. The value is
     * not shown: headers and proxies may hold passwords. */
    if (!is_file_name && has_control(text))
        return error_set(error, ERROR_USAGE, "--%s: the value holds a control character", name);
    if (id == OPTION_ID_header)
        return check_header(text, error);
    if (id == OPTION_ID_insecure_host)
        return check_host(text, error);
    if (id == OPTION_ID_proxy && text[0] != '\0')
        return proxy_check(text, error);
    if (id == OPTION_ID_cacert && access(text, R_OK) != 0)
        return error_set_errno(error, ERROR_USAGE, errno, "--cacert: cannot read %s", text);
    return true;
}

static bool refuse_number(const struct option_row *row, const char *text, struct error *error)
{
    char low[OPTION_NUMBER_SIZE], high[OPTION_NUMBER_SIZE];

    if (row->kind == OPTION_KIND_BYTES) {
        return error_set(error, ERROR_USAGE, "--%s: '%s' is not a size (like 500K, 20M, 1.5G)",
                         row->name, text);
    }
    if (row->kind == OPTION_KIND_DURATION) {
        return error_set(error, ERROR_USAGE, "--%s: '%s' is not a time (like 500ms, 30s, 1h30m)",
                         row->name, text);
    }
    return error_set(error, ERROR_USAGE, "--%s: '%s' is not a number between %s and %s", row->name,
                     text, option_table_format(row, row->minimum, low),
                     option_table_format(row, row->maximum, high));
}

bool option_check_number(enum option_id id, const char *text, int64_t *out_number,
                         struct error *error)
{
    const struct option_row *row = option_table_row(id);
    char low[OPTION_NUMBER_SIZE], high[OPTION_NUMBER_SIZE];
    int64_t number = 0;
    bool is_number = row->kind == OPTION_KIND_COUNT   ? number_parse_count(text, &number)
                     : row->kind == OPTION_KIND_BYTES ? number_parse_bytes(text, &number)
                                                      : number_parse_duration(text, &number);

    if (!is_number)
        return refuse_number(row, text, error);
    if (number < row->minimum || number > row->maximum) {
        return error_set(error, ERROR_USAGE, "--%s: %s is not between %s and %s", row->name, text,
                         option_table_format(row, row->minimum, low),
                         option_table_format(row, row->maximum, high));
    }
    *out_number = number;
    return true;
}
