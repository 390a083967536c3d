#include "io/chart.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

#include "io/chart_axis.h"
#include "io/chart_text.h"
#include "xml_check.h"

#define LEFT 96.0 /* where the x axes of charts start and end */
#define RIGHT 598.0
#define SVG_MAX ((size_t)1024 * 1024)

/* A chart of one panel, to be changed and drawn. */
struct sample {
    struct chart_point points[600];
    struct chart_series series[64];
    struct chart_panel panel;
    struct chart chart;
    struct text text;
};

static struct sample *sample_create(size_t count)
{
    struct sample *sample = calloc(1, sizeof(*sample));
    ck_assert_ptr_nonnull(sample);
    for (size_t i = 0; i < count; i++)
        sample->points[i] = (struct chart_point){(double)(1 << i % 20), 10.0 + (double)i, 0};
    sample->series[0] = (struct chart_series){"first", sample->points, count, false, false};
    sample->panel = (struct chart_panel){
        .title = "Speed",
        .unit = "URLs/s",
        .x_label = "threads",
        .series = sample->series,
        .series_count = 1,
        .no_data = "nothing yet",
    };
    sample->chart = (struct chart){
        .id = "sample",
        .title = "A title",
        .description = "In words.",
        .panels = &sample->panel,
        .panel_count = 1,
    };
    text_init(&sample->text, SVG_MAX);
    return sample;
}

static const char *draw(struct sample *sample)
{
    text_reset(&sample->text);
    ck_assert(chart_append(&sample->text, &sample->chart));
    assert_svg(sample->text.data);
    return sample->text.data;
}

static void sample_destroy(struct sample *sample)
{
    text_clear(&sample->text);
    free(sample);
}

static const char *const malformed[] = {
    "",
    "<a>\n",
    "<a></b>\n",
    "<a><b></a></b>\n",
    "<a/><b/>\n",
    "<a b=c/>\n",
    "<a b='1' b='2'/>\n",
    "<a b='<'/>\n",
    "<a b='&'/>\n",
    "<a>&nbsp;</a>\n",
    "<a>\x01</a>\n",
    "<a>\xFF</a>\n",
    "<a>\xEF\xBF\xBF</a>\n",
    "<a>\n",
    "<a></a>x\n",
    "<1/>\n",
};

START_TEST(the_check_of_these_tests_refuses_what_is_malformed)
{
    ck_assert(xml_is_well_formed("<a b='1' c=\"&lt;'\"><d/>x<e>\xC3\xA4&#39;</e>\n</a>\n"));
    ck_assert(!xml_is_well_formed(malformed[_i]));
}
END_TEST

START_TEST(a_chart_names_itself_to_those_who_cannot_see_it)
{
    struct sample *sample = sample_create(5);
    const char *svg = draw(sample);
    ck_assert_ptr_nonnull(strstr(svg, " role='img' aria-labelledby='sample-title sample-desc'>"));
    ck_assert_ptr_nonnull(strstr(svg, "<title id='sample-title'>A title</title>"));
    ck_assert_ptr_nonnull(strstr(svg, "<desc id='sample-desc'>In words.</desc>"));
    sample_destroy(sample);
}
END_TEST

START_TEST(foreign_bytes_are_escaped_everywhere)
{
    static const char HOSTILE[] = "</text><b onload='x'>\x1B\xFF&\"";
    static const char SAFE[] =
        "&lt;/text&gt;&lt;b onload=&#39;x&#39;&gt;\xEF\xBF\xBD\xEF\xBF\xBD&amp;&quot;";
    struct sample *sample = sample_create(3);
    struct chart_ring ring = {0, 1, HOSTILE};
    sample->chart.title = sample->chart.subtitle = sample->chart.description = HOSTILE;
    sample->chart.footer = sample->panel.title = sample->panel.unit = HOSTILE;
    sample->panel.x_label = sample->panel.no_data = sample->series[0].name = HOSTILE;
    sample->panel.ring = &ring;
    const char *svg = draw(sample);
    ck_assert_ptr_null(strstr(svg, "<b "));
    ck_assert_uint_ge(count_of(svg, SAFE), 8);
    sample->series[0].count = 0;
    ck_assert_ptr_null(strstr(draw(sample), "<b "));
    sample_destroy(sample);
}
END_TEST

