/* Jobs that wait for the recorder, and when they make a batch: 2,000 of them, or what came within a
 * time.
 *
 * Threads: any thread may call anything but create, destroy, add_waiter, and record_inbox_take,
 *          which is the recorder's.
 * Waiting: record_inbox_push never waits. Producers of jobs watch record_inbox_is_full; the hooks
 *          of waiters are called when there is room again, and record_inbox_wait_for_room waits for
 *          that. */
#ifndef HAUL_APP_RECORD_INBOX_H
#define HAUL_APP_RECORD_INBOX_H

#include "model/job.h"

struct record_inbox;

/* Jobs in an array that grows; embedded, `jobs` is freed by its owner. */
struct job_batch {
    struct job **jobs;
    size_t count;
    size_t capacity;
};
void job_batch_add(struct job_batch *batch, struct job *job);

struct record_inbox *record_inbox_create(void);
void record_inbox_destroy(struct record_inbox *inbox); /* empty; NULL is fine */
void record_inbox_add_waiter(struct record_inbox *inbox, struct hook wake);

void record_inbox_push(struct record_inbox *inbox, struct job *job);
bool record_inbox_is_full(struct record_inbox *inbox);
void record_inbox_wait_for_room(struct record_inbox *inbox);
void record_inbox_hurry(struct record_inbox *inbox, bool is_hurried);
void record_inbox_stop(struct record_inbox *inbox); /* what is there is a batch, however small */

struct record_inbox_wait {
    int64_t delay_us;         /* after the first job of a batch */
    int64_t hurried_delay_us; /* the same while somebody hurries */
    int64_t until_us;         /* the recorder has something else to do then; monotonic */
    bool has_more;            /* jobs will still come after a stop */
};
/* Waits until a batch is due, or until_us, and exchanges it for *batch, whose array is used again.
 * False when stopped, empty, and nothing will come. */
bool record_inbox_take(struct record_inbox *inbox, const struct record_inbox_wait *wait,
                       struct job_batch *batch);

#endif
