#include "model/diagnosis.h"

#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUP_LIST "list"
#define GROUP_NAMES "names"

/* What a lookup may take: answers from far away take up to 100 ms, those of a cache at hand less
 * than 5. */
#define SLOW_US 100000
#define VERY_SLOW_US 500000
#define REMEMBERED_US 5000

#define NAMED 3 /* hosts, of each kind of trouble */
#define WORDS_MAX 2048
#define SAMPLE_SIZE (NUMBER_SIZE + 32)

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

void diagnosis_add_list(struct findings *findings, const struct diagnosis_list *list)
{
    char urls[NUMBER_SIZE];
    char number[NUMBER_SIZE];
    if (!list->is_given) {
        findings_add(findings, GROUP_LIST, "urls", FINDING_NOTE,
                     "none given: no name is looked up (haul doctor LIST does)");
        return;
    }
    if (list->urls == 0)
        findings_add(findings, GROUP_LIST, "urls", FINDING_FAILURE,
                     "no line can be used (haul -n LIST shows why)");
    else
        findings_add(findings, GROUP_LIST, "urls", FINDING_OK, "%s URL%s on %s host%s",
                     number_format_count(urls, (int64_t)list->urls), plural(list->urls),
                     number_format_count(number, (int64_t)list->hosts), plural(list->hosts));
    if (list->bad > 0 && list->urls > 0) {
        findings_add(findings, GROUP_LIST, "lines", FINDING_WARNING,
                     "%s line%s cannot be used, and will fail",
                     number_format_count(number, (int64_t)list->bad), plural(list->bad));
        findings_advise(findings, "haul -n LIST shows them");
    }
    uint64_t busy = list->hosts * list->per_host;
    if (list->urls > list->jobs && busy < list->jobs) {
        findings_add(findings, GROUP_LIST, "hosts", FINDING_NOTE,
                     "%s of the %s downloads at once can be busy: %u from each host",
                     number_format_count(urls, (int64_t)busy),
                     number_format_count(number, list->jobs), list->per_host);
        findings_advise(findings, "--per-host allows more, if the host does");
    }
}

static void add_servers(struct findings *findings, const struct diagnosis_names *names)
{
    struct text text;
    if (!names->has_configuration || names->server_count == 0) {
        findings_add(findings, GROUP_NAMES, "servers", FINDING_WARNING,
                     "/etc/resolv.conf %s: this machine itself is asked",
                     names->has_configuration ? "names no name server" : "cannot be read");
        findings_advise(findings,
                        "add a line such as: nameserver 192.0.2.1 (the address of yours)");
        return;
    }
    text_init(&text, WORDS_MAX);
    for (size_t i = 0; i < names->server_count; i++)
        text_append_format(&text, "%s%s", i > 0 ? ", " : "", names->servers[i]);
    findings_add(findings, GROUP_NAMES, "servers", FINDING_OK,
                 "asked are %s (%u s each, %u attempt%s)", text.data, names->timeout_s,
                 names->attempts, plural(names->attempts));
    text_clear(&text);
}

static int compare_times(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return left < right ? -1 : left > right;
}

/* Of what was found: first answers, or those to the second question. */
static int64_t median_us(const struct diagnosis_names *names, bool is_again, int64_t *out_most)
{
    int64_t *times = memory_allocate_zeroed(names->count + 1, sizeof(*times));
    size_t count = 0;
    for (size_t i = 0; i < names->count; i++) {
        int64_t us = is_again ? names->lookups[i].again_us : names->lookups[i].first_us;
        if (names->lookups[i].result == LOOKUP_FOUND && us >= 0)
            times[count++] = us;
    }
    qsort(times, count, sizeof(*times), compare_times);
    int64_t median = count > 0 ? times[count / 2] : -1;
    *out_most = count > 0 ? times[count - 1] : -1;
    free(times);
    return median;
}

static uint64_t count_of(const struct diagnosis_names *names, enum lookup_result result)
{
    uint64_t count = 0;
    for (size_t i = 0; i < names->count; i++)
        count += names->lookups[i].result == result;
    return count;
}

/* " (a sample out of 100,000)": what was asked speaks for more hosts; "" when all were to be. */
static const char *sample_of(const struct diagnosis_names *names, char out[SAMPLE_SIZE])
{
    char hosts[NUMBER_SIZE];
    out[0] = '\0';
    if (names->wanted < names->hosts)
        snprintf(out, SAMPLE_SIZE, " (a sample out of %s)",
                 number_format_count(hosts, (int64_t)names->hosts));
    return out;
}

static const char caching[] =
    "a resolver on this machine that remembers answers spares the wait: systemd-resolved, unbound "
    "or dnsmasq";

static void add_speed(struct findings *findings, const struct diagnosis_names *names)
{
    char median_text[NUMBER_SIZE];
    char most_text[NUMBER_SIZE];
    char sample[SAMPLE_SIZE];
    int64_t most;
    int64_t median = median_us(names, false, &most);
    if (median < 0)
        return;
    enum finding_level level = median > VERY_SLOW_US ? FINDING_WARNING
                               : median > SLOW_US    ? FINDING_NOTE
                                                     : FINDING_OK;
    findings_add(findings, GROUP_NAMES, "speed", level,
                 "%llu of %zu host%s looked up%s, one at a time: median %s, slowest %s",
                 (unsigned long long)count_of(names, LOOKUP_FOUND), names->count,
                 plural(names->count), sample_of(names, sample),
                 number_format_duration(median_text, median),
                 number_format_duration(most_text, most));
    if (level != FINDING_OK)
        findings_advise(findings, "each new host waits so long: %s", caching);
    int64_t again = median_us(names, true, &most);
    if (again < 0)
        return;
    number_format_duration(median_text, again);
    if (again <= REMEMBERED_US) {
        findings_add(findings, GROUP_NAMES, "cache", FINDING_OK,
                     "asked again: median %s, answers are near", median_text);
        return;
    }
    findings_add(findings, GROUP_NAMES, "cache", again > SLOW_US ? FINDING_WARNING : FINDING_NOTE,
                 "asked again: median %s, nothing near remembers them", median_text);
    findings_advise(findings, "%s", caching);
}

