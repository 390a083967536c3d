#include "io/http_library.h"

#include <curl/curl.h>
#include <string.h>

struct diagnosis_library http_library_describe(void)
{
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
    bool has_tls = (curl->features & CURL_VERSION_SSL) != 0 && curl->ssl_version != NULL;
    return (struct diagnosis_library){
        .version = curl->version,
        .tls = has_tls ? curl->ssl_version : NULL,
        .built = LIBCURL_VERSION_NUM,
        .runs = curl->version_num,
        .has_openssl = has_tls && strstr(curl->ssl_version, "OpenSSL") != NULL,
        .has_http2 = (curl->features & CURL_VERSION_HTTP2) != 0,
        .has_international_names = (curl->features & CURL_VERSION_IDN) != 0,
        .has_ipv6 = (curl->features & CURL_VERSION_IPV6) != 0,
        .waits_for_names = (curl->features & CURL_VERSION_ASYNCHDNS) == 0,
        .uses_cares = curl->ares != NULL,
    };
}
