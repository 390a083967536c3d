/* haul doctor: what on this machine would make a run slow or fail, with advice. It asks about some
 * names, connects to a proxy where there is one, and changes nothing.
 *
 * Exit: 0 nothing keeps a run from working, 1 something does, 4 no output, 5 no list. */
#ifndef HAUL_APP_DOCTOR_H
#define HAUL_APP_DOCTOR_H

#include "app/options.h"

/* Signals are blocked by the caller; one ends it at once, with the exit code that it asks for. */
int doctor_run(const struct options *options);

#endif
