#include "app/event_line.h"

#include "base/number.h"
#include "base/vis.h"

#include <string.h>
#include <strings.h>

#define PLACE_SIZE 160 /* a URL is not endless */

const char *event_level_name(enum event_level level)
{
    static const char *const names[] = {"FAIL", "SKIP", "WARN", "SAVE", "KEEP"};
    return names[level];
}

static size_t scheme_length(const char *url)
{
    return strncasecmp(url, "https://", 8) == 0 ? 8 : strncasecmp(url, "http://", 7) == 0 ? 7 : 0;
}

char *event_line_format_place(char *out, size_t out_size, const char *url, bool has_scheme,
                              const struct redaction *redaction)
{
    struct text masked;
    text_init(&masked, 2 * URL_MAX_BYTES);
    url_append_masked(&masked, url, redaction);
    const char *start = masked.data + (has_scheme ? 0 : scheme_length(masked.data));
    vis_format(out, out_size, start, strlen(start));
    text_clear(&masked);
    return out;
}

/* What is wrong with something that is no URL may lie in its scheme. */
static void append_place(struct text *text, const struct job *job, const char *url,
                         const struct redaction *redaction)
{
    char shown[PLACE_SIZE];
    bool is_url = job->origin.host != NULL;
    text_append_string(text, event_line_format_place(shown, sizeof shown, url, !is_url, redaction));
}

static void append_foreign(struct text *text, const char *foreign)
{
    char shown[512];
    text_append_string(text, vis_format(shown, sizeof shown, foreign, strlen(foreign)));
}

void event_line_append(struct text *text, enum event_level level, const struct job *job,
                       const char *url, const char *plan, const struct redaction *redaction)
{
    const struct outcome *outcome = &job->outcome;
    const char *class_name = failure_name(outcome->failure);
    text_append_format(text, "%s %-12s ", event_level_name(level),
                       class_name != NULL ? class_name : "image");
    if (outcome->http > 0)
        text_append_format(text, "%3d  ", outcome->http);
    else
        text_append_string(text, " --  ");
    append_place(text, job, url, redaction);
    if (outcome->detail != NULL) {
        text_append_string(text, "  ");
        append_foreign(text, outcome->detail);
    }
    text_append_string(text, plan);
    text_append_string(text, "  (");
    append_foreign(text, job->source);
    if (job->line > 0)
        text_append_format(text, ":%llu", (unsigned long long)job->line);
    text_append_string(text, ")\n");
}

void event_line_append_file(struct text *text, enum event_level level, const struct job *job,
                            const struct redaction *redaction)
{
    char number[NUMBER_SIZE];
    text_append_format(text, "%s %s  ", event_level_name(level),
                       number_format_bytes(number, job->outcome.file_bytes));
    append_place(text, job, job_asked_url(job), redaction);
    text_append_string(text, "  ->  ");
    append_foreign(text, job->outcome.path);
    text_append_char(text, '\n');
}

/* Of a line that begins with a level, that has a colour. */
static enum screen_style style_of(const char *line)
{
    static const struct {
        const char *level;
        enum screen_style style;
    } styles[] = {
        {"FAIL ", SCREEN_RED},   {"WARN ", SCREEN_YELLOW}, {"SKIP ", SCREEN_YELLOW},
        {"SAVE ", SCREEN_GREEN}, {"KEEP ", SCREEN_DIM},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(styles); i++) {
        if (strncmp(line, styles[i].level, strlen(styles[i].level)) == 0)
            return styles[i].style;
    }
    return SCREEN_PLAIN;
}

void event_line_append_all(struct text *out, const char *lines, size_t length,
                           const struct screen *screen)
{
    const char *end = lines + length;
    for (const char *line = lines; line < end;) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        next = next != NULL ? next + 1 : end;
        enum screen_style style = style_of(line);
        size_t word = style != SCREEN_PLAIN ? strcspn(line, " ") : 0;
        text_append_string(out, screen_style_on(screen, style));
        text_append(out, line, word);
        text_append_string(out, screen_style_off(screen, style));
        screen_append(out, line + word, (size_t)(next - line) - word, screen);
        line = next;
    }
}