START_TEST(ticks_of_a_logarithmic_axis_are_where_the_caller_says)
{
    static const double TICKS[] = {1, 2, 4, 8, 16};
    struct sample *sample = sample_create(5);
    sample->panel.x_is_log2 = true;
    sample->panel.x_ticks = TICKS;
    sample->panel.x_tick_count = ARRAY_LENGTH(TICKS);
    const char *svg = draw(sample);
    for (size_t i = 0; i < ARRAY_LENGTH(TICKS); i++) {
        char expected[100];
        snprintf(expected, sizeof(expected), "<text class='soft middle' x='%g' y='%g'>%g</text>",
                 LEFT + (double)i * (RIGHT - LEFT) / 4,
                 number_behind(svg, "<path class='axis' d='M78 ", 0) + 22, TICKS[i]);
        ck_assert_msg(strstr(svg, expected) != NULL, "%s is missing in %.2000s", expected, svg);
    }
    sample_destroy(sample);
}
END_TEST

START_TEST(labels_that_would_overlap_are_left_out_but_not_ends_or_the_ringed_one)
{
    double ticks[64];
    struct sample *sample = sample_create(64);
    for (size_t i = 0; i < 64; i++)
        ticks[i] = sample->points[i].x = (double)i + 3;
    struct chart_ring ring = {0, 34, "this one"};
    sample->panel.ring = &ring;
    sample->panel.x_is_log2 = true;
    sample->panel.x_ticks = ticks;
    sample->panel.x_tick_count = 64;
    const char *svg = draw(sample);
    ck_assert_ptr_nonnull(strstr(svg, ">3</text>"));
    ck_assert_ptr_nonnull(strstr(svg, ">66</text>"));
    ck_assert_ptr_nonnull(strstr(svg, ">37</text>"));
    ck_assert_ptr_null(strstr(svg, ">36</text>"));
    ck_assert_ptr_null(strstr(svg, ">38</text>"));
    ck_assert_ptr_null(strstr(svg, ">64</text>"));
    ck_assert_ptr_nonnull(strstr(svg, ">16</text>"));
    ck_assert_uint_eq(count_of(svg, "v5'/>"), 64); /* ticks, labelled or not */
    size_t labels = count_of(svg, "middle' x='") - 1;
    ck_assert_uint_ge(labels, 8);
    double ends[64];
    for (size_t i = 0; i < labels; i++)
        ends[i] = number_behind(svg, "middle' x='", i);
    for (size_t i = 1; i < labels; i++)
        ck_assert_double_gt(ends[i] - ends[i - 1], i < 8 ? 15 : 25);
    sample_destroy(sample);
}
END_TEST

START_TEST(the_ring_is_around_its_point_and_its_label_is_bold)
{
    static const double TICKS[] = {1, 2, 4, 8, 16};
    struct sample *sample = sample_create(5);
    struct chart_ring ring = {0, 2, "the best"};
    sample->panel.x_is_log2 = true;
    sample->panel.x_ticks = TICKS;
    sample->panel.x_tick_count = ARRAY_LENGTH(TICKS);
    sample->panel.ring = &ring;
    const char *svg = draw(sample);
    /* The first is the legend's. */
    ck_assert_uint_eq(count_of(svg, "<circle class='ring'"), 2);
    ck_assert_double_eq(number_behind(svg, "<circle class='ring' cx='", 1), (LEFT + RIGHT) / 2);
    ck_assert_double_eq(number_behind(svg, "<text class='strong middle' x='", 0),
                        (LEFT + RIGHT) / 2);
    ck_assert_ptr_nonnull(strstr(svg, ">the best</text>"));
    double y = number_behind(behind(svg, "<circle class='ring' cx='", 1), "cy='", 0);
    const char *marker = behind(svg, "<title>threads 4: 12 URLs/s</title><path d='M", 0);
    ck_assert_double_eq(number_behind(marker, " ", 0), y);

    sample->points[5] = sample->points[4]; /* there, but in no series */
    sample->series[1] = sample->series[0];
    ring.point = 5;
    ck_assert_ptr_null(strstr(draw(sample), "<circle"));
    ring = (struct chart_ring){1, 0, "no such series"};
    ck_assert_ptr_null(strstr(draw(sample), "<circle"));
    ring = (struct chart_ring){0, 2, "a point that is not drawn"};
    sample->points[2].y = NAN;
    ck_assert_ptr_null(strstr(draw(sample), "<circle"));
    sample_destroy(sample);
}
END_TEST

