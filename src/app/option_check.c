#include "app/option_check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/deadline.h"
#include "app/failure_limit.h"
#include "app/option_command.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/number.h"
#include "io/ca_bundle.h"
#include "io/ping.h"
#include "io/proxy.h"
#include "model/expectation.h"
#include "model/header_field.h"
#include "model/name_template.h"
#include "model/status_set.h"

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

static bool check_deadline(const char *text, struct error *error)
{
    int64_t after_us;
    if (deadline_parse(text, clock_wall_us(), &after_us))
        return true;
    return error_set(error, ERROR_USAGE,
                     "--deadline: '%s' is neither a time like 50m nor a time of day like 06:30",
                     text);
}

static bool check_max_failures(const char *text, struct error *error)
{
    struct failure_limit limit;
    if (failure_limit_parse(text, &limit))
        return true;
    return error_set(error, ERROR_USAGE,
                     "--max-failures: '%s' is neither a number like 20 nor a share like 5%%", text);
}

static bool check_status_set(const char *name, const char *text, struct error *error)
{
    struct status_set set;
    if (status_set_parse(text, &set))
        return true;
    return error_set(error, ERROR_USAGE, "--%s: '%s' is no list of HTTP statuses like 404,500-599",
                     name, text);
}

/* The figures are written when all is done: too late for a typo. */
static bool check_metrics(const char *text, struct error *error)
{
    const char *slash = strrchr(text, '/');
    if (slash != NULL && slash[1] == '\0')
        return error_set(error, ERROR_USAGE, "--metrics: %s is a directory", text);
    if (slash == NULL)
        return true;
    char *directory = memory_copy_bytes(text, (size_t)(slash + 1 - text));
    /* With the slash at its end: what is there but is no directory fails, too. */
    int result = access(directory, F_OK) == 0 ? 0 : errno;
    if (result != 0)
        error_set_errno(error, ERROR_USAGE, result, "--metrics: there is no directory %s",
                        directory);
    free(directory);
    return result == 0;
}

static bool check_ping(const char *text, struct error *error)
{
    struct error problem = {0};
    return ping_check(text, &problem) || error_set(error, problem.kind, "--ping: %s", problem.text);
}

static bool check_cacert(const char *text, struct error *error)
{
    struct error problem = {0};
    return ca_bundle_check(text, &problem) ||
           error_set(error, problem.kind, "--cacert: %s", problem.text);
}

static bool check_name(const char *text, struct error *error)
{
    struct error problem = {0};
    struct name_template *template = name_template_create(text, &problem);
    name_template_destroy(template);
    return template != NULL || error_set(error, problem.kind, "--name: %s", problem.text);
}

static bool check_expect(const char *text, struct error *error)
{
    struct expectation *expectation = expectation_create(text, error);
    expectation_destroy(expectation);
    return expectation != NULL;
}

static bool check_command(enum option_id id, const char *text, struct error *error)
{
    struct command *command = option_command_create(id, text, error);
    command_destroy(command);
    return command != NULL;
}

/* What the text has to look like, beyond what holds for all. */
static bool check_meaning(enum option_id id, const char *text, struct error *error)
{
    switch ((int)id) {
    case OPTION_ID_name:
        return check_name(text, error);
    case OPTION_ID_expect:
        return check_expect(text, error);
    case OPTION_ID_header:
        return check_header(text, error);
    case OPTION_ID_insecure_host:
        return check_host(text, error);
    case OPTION_ID_proxy:
        return text[0] == '\0' || proxy_check(text, error);
    case OPTION_ID_ping:
        return check_ping(text, error);
    case OPTION_ID_exec:
    case OPTION_ID_on_finish:
        return check_command(id, text, error);
    case OPTION_ID_deadline:
        return check_deadline(text, error);
    case OPTION_ID_max_failures:
        return check_max_failures(text, error);
    case OPTION_ID_ok_status:
    case OPTION_ID_retry_on:
        return check_status_set(option_table_row(id)->name, text, error);
    case OPTION_ID_metrics:
        return check_metrics(text, error);
    case OPTION_ID_cacert:
        return check_cacert(text, error);
    default:
        return true;
    }
}

bool option_check_text(enum option_id id, const char *text, struct error *error)
{
    static const enum option_id file_names[] = {
        OPTION_ID_input,      OPTION_ID_dir,     OPTION_ID_cacert, OPTION_ID_report,
        OPTION_ID_retry_from, OPTION_ID_metrics, OPTION_ID_config, OPTION_ID_html,
    };
    const char *name = option_table_row(id)->name;
    bool may_be_empty = id == OPTION_ID_user_agent || id == OPTION_ID_proxy;
    bool is_file_name = false;

    for (size_t i = 0; i < ARRAY_LENGTH(file_names); i++)
        is_file_name = is_file_name || id == file_names[i];
    if (text[0] == '\0' && !may_be_empty)
        return error_set(error, ERROR_USAGE, "--%s: the value is empty", name);
    /* A line end in a header would start another one; file names may hold anything. The value is
     * not shown: headers and proxies may hold passwords. */
    if (!is_file_name && has_control(text))
        return error_set(error, ERROR_USAGE, "--%s: the value holds a control character", name);
    return check_meaning(id, text, error);
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
    if (row->kind == OPTION_KIND_RATE) {
        return error_set(error, ERROR_USAGE, "--%s: '%s' is not a rate (like 50/s, 30/m, 100/h)",
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
    bool is_number = row->kind == OPTION_KIND_BYTES      ? number_parse_bytes(text, &number)
                     : row->kind == OPTION_KIND_RATE     ? number_parse_rate(text, &number)
                     : row->kind == OPTION_KIND_DURATION ? number_parse_duration(text, &number)
                                                         : number_parse_count(text, &number);

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
