#include "io/transfer_options.h"

#include "io/transfer_headers.h"
#include "io/transfer_speed.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* libcurl takes whole milliseconds and reads 0 as "no limit". */
static long milliseconds(int64_t us)
{
    int64_t rounded = (us + 999) / 1000;
    return rounded < 1 ? 1 : (long)rounded;
}

static bool is_insecure(const struct transfer_settings *settings, const char *host)
{
    for (size_t i = 0; i < settings->insecure_host_count; i++) {
        if (strcasecmp(settings->insecure_hosts[i], host) == 0)
            return true;
    }
    return false;
}

static void set_security(CURL *handle, const struct transfer_options *options)
{
    const struct transfer_settings *settings = options->settings;
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, options->on_tls);
    curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, options->context);
    if (settings->ca_file != NULL)
        curl_easy_setopt(handle, CURLOPT_CAINFO, settings->ca_file);
    if (is_insecure(settings, job_target(options->job)->host)) {
        curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    curl_easy_setopt(handle, CURLOPT_PROXY, options->proxy != NULL ? options->proxy : "");
    curl_easy_setopt(handle, CURLOPT_NOPROXY, "");
    if (options->proxy != NULL) {
        /* libcurl reads the reply to CONNECT byte by byte without coming back: only this callback
         * can end it. */
        curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, options->on_progress);
        curl_easy_setopt(handle, CURLOPT_XFERINFODATA, options->context);
    }
    curl_easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, options->on_open_socket);
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, options->context);
    curl_easy_setopt(handle, CURLOPT_RESOLVER_START_FUNCTION, options->on_resolve);
    curl_easy_setopt(handle, CURLOPT_RESOLVER_START_DATA, options->context);
    curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, options->on_ready);
    curl_easy_setopt(handle, CURLOPT_PREREQDATA, options->context);
}

/* What identifies or authorises goes only to the origin that it was given for. */
static void set_identity(CURL *handle, const struct transfer_options *options)
{
    const struct transfer_settings *settings = options->settings;
    const struct job *job = options->job;
    curl_easy_setopt(handle, CURLOPT_USERAGENT, settings->user_agent);
    if (options->headers != NULL)
        curl_easy_setopt(handle, CURLOPT_HTTPHEADER, options->headers);
    if (!transfer_headers_is_listed_origin(job))
        return;
    const char *referer =
        job->entry != NULL && job->entry->referer != NULL ? job->entry->referer : settings->referer;
    if (referer != NULL)
        curl_easy_setopt(handle, CURLOPT_REFERER, referer);
    if (job->origin.userinfo != NULL) {
        curl_easy_setopt(handle, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(handle, CURLOPT_USERPWD, job->origin.userinfo);
    }
}

void transfer_options_apply(CURL *handle, const struct transfer_options *options)
{
    const struct transfer_settings *settings = options->settings;
    curl_easy_setopt(handle, CURLOPT_URL, job_target(options->job)->target);
    curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(handle, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, options->error_text);
    curl_easy_setopt(handle, CURLOPT_PRIVATE, options->context);
    size_t piece = settings->buffer_bytes;
    if (settings->throttle != NULL)
        piece = transfer_speed_piece_bytes(settings->throttle, piece);
    curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, (long)piece);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, options->on_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, options->context);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, options->on_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, options->context);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(settings->connect_timeout_us));
    if (settings->throttle == NULL) {
        curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, milliseconds(options->timeout_us));
    } else {
        /* libcurl's own clock would count the time that a transfer waits for its bandwidth. And of
         * HTTP/2 one stream that is paused holds up all others of its connection. */
        curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    }
    /* A connection that is just being made may carry this request, too, once HTTP/2 was agreed. */
    if (job_target(options->job)->is_https)
        curl_easy_setopt(handle, CURLOPT_PIPEWAIT, 1L);
    if (options->job->is_checked && !options->job->is_probed_by_get)
        curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(handle, CURLOPT_SHARE, options->share);
    set_security(handle, options);
    set_identity(handle, options);
}
