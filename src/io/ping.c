#include "io/ping.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "model/url.h"

#define TRIES 3
#define TRY_US (10 * CLOCK_SECOND_US)
#define RETRY_WAIT_US (CLOCK_SECOND_US / 2) /* doubles each time */
#define FINISH_US (35 * CLOCK_SECOND_US)    /* from ping_finish to its return */
#define REPLY_LIMIT ((size_t)64 * 1024)     /* headers and body; more is cut off */

struct ping {
    struct ping_settings settings;
    struct url url;
    struct thread thread;
    /* Written by the thread, read after it was joined. */
    bool told_start;
    bool told_end;
    struct error start_error;
    struct error end_error;

    struct lock lock; /* guards everything below */
    struct condition ending;
    bool is_ending;
    int exit_code;
    int64_t until_us; /* when everything must be over; CLOCK_NEVER before the end is known */
};

/* The URL with SUFFIX ("" = none) behind its path, of which a final slash is not doubled. It was
 * parsed: the first '?' begins the query. libcurl's URL API is not used here, because it writes
 * escapes in lower case when a path is set. The caller frees it. */
static char *make_target(const struct url *url, const char *suffix)
{
    if (suffix[0] == '\0')
        return memory_copy_string(url->target);
    size_t path_end = strcspn(url->target, "?");
    bool has_slash = path_end > 0 && url->target[path_end - 1] == '/';
    struct text target;
    text_init(&target, 4 * URL_MAX_BYTES + 64);
    text_append(&target, url->target, path_end);
    text_append_format(&target, "%s%s%s", has_slash ? "" : "/", suffix, url->target + path_end);
    char *taken = memory_copy_string(target.data);
    text_clear(&target);
    return taken;
}

/* For headers and body alike: nothing is kept, and too much ends the transfer. */
static size_t count_bytes(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    size_t *received = context;
    *received += size * count;
    return *received <= REPLY_LIMIT ? size * count : 0;
}

static void set_options(CURL *handle, const struct ping *ping, const char *target, int64_t limit_us)
{
    const struct ping_settings *settings = &ping->settings;
    const char *proxy = proxy_for(settings->proxy, &ping->url);
    curl_easy_setopt(handle, CURLOPT_URL, target);
    curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(handle, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)(limit_us / 1000 + 1));
    curl_easy_setopt(handle, CURLOPT_USERAGENT, settings->user_agent);
    if (settings->ca_file != NULL)
        curl_easy_setopt(handle, CURLOPT_CAINFO, settings->ca_file);
    curl_easy_setopt(handle, CURLOPT_PROXY, proxy != NULL ? proxy : "");
    curl_easy_setopt(handle, CURLOPT_NOPROXY, "");
    if (ping->url.userinfo != NULL) {
        curl_easy_setopt(handle, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(handle, CURLOPT_USERPWD, ping->url.userinfo);
    }
}

/* One request. False, with what was wrong in a few words. */
static bool ask(const struct ping *ping, const char *target, int64_t limit_us,
                char reason[CURL_ERROR_SIZE])
{
    CURL *handle = curl_easy_init();
    if (handle == NULL) {
        snprintf(reason, CURL_ERROR_SIZE, "libcurl cannot start");
        return false;
    }
    size_t received = 0;
    reason[0] = '\0';
    set_options(handle, ping, target, limit_us);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, reason);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, count_bytes);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &received);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, count_bytes);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &received);
    CURLcode code = curl_easy_perform(handle);
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(handle);

    /* The status alone counts: who answers 2xx has heard, also when the rest was cut off. */
    if (status >= 200 && status <= 299)
        return true;
    if (code == CURLE_OK || status != 0)
        snprintf(reason, CURL_ERROR_SIZE, "HTTP status %ld", status);
    else if (reason[0] == '\0')
        snprintf(reason, CURL_ERROR_SIZE, "%s", curl_easy_strerror(code));
    return false;
}

/* Path, query and userinfo may be secrets: most services know a check by its path. */
static void fail(const struct ping *ping, const char *what, const char *reason, struct error *error)
{
    error_set(error, ERROR_LOCAL, "the health check at %s://%s:%u was not told of the run's %s: %s",
              ping->url.is_https ? "https" : "http", ping->url.host, (unsigned)ping->url.port, what,
              reason);
}

