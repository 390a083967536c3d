#include "fault_versions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fault_content.h"
#include "fault_counters.h"
#include "fault_ranges.h"
#include "fault_reply.h"

#define FIRST_VERSION 1

static char *version_key(const char *name)
{
    char *key = NULL;
    if (asprintf(&key, "version of %s", name) < 0)
        abort();
    return key;
}

static unsigned version_of(struct connection *connection, const char *name)
{
    char *key = version_key(name);
    unsigned version = counters_get(connection->server->counters, key, FIRST_VERSION);
    free(key);
    return version;
}

/* RFC 9110, 13.1.2: a list of entity tags, compared weakly, or "*". */
static bool none_match_holds(const char *value, const char *etag)
{
    return strcmp(value, "*") != 0 && (*etag == '\0' || strstr(value, etag) == NULL);
}

/* True when the client has this version (RFC 9110, 13.2.2: tags count more than dates). */
static bool is_unchanged(const struct connection *connection, const struct content *content)
{
    char *tags = connection_field(connection, "If-None-Match");
    char *date = connection_field(connection, "If-Modified-Since");
    struct tm parts = {.tm_mday = 1};
    bool unchanged = false;
    if (tags != NULL)
        unchanged = !none_match_holds(tags, content->etag);
    else if (date != NULL && strptime(date, "%a, %d %b %Y %H:%M:%S GMT", &parts) != NULL)
        unchanged = content->modified >= 0 && content->modified <= timegm(&parts);
    free(date);
    free(tags);
    return unchanged;
}

static enum ending send_content(struct connection *connection, const struct content *content)
{
    if (is_unchanged(connection, content))
        return reply_end(connection,
                         content_put_head(connection, 304, content, "") &&
                             connection_put(connection, "\r\n", 2),
                         304);
    bool is_put = content_put_head(connection, 200, content, "") &&
                  connection_put_format(connection, "Content-Length: %llu\r\n\r\n",
                                        (unsigned long long)content->size);
    if (!connection_is_head(connection))
        is_put = is_put && content_put_body(connection, content, 0, content->size);
    return reply_end(connection, is_put, 200);
}

static enum ending serve_version(struct connection *connection, const char *name, bool has_etag,
                                 bool has_date)
{
    unsigned version = version_of(connection, name);
    if (version == 0)
        return reply_send(connection, 404, "", "it was here\n", 12);
    char text[16];
    snprintf(text, sizeof(text), "%u", version);
    struct content content;
    content_init(&content, text, name, reply_size(connection));
    if (has_etag)
        snprintf(content.etag, sizeof(content.etag), "\"version-%u\"", version);
    if (has_date)
        content.modified = CONTENT_OLD_TIME + version * INT64_C(86400);
    return send_content(connection, &content);
}

static enum ending serve_versioned(struct connection *connection, char *rest)
{
    return serve_version(connection, rest, true, true);
}

static enum ending serve_dateonly(struct connection *connection, char *rest)
{
    return serve_version(connection, rest, false, true);
}

static enum ending serve_lost_etag(struct connection *connection, char *rest)
{
    bool is_first = counters_next(connection->server->counters, connection->path) == 0;
    return serve_version(connection, rest, is_first, false);
}

static enum ending serve_set_version(struct connection *connection, char *rest)
{
    char *slash = strrchr(rest, '/');
    if (slash == NULL)
        return reply_send(connection, 404, "", "", 0);
    *slash = '\0';
    char *key = version_key(rest);
    counters_set(connection->server->counters, key, (unsigned)strtoul(slash + 1, NULL, 10));
    free(key);
    *slash = '/';
    return reply_send(connection, 200, "", "", 0);
}

static enum ending refuse_head(struct connection *connection, const char *name, int status)
{
    if (connection_is_head(connection))
        return reply_send(connection, status, status == 405 ? "Allow: GET\r\n" : "", "", 0);
    return ranges_serve_fine(connection, name);
}

static enum ending serve_head_405(struct connection *connection, char *rest)
{
    return refuse_head(connection, rest, 405);
}

static enum ending serve_head_501(struct connection *connection, char *rest)
{
    return refuse_head(connection, rest, 501);
}

static enum ending serve_head_404(struct connection *connection, char *rest)
{
    return refuse_head(connection, rest, 404);
}

static enum ending serve_head_closes(struct connection *connection, char *rest)
{
    if (!connection_is_head(connection))
        return ranges_serve_fine(connection, rest);
    connection_log(connection, 0);
    return ENDING_CLOSE;
}

bool versions_serve(struct connection *connection, enum ending *out_ending)
{
    static const struct route routes[] = {
        {"/versioned/", serve_versioned},       {"/dateonly/", serve_dateonly},
        {"/lost-etag/", serve_lost_etag},       {"/set-version/", serve_set_version},
        {"/head-405/", serve_head_405},         {"/head-501/", serve_head_501},
        {"/head-404-get-200/", serve_head_404}, {"/head-closes/", serve_head_closes},
    };
    return reply_route(connection, routes, sizeof(routes) / sizeof(routes[0]), out_ending);
}
