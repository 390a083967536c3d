#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/number.h"
#include "io/chart.h"
#include "io/chart_text.h"
#include "io/html_sections.h"
#include "io/json_field.h"

#define SECOND_US 1e6
#define STEPS_MAX 120   /* drawn; more slots than that are put together */
#define SLOTS_MAX 10000 /* read of a report that haul did not write */
#define KIB 1024.0

/* What happened from one time to another. */
struct step {
    double start_us;
    double end_us;
    double finished;
    double failed;
    double bytes;
    double busy_us;
};

struct course {
    struct step *steps;
    size_t count;
    double failed; /* in all */
};

/* Numbers from a report of foreign make may be anything. */
static double number_of(const json_t *slot, const char *key)
{
    double number = json_field_real(slot, key, 0);
    return number > 0 && number < 1e18 ? number : 0;
}

static void add_slot(struct step *step, const json_t *slot, double width_us)
{
    step->finished += number_of(slot, "finished");
    step->failed += number_of(slot, "failed");
    step->bytes += number_of(slot, "wire_bytes");
    step->busy_us += number_of(slot, "busy") * width_us;
}

/* The rest at the end would be a rate over next to no time. */
static void join_last(struct course *course, double width_us)
{
    if (course->count < 2)
        return;
    struct step *last = &course->steps[course->count - 1];
    struct step *before = last - 1;
    if (last->end_us - last->start_us >= width_us / 2)
        return;
    before->end_us = last->end_us;
    before->finished += last->finished;
    before->failed += last->failed;
    before->bytes += last->bytes;
    before->busy_us += last->busy_us;
    course->count--;
}

static struct course course_create(const json_t *report)
{
    const json_t *slots = json_field_find(report, "timeline.slots");
    double slot_us = (double)json_field_count(report, "timeline.slot_us", 0);
    double elapsed_us = (double)json_field_count(report, "elapsed_us", 0);
    size_t count = json_array_size(slots);
    struct course course = {0};
    if (count == 0 || count > SLOTS_MAX || slot_us <= 0)
        return course;
    size_t together = (count + STEPS_MAX - 1) / STEPS_MAX;
    course.steps = memory_allocate_zeroed((count + together - 1) / together, sizeof *course.steps);
    for (size_t i = 0; i < count; i++) {
        double start_us = (double)i * slot_us;
        /* The run ended within the last one, or a URL was counted just after its end was read. */
        double end_us = i + 1 == count && elapsed_us > start_us
                            ? fmin(start_us + slot_us, elapsed_us)
                            : start_us + slot_us;
        struct step *step = &course.steps[i / together];
        if (i % together == 0)
            step->start_us = start_us;
        step->end_us = end_us;
        add_slot(step, json_array_get(slots, i), end_us - start_us);
        course.failed += number_of(json_array_get(slots, i), "failed");
    }
    course.count = (count + together - 1) / together;
    join_last(&course, slot_us * (double)together);
    return course;
}

/* What a chart shows of each step: a number, divided by the step's seconds. */
struct measure {
    const char *id;
    const char *name; /* a class of the style */
    const char *title;
    const char *what; /* for its description: "URLs that ended" */
    double (*value)(const struct step *step);
    double unit; /* 0 = KiB, MiB or GiB, whichever fits */
    const char *unit_name;
};

static double finished_of(const struct step *step)
{
    return step->finished;
}

static double bytes_of(const struct step *step)
{
    return step->bytes;
}

static double busy_of(const struct step *step)
{
    return step->busy_us / SECOND_US;
}

static double failed_of(const struct step *step)
{
    return step->failed;
}

static const struct measure MEASURES[] = {
    {"chart-urls", "urls", "URLs", "URLs that ended", finished_of, 1, "per second"},
    {"chart-received", "received", "Received", "Bytes that came", bytes_of, 0, NULL},
    {"chart-busy", "busy", "Downloads in progress", "Downloads in progress", busy_of, 1,
     "on average"},
    {"chart-failures", "failures", "Failures", "URLs that failed", failed_of, 1, "per second"},
};

