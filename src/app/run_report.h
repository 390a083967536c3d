/* The facts of a run for its report: settings as they were, with secrets masked. */
#ifndef HAUL_APP_RUN_REPORT_H
#define HAUL_APP_RUN_REPORT_H

#include "app/options.h"
#include "io/report.h"

struct report_settings;

/* Settings from the options; header values, credentials and the arguments of commands are left out.
 * options are lent. */
struct report_settings *report_settings_create(const struct options *options,
                                               const struct redaction *redaction);
void report_settings_destroy(struct report_settings *settings); /* NULL is fine */

/* Points the facts to the settings. */
void report_settings_use(const struct report_settings *settings, struct report_facts *facts);

#endif
