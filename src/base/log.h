/* Diagnostic lines on stderr: one write per line, foreign bytes made printable.
 *
 * Only app/ logs above debug. While a run is on, its progress thread owns stderr; app/progress has
 * the function for messages then. */
#ifndef HAUL_BASE_LOG_H
#define HAUL_BASE_LOG_H

#include "base/common.h"

enum log_level { LOG_QUIET, LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level); /* before other threads start; default LOG_INFO */
enum log_level log_get_level(void);

/* "haul: text"; warnings say "haul: warning: text". */
void log_error(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warning(const char *format, ...) PRINTF_LIKE(1, 2);
void log_info(const char *format, ...) PRINTF_LIKE(1, 2);
void log_debug(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
