/* The thread that reads the lists: it has each line planned, pushes a job for what is to be
 * downloaded, and hands the rest (bad lines, duplicates, kept files) to the recorder at once.
 *
 * It waits while the queue or the recorder is full, so that a list of any length costs the same
 * memory. */
#ifndef HAUL_APP_PRODUCER_H
#define HAUL_APP_PRODUCER_H

#include "app/lists.h"
#include "app/planner.h"
#include "app/recorder.h"
#include "app/warnings.h"
#include "base/error.h"
#include "sync/cancel.h"
#include "sync/queue.h"

struct producer;

/* All lent until producer_destroy. */
struct producer_settings {
    struct lists *lists; /* used by the producer's thread only, like what it plans with */
    struct planner_settings planner;
    struct queue *queue;
    size_t window; /* the queue is held until this many jobs are in it; 0 = it is not held */
    struct recorder *recorder;
    struct budget *budget; /* of jobs in hand: the producer waits while it is used up */
    struct cancel *cancel;
    struct warnings *warnings;
};

struct producer *producer_create(const struct producer_settings *settings);
/* Starts the thread, which closes the queue when the lists have ended. */
bool producer_start(struct producer *producer, struct error *error);
void producer_join(struct producer *producer);    /* nothing when it was not started */
void producer_destroy(struct producer *producer); /* joined; NULL is fine */

struct report_input producer_input(struct producer *producer); /* any thread */
/* After producer_join: false, with the error, when a list could not be read to its end. */
bool producer_is_sound(const struct producer *producer, struct error *error);

/* Any thread: records made so far, and whether the lists have been read to their end. */
uint64_t producer_total(const struct producer *producer, bool *out_is_final);

#endif
