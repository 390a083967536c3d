#include "model/host_sample.h"

#include "base/memory.h"
#include "base/random.h"
#include "model/key.h"

#include <stdlib.h>
#include <string.h>

struct member {
    uint64_t rank; /* drawn from the seed and the name */
    char *host;
};

struct host_sample {
    size_t size;
    uint64_t seed;
    struct key_set *seen;
    struct member *members; /* by rank, smallest first */
    size_t count;
};

struct host_sample *host_sample_create(size_t size, uint64_t seed)
{
    struct host_sample *sample = memory_allocate_zeroed(1, sizeof(*sample));
    sample->size = size;
    sample->seed = seed;
    sample->seen = key_set_create();
    sample->members = memory_allocate_zeroed(size + 1, sizeof(*sample->members));
    return sample;
}

void host_sample_destroy(struct host_sample *sample)
{
    if (sample == NULL)
        return;
    for (size_t i = 0; i < sample->count; i++)
        free(sample->members[i].host);
    free(sample->members);
    key_set_destroy(sample->seen);
    free(sample);
}

void host_sample_add(struct host_sample *sample, const char *host)
{
    struct key key = key_of(host, strlen(host));
    uint64_t first;
    if (!key_set_add(sample->seen, key, 0, &first))
        return;
    uint64_t rank = random_at(sample->seed, key.low);
    size_t place = sample->count;
    while (place > 0 && sample->members[place - 1].rank > rank)
        place--;
    if (place == sample->size)
        return;
    if (sample->count == sample->size)
        free(sample->members[--sample->count].host);
    memmove(&sample->members[place + 1], &sample->members[place],
            (sample->count - place) * sizeof(*sample->members));
    sample->members[place] = (struct member){rank, memory_copy_string(host)};
    sample->count++;
}

uint64_t host_sample_distinct(const struct host_sample *sample)
{
    return key_set_count(sample->seen);
}

size_t host_sample_count(const struct host_sample *sample)
{
    return sample->count;
}

const char *host_sample_host(const struct host_sample *sample, size_t i)
{
    return sample->members[i].host;
}
