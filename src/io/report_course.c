#include "io/report_course.h"

#include "io/json_tree.h"

/* What is in a slot is divided by the part of it that has passed. Attempts that were repeated are
 * spread over more than their time, so that the sum may be too large at a place. */
static json_t *busy_value(int64_t busy_us, int64_t slot_us, int64_t left_us, unsigned peak)
{
    double passed_us = (double)(left_us > 0 && left_us < slot_us ? left_us : slot_us);
    double most_us = peak > 0 ? peak * passed_us : (double)busy_us;
    return json_tree_ratio((double)busy_us < most_us ? (double)busy_us : most_us, passed_us);
}

json_t *report_course_timeline(const struct timeline *given, int64_t elapsed_us, unsigned peak)
{
    struct timeline copy = *given;
    struct timeline *timeline = &copy;
    timeline_reach(timeline, elapsed_us); /* the last URL may have ended long ago */
    size_t count = timeline_length(timeline, elapsed_us);
    json_t *slots = json_tree_array();
    for (size_t i = 0; i < count; i++) {
        const struct timeline_slot *slot = &timeline->slots[i];
        int64_t start_us = (int64_t)i * timeline->slot_us;
        json_t *object = json_tree_object();
        json_tree_put(object, "t_us", json_tree_known(start_us));
        json_tree_put(object, "finished", json_tree_count(slot->finished));
        json_tree_put(object, "failed", json_tree_count(slot->failed));
        json_tree_put(object, "wire_bytes", json_tree_known(slot->wire_bytes));
        json_tree_put(object, "busy",
                      busy_value(slot->busy_us, timeline->slot_us, elapsed_us - start_us, peak));
        json_tree_append(slots, object);
    }
    json_t *value = json_tree_object();
    json_tree_put(value, "slot_us", json_tree_known(timeline->slot_us));
    json_tree_put(value, "slots", slots);
    return value;
}

json_t *report_course_distribution(const struct histogram *histogram)
{
    struct histogram_range ranges[HISTOGRAM_RANGES];
    size_t count = histogram_ranges(histogram, ranges);
    json_t *array = json_tree_array();
    for (size_t i = 0; i < count; i++) {
        json_t *range = json_tree_object();
        json_tree_put(range, "from_us", json_tree_known(ranges[i].from_us));
        json_tree_put(range, "to_us", json_tree_known(ranges[i].to_us));
        json_tree_put(range, "count", json_tree_count(ranges[i].count));
        json_tree_append(array, range);
    }
    return array;
}
