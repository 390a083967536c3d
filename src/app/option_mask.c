#include "app/option_mask.h"

#include <string.h>

#include "io/proxy.h"

#define REST " ..."

/* Up to the first blank; arguments may be anything. */
static void append_program(struct text *text, const char *command)
{
    command += strspn(command, " ");
    size_t length = strcspn(command, " ");
    text_append(text, command, length);
    if (command[length + strspn(command + length, " ")] != '\0')
        text_append_string(text, REST);
}

/* scheme://host[:port]/ */
static void append_origin(struct text *text, const char *url, const struct redaction *redaction)
{
    const char *mark = strstr(url, "://");
    const char *host = mark != NULL ? mark + 3 : url;
    size_t length = (size_t)(host - url) + strcspn(host, "/?#");
    struct text origin;

    text_init(&origin, URL_MAX_BYTES);
    text_append(&origin, url, length);
    url_append_masked(text, origin.data, redaction);
    text_append_string(text, url[length] == '\0' ? "" : "/...");
    text_clear(&origin);
}

void option_mask_append(struct text *text, enum option_id id, const char *value,
                        const struct redaction *redaction)
{
    if (id == OPTION_ID_header)
        text_append(text, value, strcspn(value, ":"));
    else if (id == OPTION_ID_exec || id == OPTION_ID_on_finish)
        append_program(text, value);
    else if (id == OPTION_ID_ping)
        append_origin(text, value, redaction);
    else if (id == OPTION_ID_proxy && value[0] != '\0')
        proxy_append_masked(text, value, redaction);
    else if (strstr(value, "://") != NULL)
        url_append_masked(text, value, redaction);
    else
        text_append_string(text, value);
}

void option_mask_append_list(struct text *text, enum option_id id, const struct string_list *list,
                             const struct redaction *redaction)
{
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0)
            text_append_string(text, ", ");
        option_mask_append(text, id, list->items[i], redaction);
    }
}