struct axis_unit {
    double us;
    const char *name;
};

static struct axis_unit time_unit(const struct course *course)
{
    double end_us = course->steps[course->count - 1].end_us;
    if (end_us <= 180 * SECOND_US)
        return (struct axis_unit){SECOND_US, "seconds"};
    if (end_us <= 180 * 60 * SECOND_US)
        return (struct axis_unit){60 * SECOND_US, "minutes"};
    return (struct axis_unit){3600 * SECOND_US, "hours"};
}

static double rate_of(const struct measure *measure, const struct step *step)
{
    return measure->value(step) / ((step->end_us - step->start_us) / SECOND_US);
}

static double largest_of(const struct measure *measure, const struct course *course)
{
    double largest = 0;
    for (size_t i = 0; i < course->count; i++)
        largest = fmax(largest, rate_of(measure, &course->steps[i]));
    return largest;
}

static double byte_unit(double largest, const char **out_name)
{
    static const char *const NAMES[] = {"KiB/s", "MiB/s", "GiB/s"};
    double unit = KIB;
    size_t i = 0;
    for (; i + 1 < ARRAY_LENGTH(NAMES) && largest >= unit * KIB; i++)
        unit *= KIB;
    *out_name = NAMES[i];
    return unit;
}

/* "URLs that ended, over the time of the run: at most 118.4 per second." */
static void describe(struct text *text, const struct measure *measure, double largest,
                     const char *unit_name)
{
    text_append_format(text, "%s, over the time of the run: at most ", measure->what);
    chart_single_value_append(text, largest);
    text_append_format(text, " %s.", unit_name);
}

static void append_chart(struct text *text, const struct measure *measure,
                         const struct course *course)
{
    struct axis_unit axis = time_unit(course);
    double largest = largest_of(measure, course);
    const char *unit_name = measure->unit_name;
    double unit = measure->unit > 0 ? measure->unit : byte_unit(largest, &unit_name);
    struct chart_point *points = memory_allocate_zeroed(2 * course->count, sizeof *points);
    for (size_t i = 0; i < course->count; i++) {
        const struct step *step = &course->steps[i];
        double y = rate_of(measure, step) / unit;
        points[2 * i] = (struct chart_point){step->start_us / axis.us, y, 0};
        points[2 * i + 1] = (struct chart_point){step->end_us / axis.us, y, 0};
    }
    struct chart_series series = {NULL, points, 2 * course->count, false, true};
    struct chart_panel panel = {
        .title = measure->title,
        .unit = unit_name,
        .x_label = axis.name,
        .series = &series,
        .series_count = 1,
        .no_data = "nothing was measured",
    };
    struct text words;
    text_init(&words, 4096);
    describe(&words, measure, largest / unit, unit_name);
    struct chart chart = {
        .id = measure->id,
        .title = measure->title,
        .description = words.data,
        .panels = &panel,
        .panel_count = 1,
        .is_part = true,
    };
    text_append_format(text, "<figure class=\"%s\">\n", measure->name);
    chart_append(text, &chart);
    text_append_string(text, "</figure>\n");
    text_clear(&words);
    free(points);
}

void html_charts_append(struct text *text, const struct html_page *page)
{
    struct course course = course_create(page->report);
    int64_t total = json_field_count(page->report, "counts.total", 0);
    if (course.count > 0 && total > 0) {
        html_page_start_section(text, "course", "Over time");
        text_append_string(text, "<div class=\"charts\">\n");
        for (size_t i = 0; i < ARRAY_LENGTH(MEASURES); i++)
            if (MEASURES[i].value != failed_of || course.failed > 0)
                append_chart(text, &MEASURES[i], &course);
        text_append_string(text, "</div>\n");
        html_page_end_section(text);
    }
    free(course.steps);
}
