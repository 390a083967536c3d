#include "app/check_table.h"

#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "base/vis.h"
#include "io/descriptor.h"

#define STATUS_COLUMN 11        /* 301 +10 200 */
#define LINE_BYTES (512 * 1024) /* a URL may have 64 KiB, each byte of it shown as four */

static void append_shown(struct text *text, const char *url, const struct redaction *redaction)
{
    struct text masked;
    text_init(&masked, LINE_BYTES);
    url_append_masked(&masked, url, redaction);
    vis_append(text, masked.data, masked.length);
    text_clear(&masked);
}

static void append_statuses(struct text *text, const struct outcome *outcome)
{
    size_t start = text->length;
    if (outcome->hop_count > 0)
        text_append_format(text, "%d ", outcome->hops[0].http);
    if (outcome->hop_count > 1)
        text_append_format(text, "+%u ", outcome->hop_count - 1);
    if (outcome->http > 0)
        text_append_format(text, "%d", outcome->http);
    else
        text_append_string(text, "--");
    while (text->length < start + STATUS_COLUMN)
        text_append_char(text, ' ');
}

void check_table_append(struct text *text, const struct job *job, const struct redaction *redaction)
{
    const struct outcome *outcome = &job->outcome;
    char time[NUMBER_SIZE] = "--";
    if (outcome->us.total >= 0)
        number_format_duration(time, outcome->us.total);
    append_statuses(text, outcome);
    const char *class_name = failure_name(outcome->failure);
    text_append_format(text, " %-18s %9s  ",
                       class_name != NULL ? class_name : status_name(outcome->status), time);
    append_shown(text, job->listed, redaction);
    if (outcome->hop_count > 0 || job->mirror > 0) {
        text_append_string(text, " -> ");
        append_shown(text, job_target(job)->target, redaction);
    }
    if (outcome->status == STATUS_FAILED && outcome_detail(outcome)[0] != '\0') {
        text_append_string(text, "  ");
        vis_append(text, outcome_detail(outcome), strlen(outcome_detail(outcome)));
    }
    if (job->line > 0) {
        text_append_string(text, "  (");
        vis_append(text, job->source, strlen(job->source));
        text_append_format(text, ":%llu)", (unsigned long long)job->line);
    }
    text_append_char(text, '\n');
}

int check_table_print(const struct job *job, const struct redaction *redaction,
                      const struct cancel *cancel)
{
    struct text line;
    text_init(&line, LINE_BYTES);
    check_table_append(&line, job, redaction);
    int result = descriptor_write_unless(STDOUT_FILENO, line.data, line.length, cancel);
    text_clear(&line);
    return result;
}
