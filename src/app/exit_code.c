#include "app/exit_code.h"

#include "app/stop_reason.h"

static bool is_signal(int reason)
{
    return reason > 0 && reason < STOP_LOCAL;
}

/* Of a run that was told to stop, but had nothing left to do, nothing is missing. */
static bool was_cut_short(const struct ending *ending)
{
    const struct counts *counts = ending->counts;
    return !ending->is_input_complete || counts->by_status[STATUS_NOT_TRIED] > 0 ||
           counts->by_failure[FAILURE_CANCELED] > 0 || counts->cut_short > 0;
}

/* What the URLs themselves say. */
static int judge_urls(const struct ending *ending)
{
    const struct counts *counts = ending->counts;
    uint64_t failed = counts->by_status[STATUS_FAILED] - counts->accepted;
    if (failed == 0 || ending->failures.is_set)
        return EXIT_CODE_SUCCESS;
    uint64_t fine = counts->by_status[STATUS_DOWNLOADED] + counts->by_status[STATUS_KEPT] +
                    counts->by_status[STATUS_SKIPPED] + counts->by_status[STATUS_OK] +
                    counts->accepted;
    return fine > 0 ? EXIT_CODE_SOME_FAILED : EXIT_CODE_ALL_FAILED;
}

int exit_code_of_ending(const struct ending *ending)
{
    const struct counts *counts = ending->counts;
    bool is_empty = counts->total == 0 && ending->reason == 0 && !ending->allows_empty;
    if (ending->trouble == ERROR_INPUT || is_empty)
        return EXIT_CODE_INPUT;
    if (ending->trouble != ERROR_NONE || ending->reason == STOP_LOCAL ||
        ending->reason == STOP_OUTPUT)
        return EXIT_CODE_LOCAL;
    if (ending->signal_number > 0)
        return EXIT_CODE_SIGNAL + ending->signal_number;
    uint64_t failed = counts->by_status[STATUS_FAILED] - counts->accepted;
    if (ending->reason == STOP_FAILURES ||
        failure_limit_is_exceeded(&ending->failures, failed, counts->total))
        return EXIT_CODE_FAILURES;
    if ((ending->reason == STOP_DEADLINE || ending->reason == STOP_QUOTA) && was_cut_short(ending))
        return EXIT_CODE_STOPPED;
    return judge_urls(ending);
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
    if (exit_code > EXIT_CODE_SIGNAL)
        return "interrupted";
    bool is_whole = exit_code <= EXIT_CODE_ALL_FAILED && exit_code != EXIT_CODE_USAGE &&
                    (reason == STOP_DEADLINE || reason == STOP_QUOTA);
    if (reason > 0 && !is_whole)
        return is_signal(reason) ? "interrupted" : "stopped";
    return exit_code == EXIT_CODE_SUCCESS ? "complete" : "failed";
}
