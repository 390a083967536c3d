#include "sync/host_schedule.h"

#include "base/memory.h"

static bool is_before(const struct host_entry *a, const struct host_entry *b)
{
    return a->due_us < b->due_us || (a->due_us == b->due_us && a->number < b->number);
}

static void set(struct host_schedule *schedule, size_t i, struct host_entry *host)
{
    schedule->hosts[i] = host;
    host->schedule_index = i + 1;
}

/* Puts the host at the hole i, above it or below it, wherever its turn belongs. */
static void sift(struct host_schedule *schedule, size_t i, struct host_entry *host)
{
    while (i > 0 && is_before(host, schedule->hosts[(i - 1) / 2])) {
        set(schedule, i, schedule->hosts[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    for (size_t child = 2 * i + 1; child < schedule->count; child = 2 * i + 1) {
        if (child + 1 < schedule->count &&
            is_before(schedule->hosts[child + 1], schedule->hosts[child]))
            child++;
        if (!is_before(schedule->hosts[child], host))
            break;
        set(schedule, i, schedule->hosts[child]);
        i = child;
    }
    set(schedule, i, host);
}

void host_schedule_clear(struct host_schedule *schedule)
{
    free(schedule->hosts);
    *schedule = (struct host_schedule){0};
}

struct host_entry *host_schedule_first(const struct host_schedule *schedule)
{
    return schedule->count > 0 ? schedule->hosts[0] : NULL;
}

void host_schedule_place(struct host_schedule *schedule, struct host_entry *host)
{
    if (host->schedule_index > 0) {
        sift(schedule, host->schedule_index - 1, host);
        return;
    }
    if (schedule->count == schedule->capacity) {
        schedule->capacity = schedule->capacity == 0 ? 16 : 2 * schedule->capacity;
        schedule->hosts =
            memory_resize(schedule->hosts, schedule->capacity, sizeof(schedule->hosts[0]));
    }
    size_t hole = schedule->count++;
    sift(schedule, hole, host);
}

void host_schedule_remove(struct host_schedule *schedule, struct host_entry *host)
{
    if (host->schedule_index == 0)
        return;
    size_t hole = host->schedule_index - 1;
    host->schedule_index = 0;
    struct host_entry *last = schedule->hosts[--schedule->count];
    if (last != host)
        sift(schedule, hole, last);
}