static const double odd_numbers[] = {
    0,       -0.0,     -1,      1,       1e12,   1e15,       1e16, 1e300,       1e301,
    DBL_MAX, -DBL_MAX, DBL_MIN, 5e-324,  1e-12,  0.1 + 0.2,  NAN,  HUGE_VAL,    -HUGE_VAL,
    1e-300,  1e-301,   65535,   99999.9, 100000, 0.00099999, 1e-3, 12345678901, 3e100,
};

/* Each with each, as x, y and error: nothing that is no number is printed, nor far outside. */
START_TEST(odd_numbers_make_valid_charts)
{
    struct sample *sample = sample_create(3);
    struct chart_ring ring = {0, 2, "ringed"};
    sample->panel.ring = &ring;
    sample->series[1] = (struct chart_series){"reference", sample->points + 3, 2, true, false};
    sample->panel.series_count = 2;
    for (size_t i = 0; i < ARRAY_LENGTH(odd_numbers); i++) {
        double a = odd_numbers[_i];
        double b = odd_numbers[i];
        sample->points[0] = (struct chart_point){a, b, a};
        sample->points[1] = (struct chart_point){b, a, b};
        sample->points[2] = (struct chart_point){a, a, 0};
        sample->points[3] = sample->points[0];
        sample->points[4] = sample->points[1];
        sample->panel.x_is_log2 = i % 2 == 0;
        sample->panel.x_ticks = i % 3 == 0 ? odd_numbers : NULL;
        sample->panel.x_tick_count = ARRAY_LENGTH(odd_numbers);
        const char *svg = draw(sample);
        double height = number_behind(svg, "viewBox='0 0 640 ", 0);
        for (size_t j = 0; j < count_of(svg, "d='M"); j++) {
            const char *place = behind(svg, "d='M", j);
            /* 0 would be printed for no number. */
            ck_assert_double_ge(strtod(place, NULL), 20);
            ck_assert_double_le(strtod(place, NULL), CHART_WIDTH);
            ck_assert_double_ge(number_behind(place, " ", 0), 20);
            ck_assert_double_le(number_behind(place, " ", 0), height);
        }
    }
    sample_destroy(sample);
}
END_TEST

START_TEST(points_that_cannot_be_drawn_interrupt_their_line)
{
    struct sample *sample = sample_create(5);
    ck_assert_uint_eq(count_of(draw(sample), "<g class='mark c0'><title>"), 5);
    sample->points[2].y = -1;
    const char *svg = draw(sample);
    ck_assert_uint_eq(count_of(svg, "<g class='mark c0'><title>"), 4);
    const char *line = behind(svg, "<path class='line c0' d='", 1);
    char path[200];
    snprintf(path, sizeof(path), "%.*s", (int)strcspn(line, "'"), line);
    ck_assert_uint_eq(count_of(path, "M"), 2);
    ck_assert_uint_eq(count_of(path, "L"), 2);
    sample_destroy(sample);
}
END_TEST

START_TEST(zeros_lie_on_the_x_axis)
{
    struct sample *sample = sample_create(2);
    sample->points[0].y = sample->points[1].y = 0;
    const char *svg = draw(sample);
    double bottom = number_behind(svg, "<path class='axis' d='M78 ", 0);
    ck_assert_double_eq(number_behind(behind(svg, "</title><path d='M", 1), " ", 0), bottom);
    ck_assert_ptr_nonnull(strstr(svg, ">0.2</text>"));
    ck_assert_ptr_nonnull(strstr(svg, ">1</text>"));
    sample_destroy(sample);
}
END_TEST

START_TEST(no_data_is_said)
{
    struct sample *sample = sample_create(0);
    ck_assert_ptr_nonnull(strstr(draw(sample), ">nothing yet</text>"));
    sample->panel.series_count = 0;
    ck_assert_ptr_nonnull(strstr(draw(sample), ">nothing yet</text>"));
    sample->panel.series_count = 1;
    sample->series[0].count = 2;
    sample->series[0].is_reference = true;
    ck_assert_ptr_nonnull(strstr(draw(sample), ">nothing yet</text>"));
    sample->chart.panel_count = 0;
    ck_assert_ptr_null(strstr(draw(sample), ">nothing yet</text>"));
    sample_destroy(sample);
}
END_TEST

