#include "fault_counters.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 1024

struct counter {
    struct counter *next;
    unsigned count;
    char path[];
};

struct counters {
    pthread_mutex_t lock; /* guards everything below */
    struct counter *buckets[BUCKETS];
};

static struct counter *get_locked(struct counters *counters, const char *path, unsigned initial)
{
    unsigned hash = 5381;
    for (const char *byte = path; *byte != '\0'; byte++)
        hash = hash * 33 + (unsigned char)*byte;
    struct counter **slot = &counters->buckets[hash % BUCKETS];
    while (*slot != NULL && strcmp((*slot)->path, path) != 0)
        slot = &(*slot)->next;
    if (*slot == NULL) {
        size_t size = strlen(path) + 1;
        *slot = calloc(1, sizeof(**slot) + size);
        if (*slot == NULL)
            abort();
        memcpy((*slot)->path, path, size);
        (*slot)->count = initial;
    }
    return *slot;
}

struct counters *counters_create(void)
{
    struct counters *counters = calloc(1, sizeof(*counters));
    if (counters == NULL || pthread_mutex_init(&counters->lock, NULL) != 0)
        abort();
    return counters;
}

unsigned counters_next(struct counters *counters, const char *path)
{
    pthread_mutex_lock(&counters->lock);
    unsigned before = get_locked(counters, path, 0)->count++;
    pthread_mutex_unlock(&counters->lock);
    return before;
}

unsigned counters_add(struct counters *counters, const char *path, int more)
{
    pthread_mutex_lock(&counters->lock);
    unsigned sum = get_locked(counters, path, 0)->count += (unsigned)more;
    pthread_mutex_unlock(&counters->lock);
    return sum;
}

void counters_set(struct counters *counters, const char *path, unsigned value)
{
    pthread_mutex_lock(&counters->lock);
    get_locked(counters, path, value)->count = value;
    pthread_mutex_unlock(&counters->lock);
}

unsigned counters_get(struct counters *counters, const char *path, unsigned initial)
{
    pthread_mutex_lock(&counters->lock);
    unsigned value = get_locked(counters, path, initial)->count;
    pthread_mutex_unlock(&counters->lock);
    return value;
}
