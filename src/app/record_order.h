/* Brings jobs that end in any order back into the order of their records.
 *
 * Every index from 1 on ends exactly once, so what is held back is bounded by the jobs in hand.
 * Ownership: a pushed job belongs to the order until it is given out. One thread. */
#ifndef HAUL_APP_RECORD_ORDER_H
#define HAUL_APP_RECORD_ORDER_H

#include "model/job.h"

struct record_order;

struct record_order *record_order_create(void);
void record_order_destroy(struct record_order *order); /* frees what it holds; NULL is fine */

void record_order_push(struct record_order *order, struct job *job);
/* The job with the next index, when it has come; else NULL. */
struct job *record_order_next(struct record_order *order);

#endif
