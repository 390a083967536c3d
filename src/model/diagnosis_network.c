#include "model/diagnosis_network.h"

#include "base/number.h"
#include "base/text.h"

#include <string.h>

#define GROUP_PROXY "proxy"
#define GROUP_CERTIFICATES "certificates"
#define GROUP_LIBRARY "libcurl"

static bool uses_https(const struct diagnosis_list *list)
{
    return !list->is_given || list->https > 0;
}

static void add_proxy(struct findings *findings, const struct diagnosis_list *list,
                      const struct diagnosis_proxy *proxy)
{
    static const char *const checks[] = {"answers", "unusable", "unknown", "refuses", "silent"};
    char took[NUMBER_SIZE];
    if (proxy->state == PROXY_ANSWERS) {
        findings_add(findings, GROUP_PROXY, checks[proxy->state], FINDING_OK,
                     "%s: through %s (%s), which takes connections after %s", proxy->schemes,
                     proxy->shown, proxy->origin, number_format_duration(took, proxy->connect_us));
        return;
    }
    /* A run refuses to start with a proxy that is none, whatever its list holds. */
    bool is_used = !list->is_given || proxy->urls > 0 || proxy->state == PROXY_UNUSABLE;
    findings_add(findings, GROUP_PROXY, checks[proxy->state],
                 is_used ? FINDING_FAILURE : FINDING_WARNING, "%s: through %s (%s): %s",
                 proxy->schemes, proxy->shown, proxy->origin, proxy->detail);
    findings_advise(findings, "correct %s, or go without: --proxy ''%s", proxy->origin,
                    is_used ? "" : " (no URL of the list needs it)");
}

void diagnosis_add_proxies(struct findings *findings, const struct diagnosis_list *list,
                           const struct diagnosis_proxies *proxies)
{
    if (proxies->count == 0)
        findings_add(findings, GROUP_PROXY, "none", FINDING_OK,
                     "none: every host is asked directly");
    for (size_t i = 0; i < proxies->count; i++)
        add_proxy(findings, list, &proxies->items[i]);
    if (proxies->count > 0 && proxies->direct != NULL)
        findings_add(findings, GROUP_PROXY, "direct", FINDING_OK, "asked directly (no_proxy): %s",
                     proxies->direct);
    if (proxies->has_upper_case) {
        findings_add(findings, GROUP_PROXY, "upper-case", FINDING_NOTE,
                     "HTTP_PROXY is set, but not read: a web server could be made to set it");
        findings_advise(findings, "set http_proxy, if it is meant");
    }
}

static const char install[] = "apt install ca-certificates, or name a file with --cacert";

static void add_file(struct findings *findings, enum finding_level trouble,
                     const struct diagnosis_certificates *certificates)
{
    const char *file = certificates->file;
    struct text origin;
    text_init(&origin, SIZE_MAX);
    if (certificates->origin != NULL)
        text_append_format(&origin, " (%s)", certificates->origin);
    if (certificates->file_errno != 0)
        findings_add(findings, GROUP_CERTIFICATES, "file", trouble, "%s%s cannot be read: %s", file,
                     origin.data, strerror(certificates->file_errno));
    else if (certificates->count == 0)
        findings_add(findings, GROUP_CERTIFICATES, "file", trouble, "%s%s holds no certificate",
                     file, origin.data);
    else
        findings_add(findings, GROUP_CERTIFICATES, "file", FINDING_OK, "%s%s: %ld authorit%s", file,
                     origin.data, certificates->count, certificates->count == 1 ? "y" : "ies");
    text_clear(&origin);
    if (certificates->file_errno != 0 || certificates->count == 0)
        findings_advise(findings, "%s", install);
}

/* A few old ones are in every bundle, and harm nobody; most of them say that something else is
 * wrong. */
