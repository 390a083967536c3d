#include "model/highlights.h"

#include <string.h>

static void add_slow(struct highlights *highlights, const struct highlight *entry)
{
    struct highlight *slowest = highlights->slowest;
    bool is_full = highlights->slowest_count == HIGHLIGHTS_SLOWEST;
    if (entry->total_us < 0 ||
        (is_full && slowest[HIGHLIGHTS_SLOWEST - 1].total_us >= entry->total_us))
        return;
    if (!is_full)
        highlights->slowest_count++;
    size_t place = highlights->slowest_count - 1;
    for (; place > 0 && slowest[place - 1].total_us < entry->total_us; place--)
        slowest[place] = slowest[place - 1];
    slowest[place] = *entry;
}

/* Of those of the highest rank within their class, the last. */
static size_t least_wanted(const struct highlights *highlights)
{
    unsigned char seen[FAILURE_COUNT] = {0};
    unsigned worst = 0;
    size_t place = 0;
    for (size_t i = 0; i < highlights->failed_count; i++) {
        unsigned char *rank = &seen[highlights->failed[i].failure];
        if (*rank >= worst) {
            worst = *rank;
            place = i;
        }
        *rank += *rank < HIGHLIGHTS_OF_CLASS;
    }
    return place;
}

void highlights_add_failed(struct highlights *highlights, const struct highlight *entry)
{
    struct highlight *failed = highlights->failed;
    size_t place = highlights->failed_count++;
    for (; place > 0 && failed[place - 1].index > entry->index; place--)
        failed[place] = failed[place - 1];
    failed[place] = *entry;
    if (highlights->failed_count <= HIGHLIGHTS_FAILED)
        return;
    place = least_wanted(highlights);
    highlights->failed_count--;
    memmove(failed + place, failed + place + 1,
            (highlights->failed_count - place) * sizeof *failed);
}

bool highlights_is_image(const struct outcome *outcome)
{
    bool is_there = outcome->status == STATUS_DOWNLOADED || outcome->status == STATUS_KEPT;
    return is_there && outcome->image.format != NULL && outcome->path != NULL;
}

void highlights_add(struct highlights *highlights, const struct job *job, int64_t offset)
{
    struct highlight entry = {offset, job->index, job->outcome.us.total, job->outcome.failure};
    add_slow(highlights, &entry);
    if (job->outcome.status == STATUS_FAILED)
        highlights_add_failed(highlights, &entry);
    if (!highlights_is_image(&job->outcome))
        return;
    if (highlights->image_count < HIGHLIGHTS_IMAGES)
        highlights->images[highlights->image_count++] = entry;
    highlights->image_total++;
}
