/* The exit code of a run: which one applies, in the order of the contract. */
#ifndef HAUL_APP_EXIT_CODE_H
#define HAUL_APP_EXIT_CODE_H

#include "app/failure_limit.h"
#include "base/error.h"
#include "model/summary.h"

enum exit_code {
    EXIT_CODE_SUCCESS = 0,
    EXIT_CODE_SOME_FAILED = 1,
    EXIT_CODE_USAGE = 2,
    EXIT_CODE_ALL_FAILED = 3,
    EXIT_CODE_LOCAL = 4,
    EXIT_CODE_INPUT = 5,
    EXIT_CODE_STOPPED = 6,
    EXIT_CODE_BUSY = 7,
    EXIT_CODE_FAILURES = 8,
    EXIT_CODE_SIGNAL = 128, /* and the number of the signal */
};

/* What is known about a run that has ended. */
struct ending {
    const struct counts *counts;
    bool allows_empty;
    bool is_input_complete;        /* the lists were read to their end */
    struct failure_limit failures; /* --max-failures */
    int signal_number;             /* that was taken, 0 = none */
    int reason; /* why it was stopped first: a signal, an enum stop_reason, 0 = it was not */
    enum error_kind trouble; /* beside the URLs: a list or this machine; ERROR_NONE */
};

int exit_code_of_ending(const struct ending *ending);

/* Of an error that kept a run from starting. */
int exit_code_of_error(enum error_kind kind);

/* For the report: complete, failed, interrupted (by a signal), stopped. */
const char *exit_code_outcome(int exit_code, int reason);

#endif