static void add_dates(struct findings *findings, const struct diagnosis_certificates *certificates)
{
    long wrong = certificates->expired + certificates->future;
    if (2 * wrong <= certificates->count)
        return;
    findings_add(findings, GROUP_CERTIFICATES, "dates", FINDING_FAILURE,
                 "%ld of them are expired, %ld not valid yet", certificates->expired,
                 certificates->future);
    findings_advise(findings, "the clock is wrong, or the bundle is very old: %s", install);
}

void diagnosis_add_certificates(struct findings *findings, const struct diagnosis_list *list,
                                const struct diagnosis_certificates *certificates)
{
    bool has_directory = certificates->directory != NULL && certificates->directory_count > 0;
    bool has_file =
        certificates->file != NULL && certificates->file_errno == 0 && certificates->count > 0;
    /* libcurl refuses to start with a file that cannot be read, whatever the directory holds. */
    enum finding_level trouble = uses_https(list) ? FINDING_FAILURE : FINDING_WARNING;
    if (certificates->file != NULL)
        add_file(findings, trouble, certificates);
    if (has_file)
        add_dates(findings, certificates);
    if (has_directory)
        findings_add(findings, GROUP_CERTIFICATES, "directory", FINDING_OK, "%s: %ld authorit%s",
                     certificates->directory, certificates->directory_count,
                     certificates->directory_count == 1 ? "y" : "ies");
    if (certificates->file == NULL && !has_directory) {
        findings_add(findings, GROUP_CERTIFICATES, "none", trouble,
                     "libcurl knows of no certificate authorities");
        findings_advise(findings, "%s", install);
    }
    if (certificates->unread != NULL) {
        findings_add(findings, GROUP_CERTIFICATES, "variable", FINDING_NOTE,
                     "%s is set, but not read by haul", certificates->unread);
        findings_advise(findings, "--cacert FILE, if it is meant");
    }
}

static void add_features(struct findings *findings, const struct diagnosis_list *list,
                         const struct diagnosis_library *library)
{
    if (library->tls == NULL)
        findings_add(findings, GROUP_LIBRARY, "tls",
                     uses_https(list) ? FINDING_FAILURE : FINDING_WARNING,
                     "no TLS: https cannot be used");
    else if (!library->has_openssl)
        findings_add(findings, GROUP_LIBRARY, "tls", FINDING_WARNING,
                     "TLS is not OpenSSL's: a body without a length that is cut short is not "
                     "noticed");
    if (library->waits_for_names) {
        findings_add(findings, GROUP_LIBRARY, "lookups", FINDING_WARNING,
                     "names are not looked up in the background: each lookup holds up all "
                     "downloads of its thread");
        findings_advise(findings, "--threads as many as --jobs softens it");
    }
    if (!library->has_international_names)
        findings_add(findings, GROUP_LIBRARY, "international",
                     list->international > 0 ? FINDING_WARNING : FINDING_NOTE,
                     "no IDN: hosts with letters beyond ASCII cannot be asked");
    if (!library->has_ipv6)
        findings_add(findings, GROUP_LIBRARY, "ipv6", FINDING_NOTE, "no IPv6");
    if (!library->has_http2)
        findings_add(findings, GROUP_LIBRARY, "http2", FINDING_NOTE,
                     "no HTTP/2: each download has a connection of its own");
}

void diagnosis_add_library(struct findings *findings, const struct diagnosis_list *list,
                           const struct diagnosis_library *library)
{
    bool is_older = library->runs < library->built;
    findings_add(findings, GROUP_LIBRARY, "version", is_older ? FINDING_WARNING : FINDING_OK,
                 "%s, %s%s%s%s", library->version, library->tls != NULL ? library->tls : "no TLS",
                 library->has_http2 ? ", HTTP/2" : "",
                 library->has_international_names ? ", IDN" : "",
                 library->uses_cares ? ", names by c-ares" : "");
    if (is_older)
        findings_advise(findings,
                        "haul was built with %u.%u.%u, which is newer: install that, or build "
                        "haul again",
                        library->built >> 16, library->built >> 8 & 0xFF, library->built & 0xFF);
    add_features(findings, list, library);
}
