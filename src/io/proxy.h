/* Which proxy a request goes through: the one of the option, or of the usual environment variables
 * (http_proxy, https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY, no_proxy, NO_PROXY), never anything
 * else. Decided here and told to libcurl, because address checks must know it too. */
#ifndef HAUL_IO_PROXY_H
#define HAUL_IO_PROXY_H

#include "base/common.h"
#include "base/error.h"
#include "model/url.h"

struct proxy_settings {
    const char *http;        /* proxy URL for http:// targets, NULL = direct; lent */
    const char *https;       /* for https:// targets */
    const char *http_origin; /* who says so: "--proxy", or the variable's name; NULL = nobody */
    const char *https_origin;
    const char *none; /* hosts that are asked directly: "*", or names separated by ',' or blanks */
};

/* The option (NULL = not given, "" = no proxy) wins over the environment. */
struct proxy_settings proxy_settings_read(const char *option);

/* True for "host:port" or a URL of a kind of proxy that libcurl knows; *error never shows the
 * value, which may hold a password. */
bool proxy_check(const char *proxy, struct error *error);
/* The same for what the settings name. */
bool proxy_settings_check(const struct proxy_settings *settings, struct error *error);

/* The proxy for a URL, NULL = direct. A name in the no-proxy list stands for the host and
 * everything below it, with or without a leading dot. */
const char *proxy_for(const struct proxy_settings *settings, const struct url *url);

/* Without its password, and with the scheme that is meant where none is given: user:password@host
 * would be taken for something else. */
void proxy_append_masked(struct text *text, const char *proxy, const struct redaction *redaction);

/* True when the proxy looks up the names of targets; false for those that are told addresses
 * (socks4, socks5). */
bool proxy_looks_up(const char *proxy);

#endif
