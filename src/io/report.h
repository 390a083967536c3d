/* The aggregate of a run as JSON (schema haul.report/1), built with jansson. */
#ifndef HAUL_IO_REPORT_H
#define HAUL_IO_REPORT_H

#include "base/common.h"
#include "model/summary.h"
#include "model/url.h"

#include <jansson.h>

struct report_setting {
    const char *name;
    enum { REPORT_SETTING_TEXT, REPORT_SETTING_NUMBER, REPORT_SETTING_BOOL } kind;
    const char *text; /* may be NULL = null */
    int64_t number;   /* also the bool */
};

struct report_input {
    uint64_t files, lines, comments, blank, duplicates, invalid;
    bool is_complete;
};

/* All that a report says beside the summary. Pointers are lent. */
struct report_facts {
    const char *run_id;
    const char *command;          /* get */
    const char *const *arguments; /* masked by report_format */
    size_t argument_count;
    int64_t start_wall_us;
    int64_t end_wall_us; /* 0 while the run goes on */
    int64_t elapsed_us;
    const char *outcome; /* running, complete, failed, interrupted, stopped */
    int exit_code;       /* -1 while the run goes on */
    struct report_input input;
    const struct report_setting *settings;
    size_t setting_count;
    struct {
        unsigned threads, jobs, peak_jobs, peak_per_host;
    } workers;
    int64_t user_us;
    int64_t system_us;
    const char *const *warnings;
    size_t warning_count;
    const char *const *hints; /* model/hint */
    size_t hint_count;
    const char *directory; /* as the user wrote it */
    const char *folder;    /* of this run */
    const char *proxy;     /* masked, NULL = none */
    const struct redaction *redaction;
};

/* Bad UTF-8 in any text becomes U+FFFD. json_decref it. */
json_t *report_tree(const struct report_facts *facts, const struct summary *summary);
/* The same as text that ends with '\n', to be freed by the caller. `is_indented` false gives one
 * line. */
char *report_format(const struct report_facts *facts, const struct summary *summary,
                    bool is_indented);

#endif