static int64_t time_left_us(struct ping *ping)
{
    lock_acquire(&ping->lock);
    int64_t until_us = ping->until_us;
    lock_release(&ping->lock);
    return until_us == CLOCK_NEVER ? CLOCK_NEVER : until_us - clock_monotonic_us();
}

/* Waits before another try. False when there is to be none: the end has come while the start is
 * told, or the time is over. */
static bool wait_to_retry(struct ping *ping, bool is_start, int64_t wait_us)
{
    int64_t wake_us = clock_monotonic_us() + wait_us;
    lock_acquire(&ping->lock);
    while (!(is_start && ping->is_ending) &&
           condition_wait_until(&ping->ending, &ping->lock, wake_us))
        continue;
    bool is_wanted = !(is_start && ping->is_ending) && wake_us < ping->until_us;
    lock_release(&ping->lock);
    return is_wanted;
}

static bool tell(struct ping *ping, const char *suffix, bool is_start, struct error *error)
{
    const char *what = is_start ? "start" : "end";
    char reason[CURL_ERROR_SIZE] = "there was no time left";
    char *target = make_target(&ping->url, suffix);
    bool is_told = false;
    int64_t wait_us = RETRY_WAIT_US;
    for (unsigned tried = 0; tried < TRIES && !is_told; tried++) {
        if (tried > 0 && !wait_to_retry(ping, is_start, wait_us))
            break;
        if (tried > 0)
            wait_us *= 2;
        int64_t limit_us = time_left_us(ping);
        if (limit_us <= 0)
            break;
        is_told = ask(ping, target, limit_us < TRY_US ? limit_us : TRY_US, reason);
    }
    free(target);
    if (!is_told)
        fail(ping, what, reason, error);
    return is_told;
}

static void ping_body(void *context)
{
    struct ping *ping = context;
    ping->told_start = tell(ping, "start", true, &ping->start_error);

    lock_acquire(&ping->lock);
    while (!ping->is_ending)
        condition_wait(&ping->ending, &ping->lock);
    int exit_code = ping->exit_code;
    lock_release(&ping->lock);

    char suffix[16] = "";
    if (exit_code != 0)
        snprintf(suffix, sizeof suffix, "%d", exit_code);
    ping->told_end = tell(ping, suffix, false, &ping->end_error);
}

static bool parse(const char *url, struct url *out, struct error *error)
{
    enum failure failure;
    const char *reason = "";
    if (url_parse(url, strlen(url), out, &failure, &reason))
        return true;
    /* Not shown: what is wrong with it may be next to a password. */
    return error_set(error, ERROR_USAGE, "the URL to ping is none that works: %s", reason);
}

bool ping_check(const char *url, struct error *error)
{
    struct url parsed;
    if (!parse(url, &parsed, error))
        return false;
    url_clear(&parsed);
    return true;
}

static void ping_destroy(struct ping *ping)
{
    condition_clear(&ping->ending);
    lock_clear(&ping->lock);
    url_clear(&ping->url);
    free(ping);
}

struct ping *ping_start(const struct ping_settings *settings)
{
    struct url url;
    if (!parse(settings->url, &url, NULL))
        return NULL;
    struct ping *ping = memory_allocate_zeroed(1, sizeof *ping);
    ping->settings = *settings;
    ping->url = url;
    ping->until_us = CLOCK_NEVER;
    lock_init(&ping->lock, LOCK_RANK_PING);
    condition_init(&ping->ending);
    if (!thread_start(&ping->thread, "ping", ping_body, ping, NULL)) {
        ping_destroy(ping);
        return NULL;
    }
    return ping;
}

bool ping_finish(struct ping *ping, int exit_code, struct error *error)
{
    if (ping == NULL)
        return true;
    lock_acquire(&ping->lock);
    ping->is_ending = true;
    ping->exit_code = exit_code;
    ping->until_us = clock_monotonic_us() + FINISH_US;
    condition_signal(&ping->ending);
    lock_release(&ping->lock);
    thread_join(&ping->thread);

    bool is_told = ping->told_start && ping->told_end;
    /* The end matters more: without it the health check raises an alarm. */
    if (!is_told && error != NULL)
        *error = ping->told_end ? ping->start_error : ping->end_error;
    ping_destroy(ping);
    return is_told;
}
