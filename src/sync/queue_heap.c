#include "sync/queue_heap.h"

#include "base/memory.h"

static bool is_before(const struct queue_heap_entry *a, const struct queue_heap_entry *b)
{
    return a->rank < b->rank || (a->rank == b->rank && a->sequence < b->sequence);
}

/* Puts the entry at or above the hole at index i. */
static void sift_up(struct queue_heap *heap, size_t i, struct queue_heap_entry entry)
{
    while (i > 0 && is_before(&entry, &heap->entries[(i - 1) / 2])) {
        heap->entries[i] = heap->entries[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap->entries[i] = entry;
}

/* Moves the hole at index i down to a leaf, along the smaller children. Returns where it ends. */
static size_t sink_hole(struct queue_heap *heap, size_t i)
{
    for (size_t child = 2 * i + 1; child < heap->count; child = 2 * i + 1) {
        if (child + 1 < heap->count && is_before(&heap->entries[child + 1], &heap->entries[child]))
            child++;
        heap->entries[i] = heap->entries[child];
        i = child;
    }
    return i;
}

void queue_heap_push(struct queue_heap *heap, struct queue_heap_entry entry)
{
    if (heap->count == heap->capacity) {
        heap->capacity = heap->capacity == 0 ? 16 : 2 * heap->capacity;
        heap->entries = memory_resize(heap->entries, heap->capacity, sizeof(heap->entries[0]));
    }
    sift_up(heap, heap->count++, entry);
}

void *queue_heap_take(struct queue_heap *heap, size_t index)
{
    void *item = heap->entries[index].item;
    struct queue_heap_entry last = heap->entries[--heap->count];
    if (index < heap->count)
        sift_up(heap, sink_hole(heap, index), last);
    return item;
}
