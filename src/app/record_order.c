#include "app/record_order.h"

#include <stdlib.h>

#include "base/memory.h"

/* A binary heap, lowest index first. */
struct record_order {
    struct job **jobs;
    size_t count;
    size_t capacity;
    uint64_t next;
};

struct record_order *record_order_create(void)
{
    struct record_order *order = memory_allocate_zeroed(1, sizeof *order);
    order->next = 1;
    return order;
}

void record_order_destroy(struct record_order *order)
{
    if (order == NULL)
        return;
    for (size_t i = 0; i < order->count; i++)
        job_destroy(order->jobs[i]);
    free(order->jobs);
    free(order);
}

void record_order_push(struct record_order *order, struct job *job)
{
    if (order->count == order->capacity) {
        order->capacity = order->capacity == 0 ? 64 : 2 * order->capacity;
        order->jobs = memory_resize(order->jobs, order->capacity, sizeof *order->jobs);
    }
    size_t place = order->count++;
    while (place > 0 && job->index < order->jobs[(place - 1) / 2]->index) {
        order->jobs[place] = order->jobs[(place - 1) / 2];
        place = (place - 1) / 2;
    }
    order->jobs[place] = job;
}

struct job *record_order_next(struct record_order *order)
{
    if (order->count == 0 || order->jobs[0]->index != order->next)
        return NULL;
    struct job *first = order->jobs[0];
    struct job *last = order->jobs[--order->count];
    size_t place = 0;
    for (size_t child = 1; child < order->count; child = 2 * place + 1) {
        if (child + 1 < order->count && order->jobs[child + 1]->index < order->jobs[child]->index)
            child++;
        if (last->index <= order->jobs[child]->index)
            break;
        order->jobs[place] = order->jobs[child];
        place = child;
    }
    if (order->count > 0)
        order->jobs[place] = last;
    order->next++;
    return first;
}