/* From a line's path: the number of points, and the least y (the highest point). */
static double highest_of(const char *path, size_t *out_count)
{
    double least = HUGE_VAL;
    size_t length = strcspn(path, "'");
    *out_count = 0;
    for (size_t i = 0; i < length; i++)
        if (path[i] == 'M' || path[i] == 'L') {
            least = fmin(least, number_behind(path + i, " ", 0));
            ++*out_count;
        }
    return least;
}

START_TEST(a_reference_ends_with_the_axis_and_leaves_room_to_the_data)
{
    static const struct chart_point LINEAR[] = {{0, 0, 0}, {10, 100, 0}, {100, 1000, 0}};
    static const struct chart_point FALLING[] = {{0, 1000, 0}, {100, 0, 0}};
    struct sample *sample = sample_create(2);
    sample->points[0] = (struct chart_point){0, 10, 0};
    sample->points[1] = (struct chart_point){100, 90, 10};
    sample->series[1] = (struct chart_series){"linear", LINEAR, 3, true, false};
    sample->panel.series_count = 2;
    const char *svg = draw(sample);
    double bottom = number_behind(svg, "<path class='axis' d='M78 ", 0);
    /* 90 + 10 is the highest, so the axis ends at 125, where the line leaves at x = 12.5. */
    size_t count;
    double top = highest_of(behind(svg, "<path class='line reference' d='", 1), &count);
    ck_assert_uint_eq(count, 3);
    double unit = (bottom - top) / 125;
    ck_assert_double_eq_tol(number_behind(behind(svg, "line reference' d='", 1), "L", 1),
                            LEFT + 0.125 * (RIGHT - LEFT), 0.1);
    double highest = highest_of(behind(svg, "<path class='line c0' d='", 1), &count);
    ck_assert_double_eq_tol(highest, bottom - 90 * unit, 0.2);
    ck_assert_double_eq_tol(number_behind(behind(svg, "<path class='bar c0'", 1), " ", 1),
                            bottom - 100 * unit, 0.2);

    sample->series[1] = (struct chart_series){"falling", FALLING, 2, true, false};
    svg = draw(sample);
    ck_assert_double_eq_tol(number_behind(behind(svg, "line reference' d='", 1), "M", 0),
                            LEFT + 0.875 * (RIGHT - LEFT), 0.1);
    sample_destroy(sample);
}
END_TEST

START_TEST(bars_that_a_marker_covers_are_left_out)
{
    struct sample *sample = sample_create(2);
    sample->points[0].error = 0.1;
    sample->points[1].error = 5;
    /* One in the legend, one in the plot. */
    ck_assert_uint_eq(count_of(draw(sample), "<path class='bar c0'"), 2);
    ck_assert_ptr_nonnull(strstr(sample->text.data, "11 \xC2\xB1 5 URLs/s"));
    sample->points[0].error = sample->points[1].error = 0;
    ck_assert_uint_eq(count_of(draw(sample), "<path class='bar c0'"), 0);
    static const double ERRORS[] = {-5, NAN, HUGE_VAL, 1e301};
    char *without = strdup(sample->text.data);
    for (size_t i = 0; i < ARRAY_LENGTH(ERRORS); i++) {
        sample->points[0].error = sample->points[1].error = ERRORS[i];
        ck_assert_int_eq(strcmp(draw(sample), without), 0);
    }
    free(without);
    sample_destroy(sample);
}
END_TEST

