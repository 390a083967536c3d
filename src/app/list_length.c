#include "app/list_length.h"

#include "base/clock.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LISTS_MAX 8 /* each takes a descriptor, beside those of the downloads */
#define LOOK_ITEMS 64

struct list_length {
    struct lists *lists;
    uint64_t total;
    bool is_done;
};

static bool can_be_counted(const struct string_list *operands)
{
    size_t lists = 0;
    for (size_t i = 0; i < operands->count; i++) {
        struct stat file;
        const char *operand = operands->items[i];
        if (lists_is_url(operand))
            continue;
        lists++;
        /* "-" may be a pipe; a pipe must not be opened. */
        if (strcmp(operand, "-") == 0 || stat(operand, &file) != 0 || !S_ISREG(file.st_mode))
            return false;
    }
    return lists <= LISTS_MAX;
}

struct list_length *list_length_open(const struct string_list *operands,
                                     const struct source_settings *settings)
{
    struct error ignored;
    if (!can_be_counted(operands))
        return NULL;
    struct lists *lists = lists_open(operands, settings, &ignored);
    if (lists == NULL)
        return NULL;
    struct list_length *length = memory_allocate_zeroed(1, sizeof *length);
    length->lists = lists;
    return length;
}

void list_length_close(struct list_length *length)
{
    if (length == NULL)
        return;
    lists_close(length->lists);
    free(length);
}

/* As the planner will see it, about: a URL, or something that could be one. */
static bool is_list_line(const struct source_item *item)
{
    return item->problem == NULL && memmem(item->url, item->url_length, "://", 3) != NULL;
}

bool list_length_count(struct list_length *length, int64_t until_us, uint64_t *out_total)
{
    for (unsigned i = 1; !length->is_done; i++) {
        struct source_item item;
        struct error ignored;
        enum source_answer answer = lists_next(length->lists, &item, &ignored);
        length->total += answer == SOURCE_ITEM;
        /* What turns out to be no list is left out by the run, too. */
        if (answer == SOURCE_ITEM)
            (void)lists_judge(length->lists, is_list_line(&item), &ignored);
        length->is_done = answer == SOURCE_END;
        if ((i % LOOK_ITEMS == 0 || answer == SOURCE_NOTHING) && clock_monotonic_us() >= until_us)
            break;
    }
    *out_total = length->total;
    return length->is_done;
}
