#include "app/doctor_names.h"

#include "base/clock.h"

#include <netdb.h>
#include <poll.h>

#define PAUSE_MS 50 /* between two questions: never more than 20 a second */
/* Longer than the 5 s after which the resolver asks its next server: a first one that is dead is
 * seen as a slow answer. */
#define LIMIT_US (6 * CLOCK_SECOND_US)
#define TOTAL_US (30 * CLOCK_SECOND_US)
#define SILENT_MAX 3 /* in a row: it is not the host's fault */

struct asking {
    struct name_lookup *lookup;
    const struct cancel *cancel;
    int64_t until_us;
};

static bool is_over(const struct asking *asking)
{
    return cancel_level(asking->cancel) != CANCEL_NONE || clock_monotonic_us() >= asking->until_us;
}

static void pause_politely(const struct asking *asking)
{
    struct pollfd stop = {.fd = cancel_descriptor(asking->cancel), .events = POLLIN};
    poll(&stop, 1, PAUSE_MS);
}

static enum name_lookup_end ask(const struct asking *asking, const char *host,
                                struct name_answer *out)
{
    int64_t left_us = asking->until_us - clock_monotonic_us();
    return name_lookup_ask(asking->lookup, host, left_us < LIMIT_US ? left_us : LIMIT_US, out);
}

static enum lookup_result result_of(int code)
{
    switch (code) {
    case 0:
        return LOOKUP_FOUND;
    case EAI_NONAME:
    case EAI_NODATA: /* the name exists, but has no address */
        return LOOKUP_NO_SUCH_NAME;
    case EAI_AGAIN:
        return LOOKUP_TRY_AGAIN;
    default:
        return LOOKUP_FAILED;
    }
}

static void take_answer(struct diagnosis_lookup *lookup, const struct name_answer *answer)
{
    lookup->result = result_of(answer->code);
    lookup->first_us = answer->us;
    lookup->ipv4 = answer->ipv4;
    lookup->ipv6 = answer->ipv6;
    for (size_t i = 0; i < answer->address_count && !lookup->has_route; i++)
        lookup->has_route = name_address_has_route(&answer->addresses[i]);
}

/* False when there is no answer to count. */
static bool ask_twice(const struct asking *asking, struct diagnosis_lookup *lookup)
{
    struct name_answer answer;
    enum name_lookup_end end = ask(asking, lookup->host, &answer);
    lookup->again_us = -1;
    if (end == NAME_LOOKUP_SILENT && !is_over(asking)) {
        lookup->result = LOOKUP_SILENT;
        lookup->first_us = LIMIT_US;
        return true;
    }
    if (end != NAME_LOOKUP_ANSWERED)
        return false;
    take_answer(lookup, &answer);
    pause_politely(asking);
    if (lookup->result == LOOKUP_FOUND && !is_over(asking) &&
        ask(asking, lookup->host, &answer) == NAME_LOOKUP_ANSWERED && answer.code == 0)
        lookup->again_us = answer.us;
    return true;
}

void doctor_names_ask(const struct host_sample *hosts, struct name_lookup *lookup,
                      const struct cancel *cancel, struct diagnosis_lookup *lookups,
                      struct diagnosis_names *out)
{
    struct asking asking = {lookup, cancel, clock_monotonic_us() + TOTAL_US};
    unsigned silent = 0;
    out->lookups = lookups;
    out->count = 0;
    out->wanted = host_sample_count(hosts);
    out->hosts = host_sample_distinct(hosts);
    while (out->count < out->wanted && silent < SILENT_MAX) {
        struct diagnosis_lookup *next = &lookups[out->count];
        if (out->count > 0)
            pause_politely(&asking);
        *next = (struct diagnosis_lookup){.host = host_sample_host(hosts, out->count)};
        if (is_over(&asking) || !ask_twice(&asking, next))
            return;
        silent = next->result == LOOKUP_SILENT ? silent + 1 : 0;
        out->count++;
    }
}
