/* Values that reports of several kinds have in common. Each is new and the caller's. */
#ifndef HAUL_IO_REPORT_VALUE_H
#define HAUL_IO_REPORT_VALUE_H

#include "io/report.h"

#include <jansson.h>

json_t *report_value_tool(void); /* name, version, libcurl */
json_t *report_value_host(void); /* name of this machine, or null */

/* A URL, or a text that may hold some; NULL gives null. */
json_t *report_value_masked(const char *string, const struct redaction *redaction);
/* The same for a proxy, whose scheme may be left out. */
json_t *report_value_proxy(const char *proxy, const struct redaction *redaction);
/* Of a command line: URLs and headers are masked. */
json_t *report_value_arguments(const char *const *arguments, size_t count,
                               const struct redaction *redaction);
json_t *report_value_settings(const struct report_setting *settings, size_t count,
                              const struct redaction *redaction);

#endif
