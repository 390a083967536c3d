/* Dates in headers (RFC 9110, 5.6.7). */
#ifndef HAUL_MODEL_HTTP_DATE_H
#define HAUL_MODEL_HTTP_DATE_H

#include "base/common.h"

/* Seconds since 1970; -1 for what is no date. Always what curl_getdate gives; the form that all
 * servers send is read without it, because it costs more than haul's own share of a request. */
int64_t http_date_parse(const char *text);

#endif
