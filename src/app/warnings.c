#include "app/warnings.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/thread.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define KEPT 100

struct warnings {
    void (*show)(void *context, const char *words);
    void *context;

    struct lock lock; /* guards everything below */
    char *items[KEPT];
    size_t count;
    unsigned long long more;
};

struct warnings *warnings_create(void)
{
    struct warnings *warnings = memory_allocate_zeroed(1, sizeof *warnings);
    lock_init(&warnings->lock, LOCK_RANK_WARNINGS);
    return warnings;
}

void warnings_destroy(struct warnings *warnings)
{
    if (warnings == NULL)
        return;
    for (size_t i = 0; i < warnings->count; i++)
        free(warnings->items[i]);
    lock_clear(&warnings->lock);
    free(warnings);
}

void warnings_show_with(struct warnings *warnings, void (*show)(void *context, const char *words),
                        void *context)
{
    warnings->show = show;
    warnings->context = context;
}

void warnings_add(struct warnings *warnings, const char *format, ...)
{
    char words[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);

    lock_acquire(&warnings->lock);
    bool is_kept = warnings->count < KEPT;
    if (is_kept)
        warnings->items[warnings->count++] = memory_copy_string(words);
    else
        warnings->more++;
    lock_release(&warnings->lock);

    if (is_kept && warnings->show != NULL)
        warnings->show(warnings->context, words);
    else if (is_kept)
        log_warning("%s", words);
}

char **warnings_copy(struct warnings *warnings, size_t *out_count)
{
    char **copy = memory_allocate_zeroed(KEPT + 1, sizeof *copy);
    lock_acquire(&warnings->lock);
    size_t count = warnings->count;
    unsigned long long more = warnings->more;
    for (size_t i = 0; i < count; i++)
        copy[i] = memory_copy_string(warnings->items[i]);
    lock_release(&warnings->lock);

    if (more > 0) {
        char words[64];
        snprintf(words, sizeof words, "%llu more warnings", more);
        copy[count++] = memory_copy_string(words);
    }
    *out_count = count;
    return copy;
}

void warnings_free_copy(char **copy, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(copy[i]);
    free(copy);
}
