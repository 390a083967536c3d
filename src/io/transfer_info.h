/* What libcurl knows about a request that has ended, as fields of its outcome. */
#ifndef HAUL_IO_TRANSFER_INFO_H
#define HAUL_IO_TRANSFER_INFO_H

#include "model/job.h"

#include <curl/curl.h>

/* The value of a header of the final reply, valid until the handle's next use; NULL = not there. */
const char *transfer_info_header(CURL *handle, const char *name);

/* The time from the start to a point of the request; 0 = not reached. */
int64_t transfer_info_us(CURL *handle, CURLINFO name);

/* What libcurl does not know of the request. */
struct transfer_facts {
    bool is_secure;
    bool has_connected;
    int64_t handshake_us; /* from the start until one began, 0 = none did */
    int64_t body_bytes;   /* seen of the body; libcurl leaves out a piece that was refused */
    int64_t elapsed_us;
};

/* Phases, peer, HTTP version, bytes on the wire, connections opened. */
void transfer_info_note(CURL *handle, const struct transfer_facts *facts, struct outcome *outcome);

/* Declared type, ETag and Last-Modified of the final reply; after outcome_clear_reply. */
void transfer_info_note_file(CURL *handle, struct outcome *outcome);

/* The file name of the final reply's Content-Disposition, as job->server_name. */
void transfer_info_note_name(CURL *handle, struct job *job);

/* How long the final reply asks to wait; -1 = it does not say. */
int64_t transfer_info_retry_after_us(CURL *handle);

#endif
