#include "model/phases.h"

/* From one point to a later one; two clocks need not agree to the microsecond. */
static int64_t between(int64_t from, int64_t to)
{
    return to > from ? to - from : 0;
}

/* An attempt that got no answer spent the rest of its time on what would have come next: without
 * that, the successes alone would tell where time went. */
static void end_phase(struct phases *us, const struct phase_points *points)
{
    int64_t ended = points->ended;
    if (points->sent > 0)
        us->ttfb = between(points->sent, ended);
    else if (points->secured > points->connected)
        us->ttfb = between(points->secured, ended);
    else if (us->connect >= 0 && points->is_secure)
        us->tls = between(points->connected, ended);
    else if (us->connect >= 0)
        us->ttfb = between(points->connected, ended);
    else if (points->resolved > 0)
        us->connect = between(points->resolved, ended);
    else
        us->dns = ended;
}

void phases_set(struct phases *us, const struct phase_points *points)
{
    int64_t resolved = points->resolved;
    int64_t connected = points->connected;
    bool has_connected = connected > 0 && connected >= resolved;
    bool has_answered = points->answered > 0;
    us->dns = resolved > 0 ? resolved : -1;
    us->connect = has_connected ? connected - resolved : -1;
    us->tls = points->secured > connected ? points->secured - connected : -1;
    us->ttfb =
        has_answered && points->answered >= points->sent ? points->answered - points->sent : -1;
    us->receive =
        has_answered && points->ended >= points->answered ? points->ended - points->answered : -1;
    if (!has_answered)
        end_phase(us, points);
}

void phases_add_write(struct phases *us, int64_t within_us, int64_t write_us)
{
    int64_t within = within_us > 0 ? within_us : 0;
    us->write = write_us;
    if (us->receive >= 0)
        us->receive -= within < us->receive ? within : us->receive;
    if (us->total >= 0 && write_us > within)
        us->total += write_us - within;
}
