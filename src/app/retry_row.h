/* What a row of failed.tsv says of the run that wrote it.
 *
 * Fields are those of a list item, lent for the call. */
#ifndef HAUL_APP_RETRY_ROW_H
#define HAUL_APP_RETRY_ROW_H

#include "app/string_list.h"
#include "model/job.h"
#include "model/list_entry.h"

/* True when its class says that another try gives the same (failure_is_final). */
bool retry_row_is_final(const struct list_field *fields, size_t count);

/* Ends the job as one that is skipped for that reason, with the class and status of the row. */
void retry_row_leave_out(struct job *job, const struct list_field *fields, size_t count);

/* Names of the lists that rows come from: most of them from one. Embedded: zeroed is empty. */
struct retry_places {
    struct string_list sources;
};

/* Makes source and line of the job those where its URL was listed at first, where the row says
 * that. The name is kept by `places`, which must live as long as the job; of very many lists, only
 * the first are told apart, and the other jobs stay as they are. */
void retry_places_set(struct retry_places *places, struct job *job, const struct list_field *fields,
                      size_t count);
void retry_places_clear(struct retry_places *places);

#endif
