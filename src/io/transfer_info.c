#include "io/transfer_info.h"

#include "base/clock.h"
#include "base/memory.h"
#include "model/content_disposition.h"
#include "model/content_type.h"
#include "model/http_date.h"
#include "model/retry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *transfer_info_header(CURL *handle, const char *name)
{
    struct curl_header *header = NULL;
    if (curl_easy_header(handle, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return NULL;
    return header->value;
}

int64_t transfer_info_us(CURL *handle, CURLINFO name)
{
    curl_off_t value = 0;
    curl_easy_getinfo(handle, name, &value);
    return value;
}

/* libcurl's clock stands still at times where haul ends a request itself: an unanswered one ends by
 * haul's. */
static void note_phases(CURL *handle, const struct transfer_facts *facts, struct outcome *outcome)
{
    struct phase_points points = {
        .resolved = transfer_info_us(handle, CURLINFO_NAMELOOKUP_TIME_T),
        .connected = transfer_info_us(handle, CURLINFO_CONNECT_TIME_T),
        .secured = transfer_info_us(handle, CURLINFO_APPCONNECT_TIME_T),
        .sent = transfer_info_us(handle, CURLINFO_PRETRANSFER_TIME_T),
        .answered = transfer_info_us(handle, CURLINFO_STARTTRANSFER_TIME_T),
        .is_secure = facts->is_secure,
    };
    if (points.connected == 0) /* libcurl tells it only after the handshake */
        points.connected = facts->handshake_us;
    points.ended =
        points.answered > 0 ? transfer_info_us(handle, CURLINFO_TOTAL_TIME_T) : facts->elapsed_us;
    phases_set(&outcome->us, &points);
}

static int http_version_number(long version)
{
    switch (version) {
    case CURL_HTTP_VERSION_1_0:
        return 10;
    case CURL_HTTP_VERSION_1_1:
        return 11;
    case CURL_HTTP_VERSION_2_0:
        return 20;
    case CURL_HTTP_VERSION_3:
        return 30;
    default:
        return 0;
    }
}

void transfer_info_note(CURL *handle, const struct transfer_facts *facts, struct outcome *outcome)
{
    long version = 0;
    long opened = 0;
    long header_bytes = 0;
    char *peer = NULL;
    curl_off_t counted_bytes = 0;
    curl_easy_getinfo(handle, CURLINFO_HTTP_VERSION, &version);
    curl_easy_getinfo(handle, CURLINFO_NUM_CONNECTS, &opened);
    curl_easy_getinfo(handle, CURLINFO_HEADER_SIZE, &header_bytes);
    curl_easy_getinfo(handle, CURLINFO_SIZE_DOWNLOAD_T, &counted_bytes);
    curl_easy_getinfo(handle, CURLINFO_PRIMARY_IP, &peer);
    outcome->http_version = http_version_number(version);
    outcome->has_connected = facts->has_connected;
    outcome->reused = facts->has_connected && opened == 0;
    outcome->connections += (unsigned)opened;
    outcome->wire_bytes +=
        header_bytes + (counted_bytes > facts->body_bytes ? counted_bytes : facts->body_bytes);
    snprintf(outcome->ip, sizeof outcome->ip, "%s", peer != NULL ? peer : "");
    note_phases(handle, facts, outcome);
}

void transfer_info_note_file(CURL *handle, struct outcome *outcome)
{
    const char *type = transfer_info_header(handle, "Content-Type");
    const char *etag = transfer_info_header(handle, "ETag");
    const char *modified = transfer_info_header(handle, "Last-Modified");
    char declared[128];
    if (type != NULL && content_type_declared(type, declared, sizeof declared)[0] != '\0')
        outcome->declared_type = memory_copy_string(declared);
    if (etag != NULL && strlen(etag) > OUTCOME_ETAG_BYTES)
        etag = NULL;
    outcome->etag = memory_copy_string(etag);
    outcome->last_modified = modified != NULL ? http_date_parse(modified) : -1;
}

void transfer_info_note_name(CURL *handle, struct job *job)
{
    char name[1024];
    const char *value = transfer_info_header(handle, "Content-Disposition");
    free(job->server_name);
    job->server_name = NULL;
    if (value != NULL && content_disposition_file_name(value, strlen(value), name, sizeof name))
        job->server_name = memory_copy_string(name);
}

int64_t transfer_info_retry_after_us(CURL *handle)
{
    int64_t us = -1;
    const char *value = transfer_info_header(handle, "Retry-After");
    if (value != NULL)
        retry_after_parse(value, clock_wall_us(), &us);
    return us;
}
