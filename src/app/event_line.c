#include "app/event_line.h"

#include "app/foreign_text.h"
#include "base/number.h"
#include "base/vis.h"

#include <string.h>
#include <strings.h>

#define CUT "..." /* at the end of a URL that goes on */

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
    struct text shown;
    text_init(&shown, SIZE_MAX);
    vis_append(&shown, start, strlen(start));
    bool is_cut = shown.length >= out_size;
    vis_format(out, is_cut ? out_size - strlen(CUT) : out_size, start, strlen(start));
    if (is_cut)
        strcat(out, CUT);
    text_clear(&shown);
    text_clear(&masked);
    return out;
}

static void append_foreign(struct text *text, const char *foreign)
{
    char shown[512];
    text_append_string(text, vis_format(shown, sizeof shown, foreign, strlen(foreign)));
}

void event_line_append_words(struct text *text, enum event_level level,
                             const struct event_words *words)
{
    text_append_format(text, "%s ", event_level_name(level));
    foreign_text_append_padded(text, words->class_name, 12);
    text_append_char(text, ' ');
    if (words->http > 0)
        text_append_format(text, "%3d  ", words->http);
    else
        text_append_string(text, " --  ");
    text_append_string(text, words->place);
    if (words->detail != NULL) {
        text_append_string(text, "  ");
        append_foreign(text, words->detail);
    }
    text_append_string(text, words->plan);
    if (words->source != NULL) {
        text_append_string(text, "  (");
        append_foreign(text, words->source);
        if (words->line > 0)
            text_append_format(text, ":%llu", (unsigned long long)words->line);
        text_append_char(text, ')');
    }
    text_append_char(text, '\n');
}

/* What is wrong with something that is no URL may lie in its scheme. */
static char *format_job_place(char out[EVENT_LINE_PLACE_SIZE], const struct job *job,
                              const char *url, const struct redaction *redaction)
{
    bool is_url = job->origin.host != NULL;
    return event_line_format_place(out, EVENT_LINE_PLACE_SIZE, url, !is_url, redaction);
}

void event_line_append(struct text *text, enum event_level level, const struct job *job,
                       const char *url, const char *plan, const struct redaction *redaction)
{
    char place[EVENT_LINE_PLACE_SIZE];
    const struct outcome *outcome = &job->outcome;
    const char *class_name = failure_name(outcome->failure);
    struct event_words words = {
        .class_name = class_name != NULL ? class_name : "image",
        .http = outcome->http,
        .place = format_job_place(place, job, url, redaction),
        .detail = outcome->detail,
        .plan = plan,
        .source = job->source,
        .line = job->line,
    };
    event_line_append_words(text, level, &words);
}

void event_line_append_file(struct text *text, enum event_level level, const struct job *job,
                            const struct redaction *redaction)
{
    char number[NUMBER_SIZE];
    char place[EVENT_LINE_PLACE_SIZE];
    text_append_format(text, "%s %s  ", event_level_name(level),
                       number_format_bytes(number, job->outcome.file_bytes));
    text_append_string(text, format_job_place(place, job, job_asked_url(job), redaction));
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
