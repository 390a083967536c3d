/* Why a run stops before its list is done: the reasons given to cancel_raise. */
#ifndef HAUL_APP_STOP_REASON_H
#define HAUL_APP_STOP_REASON_H

/* 1 to 64 are the numbers of signals. */
enum stop_reason {
    STOP_LOCAL = 100, /* disk full, directory gone, state not writable */
    STOP_OUTPUT,      /* nobody reads stdout any more */
    STOP_DEADLINE,    /* --deadline */
    STOP_QUOTA,       /* --max-total-size */
    STOP_FAILURES,    /* more than --max-failures */
};

#endif
