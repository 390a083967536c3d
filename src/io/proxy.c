#include "io/proxy.h"

#include "base/text.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The first of the variables that is set to something; NULL when none is. */
static const char *first_set(const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0')
            return names[i];
    }
    return NULL;
}

static const char *value_of(const char *name)
{
    return name != NULL ? getenv(name) : NULL;
}

struct proxy_settings proxy_settings_read(const char *option)
{
    /* HTTP_PROXY is not read: a CGI program would take it from a request header. */
    static const char *const http[] = {"http_proxy", "all_proxy", "ALL_PROXY"};
    static const char *const https[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    static const char *const none[] = {"no_proxy", "NO_PROXY"};
    struct proxy_settings settings = {.none = value_of(first_set(none, ARRAY_LENGTH(none)))};
    if (option != NULL) {
        settings.http = settings.https = option[0] != '\0' ? option : NULL;
        settings.http_origin = settings.https_origin = "--proxy";
        return settings;
    }
    settings.http_origin = first_set(http, ARRAY_LENGTH(http));
    settings.https_origin = first_set(https, ARRAY_LENGTH(https));
    settings.http = value_of(settings.http_origin);
    settings.https = value_of(settings.https_origin);
    return settings;
}

/* The kinds that libcurl knows; without a scheme it takes http. */
static bool is_known_scheme(const char *proxy)
{
    static const char *const schemes[] = {"http",    "https",  "socks4",
                                          "socks4a", "socks5", "socks5h"};
    const char *separator = strstr(proxy, "://");
    if (separator == NULL)
        return true;
    size_t length = (size_t)(separator - proxy);
    for (size_t i = 0; i < ARRAY_LENGTH(schemes); i++) {
        if (strlen(schemes[i]) == length && strncasecmp(proxy, schemes[i], length) == 0)
            return true;
    }
    return false;
}

/* False for an escaped control character: libcurl 7.88 then asks the target without the proxy. */
static bool can_be_decoded(CURLU *parts, CURLUPart part)
{
    char *value = NULL;
    CURLUcode code = curl_url_get(parts, part, &value, CURLU_URLDECODE);
    curl_free(value);
    return code != CURLUE_URLDECODE;
}

bool proxy_check(const char *proxy, struct error *error)
{
    CURLU *parts = curl_url();
    bool is_usable = parts != NULL && is_known_scheme(proxy) &&
                     curl_url_set(parts, CURLUPART_URL, proxy,
                                  CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
                     can_be_decoded(parts, CURLUPART_USER) &&
                     can_be_decoded(parts, CURLUPART_PASSWORD);
    curl_url_cleanup(parts);
    if (is_usable)
        return true;
    return error_set(error, ERROR_USAGE,
                     "the proxy is no host:port and no URL with the scheme http, https, socks4, "
                     "socks4a, socks5 or socks5h");
}

bool proxy_settings_check(const struct proxy_settings *settings, struct error *error)
{
    return (settings->http == NULL || proxy_check(settings->http, error)) &&
           (settings->https == NULL || proxy_check(settings->https, error));
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

bool proxy_looks_up(const char *proxy)
{
    return strncasecmp(proxy, "socks4://", 9) != 0 && strncasecmp(proxy, "socks5://", 9) != 0;
}

void proxy_append_masked(struct text *text, const char *proxy, const struct redaction *redaction)
{
    struct text whole;
    text_init(&whole, SIZE_MAX);
    text_append_format(&whole, "%s%s", strstr(proxy, "://") == NULL ? "http://" : "", proxy);
    url_append_masked(text, whole.data, redaction);
    text_clear(&whole);
}
