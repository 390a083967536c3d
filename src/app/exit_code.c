#include "app/exit_code.h"

#include "app/stop_reason.h"

static bool is_signal(int reason)
{
    return reason > 0 && reason < STOP_LOCAL;
}

int exit_code_of_ending(const struct ending *ending)
{
    const struct counts *counts = ending->counts;
    bool is_empty = counts->total == 0 && ending->reason == 0 && !ending->allows_empty;
    if (ending->trouble == ERROR_INPUT || is_empty)
        return EXIT_CODE_INPUT;
    if (ending->trouble != ERROR_NONE || ending->reason >= STOP_LOCAL)
        return EXIT_CODE_LOCAL;
    if (is_signal(ending->reason))
        return EXIT_CODE_SIGNAL + ending->reason;
    uint64_t failed = counts->by_status[STATUS_FAILED];
    if (failed == 0)
        return EXIT_CODE_SUCCESS;
    uint64_t fine = counts->by_status[STATUS_DOWNLOADED] + counts->by_status[STATUS_KEPT] +
                    counts->by_status[STATUS_SKIPPED];
    return fine > 0 ? EXIT_CODE_SOME_FAILED : EXIT_CODE_ALL_FAILED;
}

int exit_code_of_error(enum error_kind kind)
{
    switch (kind) {
    case ERROR_USAGE:
        return EXIT_CODE_USAGE;
    case ERROR_INPUT:
        return EXIT_CODE_INPUT;
    case ERROR_BUSY:
        return EXIT_CODE_BUSY;
    case ERROR_NONE:
    case ERROR_LOCAL:
        break;
    }
    return EXIT_CODE_LOCAL;
}

const char *exit_code_outcome(int exit_code, int reason)
{
    if (reason > 0)
        return is_signal(reason) ? "interrupted" : "stopped";
    return exit_code == EXIT_CODE_SUCCESS ? "complete" : "failed";
}