/* The first few hosts of one kind. */
static void append_hosts(struct text *text, const struct diagnosis_names *names,
                         bool (*is_one)(const struct diagnosis_lookup *lookup))
{
    size_t count = 0;
    for (size_t i = 0; i < names->count; i++) {
        if (!is_one(&names->lookups[i]))
            continue;
        if (count++ < NAMED)
            text_append_format(text, "%s%s", count > 1 ? ", " : "", names->lookups[i].host);
    }
    if (count > NAMED)
        text_append_format(text, " and %zu more", count - NAMED);
}

static bool does_not_exist(const struct diagnosis_lookup *lookup)
{
    return lookup->result == LOOKUP_NO_SUCH_NAME;
}

static bool is_overloaded(const struct diagnosis_lookup *lookup)
{
    return lookup->result == LOOKUP_TRY_AGAIN || lookup->result == LOOKUP_FAILED;
}

static bool is_silent(const struct diagnosis_lookup *lookup)
{
    return lookup->result == LOOKUP_SILENT;
}

static bool has_no_way(const struct diagnosis_lookup *lookup)
{
    return lookup->result == LOOKUP_FOUND && !lookup->has_route;
}

/* One kind of trouble: nothing when there is none. What holds for all that were asked is grave:
 * then it is no property of a single host. Unless most of the list needs no lookup here. */
static void add_trouble(struct findings *findings, const struct diagnosis_names *names,
                        const char *check, bool (*is_one)(const struct diagnosis_lookup *lookup),
                        const char *words, const char *advice)
{
    struct text hosts;
    char sample[SAMPLE_SIZE];
    uint64_t count = 0;
    for (size_t i = 0; i < names->count; i++)
        count += is_one(&names->lookups[i]);
    if (count == 0)
        return;
    bool is_grave = count == names->count && names->hosts > names->literal + names->proxied;
    text_init(&hosts, WORDS_MAX);
    append_hosts(&hosts, names, is_one);
    findings_add(findings, GROUP_NAMES, check, is_grave ? FINDING_FAILURE : FINDING_WARNING,
                 "%llu of %zu %s%s: %s", (unsigned long long)count, names->count, words,
                 sample_of(names, sample), hosts.data);
    findings_advise(findings, "%s", advice);
    text_clear(&hosts);
}

static void add_troubles(struct findings *findings, const struct diagnosis_names *names)
{
    add_trouble(findings, names, "missing", does_not_exist,
                count_of(names, LOOKUP_NO_SUCH_NAME) == 1 ? "does not exist" : "do not exist",
                "their URLs will fail: correct the list, or the name servers in /etc/resolv.conf");
    add_trouble(findings, names, "temporary", is_overloaded, "got no answer that helps (try again)",
                "the resolver is overloaded, or cannot reach its own servers: ask less at once "
                "(-j, --per-host), or use another one");
    add_trouble(findings, names, "silent", is_silent, "got no answer in time",
                "the name server does not answer: is its address in /etc/resolv.conf right, and "
                "may port 53 be reached?");
    add_trouble(findings, names, "routes", has_no_way, "cannot be reached from here (no route)",
                "the network is down, or these hosts have only IPv6 addresses and this machine "
                "has none");
}

static void add_families(struct findings *findings, const struct diagnosis_names *names)
{
    unsigned ipv4 = 0;
    unsigned ipv6 = 0;
    for (size_t i = 0; i < names->count; i++) {
        ipv4 += names->lookups[i].ipv4 > 0;
        ipv6 += names->lookups[i].ipv6 > 0;
    }
    if (ipv4 + ipv6 > 0)
        findings_add(findings, GROUP_NAMES, "addresses", FINDING_OK,
                     "addresses: IPv4 for %u host%s, IPv6 for %u", ipv4, plural(ipv4), ipv6);
}

void diagnosis_add_names(struct findings *findings, const struct diagnosis_list *list,
                         const struct diagnosis_names *names)
{
    char number[NUMBER_SIZE];
    add_servers(findings, names);
    if (list->is_given && names->proxied > 0)
        findings_add(findings, GROUP_NAMES, "proxied", FINDING_OK,
                     "%s host%s looked up by the proxy, not here",
                     number_format_count(number, (int64_t)names->proxied),
                     names->proxied == 1 ? " is" : "s are");
    if (list->is_given && names->literal > 0)
        findings_add(findings, GROUP_NAMES, "literal", FINDING_OK,
                     "%s host%s looked up: given as address",
                     number_format_count(number, (int64_t)names->literal),
                     names->literal == 1 ? " need not be" : "s need not be");
    add_speed(findings, names);
    add_families(findings, names);
    add_troubles(findings, names);
    if (names->count < names->wanted)
        findings_add(findings, GROUP_NAMES, "given-up", FINDING_NOTE,
                     "given up after %zu of %zu hosts: it took too long", names->count,
                     names->wanted);
}