START_TEST(series_differ_without_colour_and_legends_stay_inside)
{
    struct sample *sample = sample_create(2);
    char names[64][40];
    for (size_t i = 0; i < 64; i++) {
        snprintf(names[i], sizeof(names[i]), "number %zu%s", i, i % 7 == 0 ? " with more" : "");
        sample->series[i] = (struct chart_series){names[i], sample->points, 2, false, false};
    }
    sample->panel.series_count = 64;
    const char *svg = draw(sample);
    double plot_top = number_behind(svg, "<path class='axis' d='M78 ", 0) - 216;
    char looks[64][120];
    double left = 0;
    double row = 0;
    for (size_t i = 0; i < 64; i++) {
        const char *start = behind(svg, "<path class='line c", i);
        snprintf(looks[i], sizeof(looks[i]), "%.*s %.*s", (int)strcspn(start, "'"), start,
                 (int)strcspn(behind(start, "m", 1), "'"), behind(start, "m", 1));
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(looks[i], looks[j]);
        const char *text = behind(start, "<text x='", 0);
        double x = strtod(text, NULL);
        double y = number_behind(text, "y='", 0);
        ck_assert(y > row || (y == row && x > left)); /* entries never lie on each other */
        ck_assert_double_lt(y + 12, plot_top);
        ck_assert_double_le(x + chart_text_width(names[i], CHART_TEXT_SIZE), CHART_WIDTH);
        left = x + chart_text_width(names[i], CHART_TEXT_SIZE);
        row = y;
    }
    sample_destroy(sample);
}
END_TEST

START_TEST(lines_of_many_points_have_dashes_for_markers)
{
    struct sample *sample = sample_create(0);
    for (size_t i = 0; i < 600; i++)
        sample->points[i] = (struct chart_point){(double)i, (double)(i % 50), 0};
    sample->series[0] = (struct chart_series){"a", sample->points, 600, false, false};
    sample->series[1] = (struct chart_series){"b", sample->points, 600, false, false};
    sample->panel.series_count = 2;
    const char *svg = draw(sample);
    ck_assert_uint_eq(count_of(svg, "<g class='mark"), 0);
    ck_assert_uint_eq(count_of(svg, "<path class='line c0' "), 2);
    ck_assert_uint_eq(count_of(svg, "<path class='line c1 d1' "), 2);
    /* All steps of the ruler are labelled. */
    ck_assert_uint_eq(count_of(svg, "v5'/>"), 6);
    for (unsigned i = 0; i <= 500; i += 100) {
        char label[40];
        snprintf(label, sizeof(label), ">%u</text>", i);
        ck_assert_ptr_nonnull(strstr(svg, label));
    }
    sample_destroy(sample);
}
END_TEST

START_TEST(what_does_not_fit_leaves_nothing_behind)
{
    struct sample *sample = sample_create(5);
    size_t length = strlen(draw(sample));
    struct text text;
    text_init(&text, 1 + length);
    text_append_char(&text, 'x');
    ck_assert(chart_append(&text, &sample->chart));
    text_clear(&text);
    text_init(&text, length);
    text_append_char(&text, 'x');
    ck_assert(!chart_append(&text, &sample->chart));
    ck_assert_str_eq(text.data, "x");
    text_clear(&text);
    sample_destroy(sample);
}
END_TEST

START_TEST(text_that_is_too_wide_is_cut_in_the_middle)
{
    struct text text;
    text_init(&text, 1000);
    chart_text_append(&text, "lists/urls.txt", 10, 1000);
    ck_assert_str_eq(text.data, "lists/urls.txt");
    text_reset(&text);
    chart_text_append(&text, "<a>-folder-with-a-long-name/<urls>.txt", 10, 120);
    ck_assert_ptr_nonnull(strstr(text.data, "&lt;a&gt;-f"));
    ck_assert_ptr_nonnull(strstr(text.data, "\xE2\x80\xA6"));
    ck_assert_ptr_nonnull(strstr(text.data, "s&gt;.txt"));
    ck_assert_double_le(chart_text_width(text.data, 10), 120 + 60); /* &gt; is one character */
    for (int width = 0; width < 200; width++) {
        text_reset(&text);
        chart_text_append(&text,
                          "\xE4\xB8\xAD\xE6\x96\x87\xE4\xB8\xAD\xE6\x96\x87mmmm\xF0\x9F\x98\x80",
                          10, width);
        ck_assert(vis_is_utf8(text.data, text.length)); /* no character is cut */
        ck_assert(width < 10 || chart_text_width(text.data, 10) <= width);
    }
    text_clear(&text);
}
END_TEST

