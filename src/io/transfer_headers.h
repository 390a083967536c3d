/* The request headers of one request: what the user gave for all, for a host, and in a line of the
 * list, in this order of precedence; and what haul adds to ask for a part, or only for news.
 *
 * The user's own go only to the origin that was listed (scheme, host, port); haul's go with every
 * hop. Lists are libcurl's: curl_slist_free_all, NULL = no header. */
#ifndef HAUL_IO_TRANSFER_HEADERS_H
#define HAUL_IO_TRANSFER_HEADERS_H

#include "io/transfer.h"
#include "model/partial.h"

/* Of --header alone: what most requests have. */
struct curl_slist *transfer_headers_common(const struct transfer_settings *settings);
/* True when a request has others than those. */
bool transfer_headers_differ(const struct transfer_settings *settings, const struct job *job,
                             const struct partial *part);
/* `part`: what is to be continued, NULL = the whole file is asked for. */
struct curl_slist *transfer_headers_own(const struct transfer_settings *settings,
                                        const struct job *job, const struct partial *part);

/* True when the request is conditional: a 304 is a reply to it. */
bool transfer_headers_ask_for_news(const struct job *job);

/* True while the request goes to the origin that was listed. */
bool transfer_headers_is_listed_origin(const struct job *job);

#endif
