#include "sync/host_gate.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* The map cannot fail: memory_allocate ends the program, so the second of these is never reached.
 */
#define uthash_malloc(size) memory_allocate(size)
#define uthash_fatal(text) abort()
#include <uthash.h>

struct parked {
    void *item;
    STAILQ_ENTRY(parked) next;
};

/* Items are parked only while per_host others run: whoever leaves hands its place on. */
struct host {
    UT_hash_handle hh;
    STAILQ_HEAD(, parked) parked; /* longest parked first */
    TAILQ_ENTRY(host) with_parked;
    unsigned running;
    char name[];
};

struct host_gate {
    unsigned per_host;
    size_t park_limit;
    uint64_t hash_seed;
    struct hook *waiters;
    size_t waiter_count;

    struct lock lock; /* guards everything below */
    struct host *hosts;
    TAILQ_HEAD(, host) with_parked; /* the hosts that have parked items */
    size_t parked_count;
    unsigned peak;
    unsigned running; /* over all hosts */
    unsigned total_peak;
};

/* Hosts come from lists and redirects. Nobody outside can know which names collide under a random
 * seed; the weak one is for a kernel that has no randomness yet. */
static uint64_t draw_hash_seed(void)
{
    uint64_t seed;
    if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed))
        seed = (uint64_t)clock_monotonic_us();
    return seed;
}

/* The hash is computed by the callers, so that it is not computed under the lock. */
static unsigned hash_name(const struct host_gate *gate, const char *name, size_t length)
{
    return (unsigned)XXH3_64bits_withSeed(name, length, gate->hash_seed);
}

static struct host *find_host_locked(struct host_gate *gate, const char *name, size_t length,
                                     unsigned hash)
{
    struct host *host = NULL;
    HASH_FIND_BYHASHVALUE(hh, gate->hosts, name, length, hash, host);
    return host;
}

static struct host *add_host_locked(struct host_gate *gate, const char *name, size_t length,
                                    unsigned hash)
{
    struct host *host = memory_allocate(sizeof(*host) + length + 1);
    memset(host, 0, sizeof(*host));
    memcpy(host->name, name, length + 1);
    STAILQ_INIT(&host->parked);
    HASH_ADD_KEYPTR_BYHASHVALUE(hh, gate->hosts, host->name, length, hash, host);
    return host;
}

static void park_locked(struct host_gate *gate, struct host *host, void *item)
{
    struct parked *parked = memory_allocate(sizeof(*parked));
    parked->item = item;
    if (STAILQ_EMPTY(&host->parked))
        TAILQ_INSERT_TAIL(&gate->with_parked, host, with_parked);
    STAILQ_INSERT_TAIL(&host->parked, parked, next);
    gate->parked_count++;
}

/* The host's longest parked item, NULL when it has none. Says whether the gate was full and is no
 * longer, so that the caller wakes the waiters after releasing the lock. */
static void *unpark_locked(struct host_gate *gate, struct host *host, bool *out_has_room_again)
{
    struct parked *parked = STAILQ_FIRST(&host->parked);
    if (parked == NULL)
        return NULL;
    STAILQ_REMOVE_HEAD(&host->parked, next);
    if (STAILQ_EMPTY(&host->parked))
        TAILQ_REMOVE(&gate->with_parked, host, with_parked);
    *out_has_room_again = gate->parked_count == gate->park_limit;
    gate->parked_count--;

    void *item = parked->item;
    free(parked);
    return item;
}

static void wake_all(const struct host_gate *gate)
{
    for (size_t i = 0; i < gate->waiter_count; i++)
        hook_call(gate->waiters[i]);
}

struct host_gate *host_gate_create(unsigned per_host, size_t park_limit)
{
    assert(per_host > 0 && park_limit > 0);
    struct host_gate *gate = memory_allocate_zeroed(1, sizeof(*gate));
    gate->per_host = per_host;
    gate->park_limit = park_limit;
    gate->hash_seed = draw_hash_seed();
    TAILQ_INIT(&gate->with_parked);
    lock_init(&gate->lock, LOCK_RANK_HOST_GATE);
    return gate;
}

void host_gate_destroy(struct host_gate *gate)
{
    if (gate == NULL)
        return;
    assert(gate->hosts == NULL && gate->parked_count == 0);
    lock_clear(&gate->lock);
    free(gate->waiters);
    free(gate);
}

void host_gate_add_waiter(struct host_gate *gate, struct hook wake)
{
    gate->waiters = memory_resize(gate->waiters, gate->waiter_count + 1, sizeof(gate->waiters[0]));
    gate->waiters[gate->waiter_count++] = wake;
}

enum host_gate_answer host_gate_enter(struct host_gate *gate, const char *host, void *item)
{
    enum host_gate_answer answer = HOST_GATE_ADMITTED;
    size_t length = strlen(host);
    unsigned hash = hash_name(gate, host, length);

    lock_acquire(&gate->lock);
    struct host *entry = find_host_locked(gate, host, length, hash);
    if (entry == NULL)
        entry = add_host_locked(gate, host, length, hash);
    if (entry->running < gate->per_host) {
        entry->running++;
        gate->running++;
        if (entry->running > gate->peak)
            gate->peak = entry->running;
        if (gate->running > gate->total_peak)
            gate->total_peak = gate->running;
    } else {
        park_locked(gate, entry, item);
        answer = HOST_GATE_PARKED;
    }
    lock_release(&gate->lock);
    return answer;
}

void *host_gate_leave(struct host_gate *gate, const char *host)
{
    bool has_room_again = false;
    struct host *unused = NULL;
    size_t length = strlen(host);
    unsigned hash = hash_name(gate, host, length);

    lock_acquire(&gate->lock);
    struct host *entry = find_host_locked(gate, host, length, hash);
    assert(entry != NULL && entry->running > 0);
    void *item = unpark_locked(gate, entry, &has_room_again);
    if (item == NULL) {
        gate->running--;
        if (--entry->running == 0) {
            HASH_DELETE(hh, gate->hosts, entry);
            unused = entry;
        }
    }
    lock_release(&gate->lock);

    free(unused);
    if (has_room_again)
        wake_all(gate);
    return item;
}

void *host_gate_take_parked(struct host_gate *gate)
{
    bool has_room_again = false;
    void *item = NULL;

    lock_acquire(&gate->lock);
    struct host *host = TAILQ_FIRST(&gate->with_parked);
    if (host != NULL)
        item = unpark_locked(gate, host, &has_room_again);
    lock_release(&gate->lock);

    if (has_room_again)
        wake_all(gate);
    return item;
}

bool host_gate_is_full(struct host_gate *gate)
{
    lock_acquire(&gate->lock);
    bool is_full = gate->parked_count >= gate->park_limit;
    lock_release(&gate->lock);
    return is_full;
}

size_t host_gate_parked(struct host_gate *gate)
{
    lock_acquire(&gate->lock);
    size_t parked_count = gate->parked_count;
    lock_release(&gate->lock);
    return parked_count;
}

unsigned host_gate_peak(struct host_gate *gate)
{
    lock_acquire(&gate->lock);
    unsigned peak = gate->peak;
    lock_release(&gate->lock);
    return peak;
}

unsigned host_gate_total_peak(struct host_gate *gate)
{
    lock_acquire(&gate->lock);
    unsigned peak = gate->total_peak;
    lock_release(&gate->lock);
    return peak;
}
