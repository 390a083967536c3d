/* The thread that reads the lists: checks each line, drops duplicates, gives names, knows what an
 * earlier run has done, and pushes a job for the rest.
 *
 * It waits while the queue or the recorder is full, so that a list of any length costs the same
 * memory. What needs no request (bad lines, duplicates, kept files) goes straight to the recorder.
 */
#ifndef HAUL_APP_PRODUCER_H
#define HAUL_APP_PRODUCER_H

#include "app/options.h"
#include "app/recorder.h"
#include "base/error.h"
#include "io/report.h"
#include "io/state.h"
#include "sync/cancel.h"
#include "sync/queue.h"

struct producer;

/* All lent until producer_destroy. */
struct producer_settings {
    const struct string_list *operands; /* lists and URLs */
    struct queue *queue;
    struct recorder *recorder;
    struct budget *budget; /* of jobs in hand: the producer waits while it is used up */
    struct cancel *cancel;
    struct root *root;
    struct state *state; /* used by the producer's thread only; NULL = nothing is known */
    enum existing_policy existing;
};

/* False (ERROR_INPUT) when a list is missing, a directory, or may not be read. Opens nothing. */
bool producer_check_lists(const struct string_list *operands, struct error *error);

/* Opens every list, so that an unreadable one is known before anything starts (ERROR_INPUT). */
struct producer *producer_create(const struct producer_settings *settings, struct error *error);
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
