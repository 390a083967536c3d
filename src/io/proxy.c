#include "io/proxy.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *environment(const char *first, const char *second)
{
    const char *value = getenv(first);
    if ((value == NULL || value[0] == '\0') && second != NULL)
        value = getenv(second);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

struct proxy_settings proxy_settings_read(const char *option)
{
    struct proxy_settings settings = {.none = environment("no_proxy", "NO_PROXY")};
    if (option != NULL) {
        settings.http = settings.https = option[0] != '\0' ? option : NULL;
        return settings;
    }
    const char *all = environment("all_proxy", "ALL_PROXY");
    /* HTTP_PROXY is not read: a CGI program would take it from a request header. */
    settings.http = environment("http_proxy", NULL);
    settings.https = environment("https_proxy", "HTTPS_PROXY");
    if (settings.http == NULL)
        settings.http = all;
    if (settings.https == NULL)
        settings.https = all;
    return settings;
}

static bool host_is_below(const char *host, size_t host_length, const char *name, size_t length)
{
    if (length > 0 && name[0] == '.') {
        name++;
        length--;
    }
    if (length == 0 || host_length < length)
        return false;
    const char *tail = host + host_length - length;
    if (strncasecmp(tail, name, length) != 0)
        return false;
    return host_length == length || tail[-1] == '.';
}

static bool is_direct(const char *none, const char *host)
{
    size_t host_length = strlen(host);
    if (host_length >= 2 && host[0] == '[') { /* listed without brackets */
        host++;
        host_length -= 2;
    }
    while (none != NULL && *none != '\0') {
        none += strspn(none, ", \t");
        size_t length = strcspn(none, ", \t");
        if (length == 1 && none[0] == '*')
            return true;
        if (host_is_below(host, host_length, none, length))
            return true;
        none += length;
    }
    return false;
}

const char *proxy_for(const struct proxy_settings *settings, const struct url *url)
{
    const char *proxy = url->is_https ? settings->https : settings->http;
    return proxy == NULL || is_direct(settings->none, url->host) ? NULL : proxy;
}
