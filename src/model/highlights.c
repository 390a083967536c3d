#include "model/highlights.h"

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

bool highlights_is_image(const struct outcome *outcome)
{
    bool is_there = outcome->status == STATUS_DOWNLOADED || outcome->status == STATUS_KEPT;
    return is_there && outcome->image.format != NULL && outcome->path != NULL;
}

void highlights_add(struct highlights *highlights, const struct job *job, int64_t offset)
{
    struct highlight entry = {offset, job->index, job->outcome.us.total};
    add_slow(highlights, &entry);
    if (job->outcome.status == STATUS_FAILED && highlights->failed_count < HIGHLIGHTS_FAILED)
        highlights->failed[highlights->failed_count++] = entry;
    if (!highlights_is_image(&job->outcome))
        return;
    if (highlights->image_count < HIGHLIGHTS_IMAGES)
        highlights->images[highlights->image_count++] = entry;
    highlights->image_total++;
}