static const struct {
    double value;
    double step;
    double largest;
    const char *expected;
} value_cases[] = {
    {0, 1, 1, "0"},
    {0.3, 0.1, 1, "0.3"},
    {3 * 0.1, 0.1, 1, "0.3"},
    {1.5, 0.5, 2, "1.5"},
    {-2.5, 0.5, 5, "-2.5"},
    {-0.01, 1, 5, "0"},
    {1, 0.25, 2, "1"},
    {99999, 1, 99999, "99999"},
    {100000, 20000, 100000, "100k"},
    {50000, 50000, 100000, "50k"},
    {2.5e6, 5e5, 5e6, "2.5M"},
    {3e9, 1e9, 3e9, "3G"},
    {1e12, 1e12, 4e12, "1T"},
    {2e18, 1e18, 4e18, "2e18"},
    {0, 1e18, 4e18, "0"},
    {3e-7, 1e-7, 4e-7, "300e-9"},
    {0.002, 0.001, 0.005, "0.002"},
    {NAN, 1, 1, "0"},
    {HUGE_VAL, 1, 1, "0"},
};

START_TEST(values_are_printed_short)
{
    struct text text;
    text_init(&text, 100);
    chart_value_append(&text, value_cases[_i].value, value_cases[_i].step, value_cases[_i].largest);
    ck_assert_str_eq(text.data, value_cases[_i].expected);
    text_clear(&text);
}
END_TEST

static const struct {
    double low;
    double high;
    size_t count;
    double first;
    double step;
} tick_cases[] = {
    {0, 1, 6, 0, 0.2},    {0, 10, 6, 0, 2},
    {0, 108, 6, 0, 20},   {0, 0.00045, 5, 0, 1e-4},
    {3, 9, 7, 3, 1},      {0, 3e12, 7, 0, 5e11},
    {-10, 10, 5, -10, 5}, {1e300 / 2, 1e300, 6, 5e299, 1e299},
};

START_TEST(what_is_no_number_is_not_printed)
{
    static const double VALUES[] = {NAN, HUGE_VAL, -HUGE_VAL, 1e16, 1e300};
    struct text text;
    text_init(&text, 100);
    for (size_t i = 0; i < ARRAY_LENGTH(VALUES); i++) {
        chart_number_append(&text, VALUES[i], 3);
        if (!isfinite(VALUES[i]))
            chart_single_value_append(&text, VALUES[i]);
    }
    ck_assert_str_eq(text.data, "00000000");
    text_clear(&text);
}
END_TEST

START_TEST(powers_of_two_are_left_out_rather_than_the_last_ones)
{
    struct chart_axis axis = chart_axis_make(1, 1e12, true, 0, 100);
    double ticks[CHART_TICKS_MAX];
    double step;
    size_t count = chart_axis_ticks(&axis, 5, ticks, &step);
    ck_assert_uint_ge(count, 8);
    ck_assert_double_eq(ticks[0], 1);
    ck_assert_double_ge(ticks[count - 1], 1e11);
    axis = chart_axis_make(3, 64, true, 0, 100);
    ck_assert_uint_eq(chart_axis_ticks(&axis, 5, ticks, &step), 5);
    ck_assert_double_eq(ticks[0], 4);
    ck_assert_double_eq(ticks[4], 64);
}
END_TEST

START_TEST(ticks_are_round_and_inside)
{
    struct chart_axis axis =
        chart_axis_make(tick_cases[_i].low, tick_cases[_i].high, false, 0, 100);
    double ticks[CHART_TICKS_MAX];
    double step;
    size_t count = chart_axis_ticks(&axis, 5, ticks, &step);
    ck_assert_double_eq_tol(step / tick_cases[_i].step, 1, 1e-9);
    ck_assert_uint_eq(count, tick_cases[_i].count);
    for (size_t i = 0; i < count; i++)
        ck_assert_double_eq_tol(ticks[i] / step, tick_cases[_i].first / step + (double)i, 1e-6);
}
END_TEST

