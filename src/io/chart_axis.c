#include "io/chart_axis.h"

#include <math.h>

struct chart_axis chart_axis_make(double low, double high, bool is_log2, double start, double end)
{
    /* The distance must also be large enough to be divided into steps that change the number. */
    if (is_log2 && !(high > low * 1.001)) {
        low /= 2;
        high *= 2;
    } else if (!is_log2 && !(high - low > fabs(high) * 1e-9)) {
        double half = fabs(high) > CHART_VALUE_MIN ? fabs(high) / 2 : 0.5;
        low -= half;
        high += half;
    }
    return (struct chart_axis){low, high, is_log2, start, end};
}

double chart_axis_place(const struct chart_axis *axis, double value)
{
    double share;
    if (axis->is_log2)
        share = (log2(value) - log2(axis->low)) / (log2(axis->high) - log2(axis->low));
    else
        share = (value - axis->low) / (axis->high - axis->low);
    return axis->start + share * (axis->end - axis->start);
}

static double nice_step(double distance, unsigned wanted)
{
    double raw = distance / wanted;
    double power = pow(10, floor(log10(raw)));
    double mantissa = raw / power;
    return power * (mantissa < 1.5 ? 1 : mantissa < 3.5 ? 2 : mantissa < 7.5 ? 5 : 10);
}

static size_t powers_of_two(const struct chart_axis *axis, double out_ticks[CHART_TICKS_MAX])
{
    double first = ceil(log2(axis->low) - 1e-9);
    double last = floor(log2(axis->high) + 1e-9);
    double step = ceil((last - first + 1) / CHART_TICKS_MAX);
    size_t count = 0;
    for (double power = first; power <= last && count < CHART_TICKS_MAX; power += step)
        out_ticks[count++] = exp2(power);
    return count;
}

size_t chart_axis_ticks(const struct chart_axis *axis, unsigned wanted,
                        double out_ticks[CHART_TICKS_MAX], double *out_step)
{
    if (axis->is_log2) {
        *out_step = 0;
        return powers_of_two(axis, out_ticks);
    }
    double step = nice_step(axis->high - axis->low, wanted);
    double first = ceil(axis->low / step - 1e-9);
    size_t count = 0;
    /* Products, not sums: 0.3 and not 0.30000000000000004. */
    while (count < CHART_TICKS_MAX && (first + (double)count) * step <= axis->high + step * 1e-9) {
        out_ticks[count] = (first + (double)count) * step;
        count++;
    }
    *out_step = step;
    return count;
}

static bool has_room(const struct chart_tick *ticks, size_t count, const struct chart_tick *tick,
                     double gap)
{
    for (size_t i = 0; i < count; i++)
        if (ticks[i].is_labelled &&
            fabs(ticks[i].place - tick->place) < (ticks[i].width + tick->width) / 2 + gap)
            return false;
    return true;
}

void chart_axis_choose(struct chart_tick *ticks, size_t count, double gap)
{
    for (size_t i = 0; i < count; i++)
        ticks[i].is_labelled = false;
    for (unsigned rank = 0; rank < CHART_RANKS; rank++)
        for (size_t i = 0; i < count; i++)
            if (ticks[i].rank == rank)
                ticks[i].is_labelled = has_room(ticks, count, &ticks[i], gap);
}
