#include "model/moving_rate.h"

static void keep(struct moving_rate *rate, int64_t now_us, double value)
{
    rate->samples[rate->next].at_us = now_us;
    rate->samples[rate->next].value = value;
    rate->next = (rate->next + 1) % MOVING_RATE_SAMPLES;
    if (rate->count < MOVING_RATE_SAMPLES)
        rate->count++;
}

void moving_rate_init(struct moving_rate *rate, int64_t now_us, double value)
{
    *rate = (struct moving_rate){.latest_us = now_us, .latest = value};
    keep(rate, now_us, value);
}

void moving_rate_add(struct moving_rate *rate, int64_t now_us, double value)
{
    unsigned last = (rate->next + MOVING_RATE_SAMPLES - 1) % MOVING_RATE_SAMPLES;
    if (now_us - rate->samples[last].at_us >= MOVING_RATE_STEP_US)
        keep(rate, now_us, value);
    rate->latest_us = now_us;
    rate->latest = value;
}

double moving_rate_per_second(const struct moving_rate *rate, int64_t window_us)
{
    unsigned place = rate->next;
    int64_t span_us = 0;
    for (unsigned i = 0; i < rate->count; i++) {
        unsigned before = (place + MOVING_RATE_SAMPLES - 1) % MOVING_RATE_SAMPLES;
        int64_t longer_us = rate->latest_us - rate->samples[before].at_us;
        if (span_us > 0 && longer_us > window_us)
            break;
        place = before;
        span_us = longer_us;
    }
    return span_us > 0 ? (rate->latest - rate->samples[place].value) * 1e6 / (double)span_us : 0;
}