START_TEST(an_area_goes_down_to_the_axis_and_has_no_markers)
{
    struct sample *sample = sample_create(4);
    sample->points[2].y = -1; /* a gap */
    sample->series[0].is_area = true;
    const char *svg = draw(sample);
    const char *area = strstr(svg, "<path class='area c0' d='M");
    ck_assert_ptr_nonnull(area);
    ck_assert_ptr_null(strstr(svg, "class='mark"));
    /* Two stretches, each closed on the axis where it began. */
    const char *end = strchr(area, '>');
    size_t closed = 0;
    size_t begun = 0;
    for (const char *next = area; next < end; next++) {
        closed += *next == 'z';
        begun += *next == 'M';
    }
    ck_assert_uint_eq(closed, 2);
    ck_assert_uint_eq(begun, 2);
    double left;
    double bottom;
    double again;
    ck_assert_int_eq(sscanf(strchr(area, 'M'), "M%lf %lf", &left, &bottom), 2);
    ck_assert_int_eq(sscanf(strchr(area, 'V'), "V%lf", &again), 1);
    ck_assert_double_eq(bottom, again);
    ck_assert_double_eq(left, LEFT);
    sample->series[0].is_area = false;
    ck_assert_ptr_null(strstr(draw(sample), "class='area"));
    sample_destroy(sample);
}
END_TEST

START_TEST(a_part_of_a_page_has_its_style_and_heading_from_there)
{
    struct sample *sample = sample_create(4);
    sample->chart.subtitle = "A subtitle";
    const char *whole = draw(sample);
    ck_assert_ptr_nonnull(strstr(whole, chart_style()));
    ck_assert_ptr_nonnull(strstr(whole, ">A subtitle</text>"));
    ck_assert_ptr_nonnull(strstr(whole, "class='back'"));
    double whole_height = strtod(strstr(whole, "height='") + 8, NULL);
    sample->chart.is_part = true;
    const char *part = draw(sample);
    ck_assert_ptr_null(strstr(part, "<style"));
    ck_assert_ptr_null(strstr(part, "A subtitle"));
    ck_assert_ptr_null(strstr(part, "class='back'"));
    ck_assert_ptr_null(strstr(part, ">A title</text>"));
    ck_assert_ptr_nonnull(strstr(part, "<title id='sample-title'>A title</title>"));
    ck_assert_double_lt(strtod(strstr(part, "height='") + 8, NULL), whole_height - 60);
    sample_destroy(sample);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("chart");
    tcase_add_loop_test(cases, the_check_of_these_tests_refuses_what_is_malformed, 0,
                        (int)ARRAY_LENGTH(malformed));
    tcase_add_test(cases, a_chart_names_itself_to_those_who_cannot_see_it);
    tcase_add_test(cases, foreign_bytes_are_escaped_everywhere);
    tcase_add_test(cases, ticks_of_a_logarithmic_axis_are_where_the_caller_says);
    tcase_add_test(cases, labels_that_would_overlap_are_left_out_but_not_ends_or_the_ringed_one);
    tcase_add_test(cases, the_ring_is_around_its_point_and_its_label_is_bold);
    tcase_add_loop_test(cases, odd_numbers_make_valid_charts, 0, (int)ARRAY_LENGTH(odd_numbers));
    tcase_add_test(cases, points_that_cannot_be_drawn_interrupt_their_line);
    tcase_add_test(cases, zeros_lie_on_the_x_axis);
    tcase_add_test(cases, no_data_is_said);
    tcase_add_test(cases, a_reference_ends_with_the_axis_and_leaves_room_to_the_data);
    tcase_add_test(cases, bars_that_a_marker_covers_are_left_out);
    tcase_add_test(cases, series_differ_without_colour_and_legends_stay_inside);
    tcase_add_test(cases, lines_of_many_points_have_dashes_for_markers);
    tcase_add_test(cases, what_does_not_fit_leaves_nothing_behind);
    tcase_add_test(cases, text_that_is_too_wide_is_cut_in_the_middle);
    tcase_add_loop_test(cases, values_are_printed_short, 0, (int)ARRAY_LENGTH(value_cases));
    tcase_add_test(cases, what_is_no_number_is_not_printed);
    tcase_add_test(cases, powers_of_two_are_left_out_rather_than_the_last_ones);
    tcase_add_loop_test(cases, ticks_are_round_and_inside, 0, (int)ARRAY_LENGTH(tick_cases));
    tcase_add_test(cases, an_area_goes_down_to_the_axis_and_has_no_markers);
    tcase_add_test(cases, a_part_of_a_page_has_its_style_and_heading_from_there);
    Suite *suite = suite_create("chart");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
