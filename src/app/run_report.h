/* The facts of a run for its report: settings as they were, with secrets masked. */
#ifndef HAUL_APP_RUN_REPORT_H
#define HAUL_APP_RUN_REPORT_H

#include "app/options.h"
#include "io/report.h"

struct report_settings;

/* Settings from the options that the command knows; header values, credentials and the arguments of
 * commands are left out. options are lent. */
struct report_settings *report_settings_create(const struct options *options,
                                               const struct redaction *redaction);
void report_settings_destroy(struct report_settings *settings); /* NULL is fine */

/* In the form that reports take; lent. */
const struct report_setting *report_settings_lend(const struct report_settings *settings,
                                                  size_t *out_count);

#endif
