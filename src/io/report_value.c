#include "io/report_value.h"

#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/text.h"
#include "config.h"
#include "io/json_tree.h"
#include "io/proxy.h"

json_t *report_value_masked(const char *string, const struct redaction *redaction)
{
    if (string == NULL)
        return json_null();
    struct text text;
    text_init(&text, SIZE_MAX);
    url_append_masked(&text, string, redaction);
    json_t *value = json_tree_string(text.data);
    text_clear(&text);
    return value;
}

json_t *report_value_proxy(const char *proxy, const struct redaction *redaction)
{
    if (proxy == NULL)
        return json_null();
    struct text text;
    text_init(&text, SIZE_MAX);
    proxy_append_masked(&text, proxy, redaction);
    json_t *value = json_tree_string(text.data);
    text_clear(&text);
    return value;
}

/* "Authorization: ***": which headers were sent is of interest, what they said is a secret. */
static void append_masked_header(struct text *text, const char *header)
{
    text_append(text, header, strcspn(header, ":"));
    text_append_string(text, ": ***");
}

static bool is_header_option(const char *argument)
{
    /* getopt takes every unambiguous beginning of --header. */
    return strncmp(argument, "--hea", 5) == 0;
}

/* The value of "--option=VALUE" is masked on its own: only then is it seen to be a URL. */
static json_t *argument_value(const char *argument, const char *before,
                              const struct redaction *redaction)
{
    struct text text;
    text_init(&text, SIZE_MAX);
    const char *equals = strncmp(argument, "--", 2) == 0 ? strchr(argument, '=') : NULL;
    if (before != NULL && is_header_option(before) && strchr(before, '=') == NULL) {
        append_masked_header(&text, argument);
    } else if (equals == NULL) {
        url_append_masked(&text, argument, redaction);
    } else {
        text_append(&text, argument, (size_t)(equals + 1 - argument));
        if (is_header_option(argument))
            append_masked_header(&text, equals + 1);
        else
            url_append_masked(&text, equals + 1, redaction);
    }
    json_t *value = json_tree_string(text.data);
    text_clear(&text);
    return value;
}

json_t *report_value_arguments(const char *const *arguments, size_t count,
                               const struct redaction *redaction)
{
    json_t *array = json_tree_array();
    for (size_t i = 0; i < count; i++) {
        const char *before = i > 0 ? arguments[i - 1] : NULL;
        json_tree_append(array, argument_value(arguments[i], before, redaction));
    }
    return array;
}

json_t *report_value_tool(void)
{
    json_t *tool = json_tree_object();
    json_tree_put(tool, "name", json_tree_string("haul"));
    json_tree_put(tool, "version", json_tree_string(PACKAGE_VERSION));
    json_tree_put(tool, "libcurl", json_tree_string(curl_version_info(CURLVERSION_NOW)->version));
    return tool;
}

json_t *report_value_host(void)
{
    char name[256] = "";
    /* A name that is too long comes without its NUL: the last byte stays one. */
    bool is_known = gethostname(name, sizeof(name) - 1) == 0 && name[0] != '\0';
    return json_tree_string(is_known ? name : NULL);
}

static json_t *setting_value(const struct report_setting *setting,
                             const struct redaction *redaction)
{
    if (setting->kind == REPORT_SETTING_BOOL)
        return json_boolean(setting->number != 0);
    if (setting->kind == REPORT_SETTING_NUMBER)
        return json_integer(setting->number);
    if (setting->text == NULL)
        return json_null();
    if (strcmp(setting->name, "header") == 0)
        return argument_value(setting->text, "--header", redaction);
    if (strcmp(setting->name, "proxy") == 0 && setting->text[0] != '\0')
        return report_value_proxy(setting->text, redaction);
    /* Without these there is no secret to mask, and a directory me@home is left as it is. */
    if (strpbrk(setting->text, ":=%") == NULL)
        return json_tree_string(setting->text);
    return report_value_masked(setting->text, redaction);
}

json_t *report_value_settings(const struct report_setting *settings, size_t count,
                              const struct redaction *redaction)
{
    json_t *object = json_tree_object();
    for (size_t i = 0; i < count; i++)
        json_tree_put(object, settings[i].name, setting_value(&settings[i], redaction));
    return object;
}
