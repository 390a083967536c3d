/* Asks about some hosts of a list, politely: one at a time, with pauses, twice each, and not for
 * long. */
#ifndef HAUL_APP_DOCTOR_NAMES_H
#define HAUL_APP_DOCTOR_NAMES_H

#include "io/name_lookup.h"
#include "model/diagnosis.h"
#include "model/host_sample.h"
#include "sync/cancel.h"

#define DOCTOR_HOSTS_MAX 20

/* Fills lookups (with room for DOCTOR_HOSTS_MAX) and their counts in *out. Hosts are lent by the
 * sample. Ends early when `cancel` is raised. */
void doctor_names_ask(const struct host_sample *hosts, struct name_lookup *lookup,
                      const struct cancel *cancel, struct diagnosis_lookup *lookups,
                      struct diagnosis_names *out);

#endif
