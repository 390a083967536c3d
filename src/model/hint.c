#include "model/hint.h"

#include "base/number.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SECOND_US 1e6
#define HOUR_SECONDS 3600.0

/* Fewer URLs than this may always be chance. */
#define LEAST_URLS 5
#define SMALL_SHARE 0.01
#define LARGE_SHARE 0.1
/* How long and how large a run must be before its figures say anything about jobs. */
#define SETTLED_US INT64_C(3000000)
#define SETTLED_ATTEMPTS 200
/* A limit counts as reached a little below it: a run also begins and ends. */
#define REACHED 0.8

struct found {
    uint64_t urls; /* that it concerns */
    char text[HINT_SIZE];
};

/* Rules in their order: of two that concern as many URLs the first is kept. */
#define RULES 6
struct list {
    struct found items[RULES];
    size_t count;
};

static void add(struct list *list, uint64_t urls, const char *format, ...) PRINTF_LIKE(3, 4);
static void add(struct list *list, uint64_t urls, const char *format, ...)
{
    struct found *found = &list->items[list->count++];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(found->text, sizeof found->text, format, arguments);
    va_end(arguments);
    found->urls = urls;
}

static bool is_much(const struct hint_evidence *evidence, uint64_t urls, double share)
{
    return urls >= LEAST_URLS && (double)urls > share * (double)evidence->counts->total;
}

static void judge_lookups(struct list *list, const struct hint_evidence *evidence)
{
    char count[NUMBER_SIZE];
    uint64_t urls = evidence->counts->by_failure[FAILURE_DNS_TEMPORARY];
    uint64_t unknown = evidence->counts->by_failure[FAILURE_DNS];
    if (!is_much(evidence, urls, SMALL_SHARE))
        return;
    if (urls == evidence->counts->total)
        add(list, urls, "no name could be looked up: is this machine online?");
    else if (is_much(evidence, unknown, SMALL_SHARE)) /* a broken resolver may give either */
        add(list, urls + unknown,
            "%s URLs failed because their name does not exist or could not be looked up for now: "
            "is your resolver fine? (see haul doctor)",
            number_format_count(count, (int64_t)(urls + unknown)));
    else
        add(list, urls,
            "%s URLs failed because their name could not be looked up for now: your resolver may "
            "be overloaded, try fewer --jobs (see haul doctor)",
            number_format_count(count, (int64_t)urls));
}

/* 503 alone and no success is a server that is down. */
static bool is_throttled(const struct hint_evidence *evidence)
{
    const struct counts *counts = evidence->counts;
    uint64_t fine = counts->by_status[STATUS_DOWNLOADED] + counts->by_status[STATUS_OK];
    return is_much(evidence, counts->throttled, SMALL_SHARE) &&
           (fine > 0 || counts->by_failure[FAILURE_RATE_LIMITED] > 0);
}

static void judge_throttling(struct list *list, const struct hint_evidence *evidence)
{
    char count[NUMBER_SIZE];
    uint64_t urls = evidence->counts->throttled;
    if (!is_throttled(evidence))
        return;
    number_format_count(count, (int64_t)urls);
    if (evidence->has_host_rate)
        add(list, urls, "%s URLs were told to come later (429, 503): lower --host-rate", count);
    else if (evidence->per_host > 1)
        add(list, urls,
            "%s URLs were told to come later (429, 503): lower --per-host (%u) or set --host-rate",
            count, evidence->per_host);
    else
        add(list, urls, "%s URLs were told to come later (429, 503): set --host-rate", count);
}

static void judge_pages(struct list *list, const struct hint_evidence *evidence)
{
    char count[NUMBER_SIZE];
    uint64_t urls = evidence->counts->html_instead;
    if (is_much(evidence, urls, SMALL_SHARE))
        add(list, urls,
            "%s URLs gave an HTML page instead of the file: a login or consent page? (see "
            "--header)",
            number_format_count(count, (int64_t)urls));
}

/* Near the limit, or beyond it; those that failed by it are as slow, and no sign of others. The
 * time per URL has the waits between attempts in it and the limit has not, so where URLs were
 * retried it proves nothing. */
static void judge_timeout(struct list *list, const struct hint_evidence *evidence)
{
    const struct counts *counts = evidence->counts;
    char limit[NUMBER_SIZE];
    char value[NUMBER_SIZE];
    uint64_t urls = counts->by_failure[FAILURE_TIMEOUT];
    number_format_duration(limit, evidence->timeout_us);
    if (is_much(evidence, urls, SMALL_SHARE)) {
        add(list, urls, "%s URLs took longer than --timeout %s: give them more",
            number_format_count(value, (int64_t)urls), limit);
        return;
    }
    bool is_near = evidence->p99_us > (int64_t)(REACHED * (double)evidence->timeout_us);
    bool was_retried = (double)counts->retries > SMALL_SHARE * (double)counts->total;
    if (!is_near || was_retried || urls > 0 || counts->total < LEAST_URLS)
        return;
    number_format_duration(value, evidence->p99_us);
    if ((double)counts->total * SMALL_SHARE < 1)
        add(list, 1,
            "the slowest URL took %s of the %s that --timeout allows: a longer one is safer", value,
            limit);
    else
        add(list, (uint64_t)(SMALL_SHARE * (double)counts->total),
            "1%% of the URLs took %s or more of the %s that --timeout allows: a longer one is "
            "safer",
            value, limit);
}

static const char *advice_on(enum failure failure)
{
    switch (failure) {
    case FAILURE_BAD_URL:
        return "is the list of another --format or --url-column?";
    case FAILURE_BLOCKED_ADDRESS:
        return "private addresses are refused here";
    case FAILURE_DNS:
        return "these hosts do not exist (any more)";
    case FAILURE_CONNECT:
    case FAILURE_REFUSED:
    case FAILURE_HOST_DOWN:
        return "is the network fine, and is a --proxy needed?";
    case FAILURE_TLS:
        return "is the clock right, and is a --cacert needed?";
    case FAILURE_NOT_FOUND:
    case FAILURE_GONE:
        return "the list may be out of date";
    case FAILURE_FORBIDDEN:
        return "servers may want a --referer, a --header or another --user-agent";
    case FAILURE_AUTH:
        return "servers want a login (see --header)";
    case FAILURE_STALLED:
        return "try fewer --jobs, or a longer --stall-timeout";
    case FAILURE_RESET:
    case FAILURE_TRUNCATED:
        return "connections break off: try fewer --jobs";
    case FAILURE_SERVER_ERROR:
        return "the servers have trouble: retry later";
    case FAILURE_TOO_LARGE:
        return "see --max-size";
    case FAILURE_BAD_TYPE:
    case FAILURE_BAD_IMAGE:
        return "see what --expect and the --min and --max options ask for";
    case FAILURE_EXISTS:
        return "see --if-exists";
    default:
        return "see failed.tsv and the report";
    }
}

/* What another rule has spoken about already, or knows better. */
static bool is_told(const struct hint_evidence *evidence, enum failure failure)
{
    const struct counts *counts = evidence->counts;
    switch (failure) {
    case FAILURE_DNS_TEMPORARY:
    case FAILURE_TIMEOUT:
        return true;
    case FAILURE_DNS:
        return is_much(evidence, counts->by_failure[FAILURE_DNS_TEMPORARY], SMALL_SHARE);
    case FAILURE_RATE_LIMITED:
        return is_throttled(evidence);
    case FAILURE_SERVER_ERROR: /* 503 is one */
        return is_throttled(evidence) &&
               counts->throttled >= counts->by_failure[FAILURE_SERVER_ERROR];
    case FAILURE_BAD_TYPE:
        return 2 * counts->html_instead > counts->by_failure[FAILURE_BAD_TYPE];
    default:
        return false;
    }
}

static void judge_failures(struct list *list, const struct hint_evidence *evidence)
{
    const struct counts *counts = evidence->counts;
    char share[NUMBER_SIZE + sizeof " of the"];
    uint64_t failed = counts->by_status[STATUS_FAILED];
    uint64_t unwanted = failed - counts->accepted; /* --ok-status knows of the others */
    enum failure top = FAILURE_NONE;
    for (enum failure failure = FAILURE_NONE + 1; failure < FAILURE_COUNT; failure++)
        if (counts->by_failure[failure] > counts->by_failure[top])
            top = failure;
    if (top == FAILURE_NONE || top == FAILURE_CANCELED || is_told(evidence, top) ||
        counts->by_failure[top] <= counts->accepted || !is_much(evidence, unwanted, LARGE_SHARE))
        return;
    bool is_all = counts->by_failure[top] == failed;
    number_format_ratio(share, (double)failed, (double)counts->total);
    bool is_everything = failed == counts->total;
    const char *how = !is_all ? ", most often" : is_everything ? "" : ", all";
    add(list, counts->by_failure[top], "%s URLs failed%s with %s: %s",
        is_everything ? "all" : strcat(share, " of the"), how, failure_name(top), advice_on(top));
}

/* Downloads in progress on average (Little's law); of a URL that was retried only the last attempt
 * is known, so it is rather too low. */
static double downloads_at_once(const struct hint_evidence *evidence)
{
    const struct phases *us = &evidence->counts->phases;
    double busy_us = (double)us->dns + (double)us->connect + (double)us->tls + (double)us->ttfb +
                     (double)us->receive + (double)us->write;
    return busy_us / (double)evidence->elapsed_us;
}

/* How many jobs would find work, as far as the host with the most URLs lets them. */
static unsigned useful_jobs(const struct hint_evidence *evidence)
{
    const struct counts *counts = evidence->counts;
    double share = (double)evidence->busiest_host_urls / (double)counts->total;
    double most = share > 0 ? (double)evidence->per_host / share : 0;
    double twice = 2.0 * evidence->jobs;
    return (unsigned)(most < twice ? most : twice);
}

static void judge_more_jobs(struct list *list, const struct hint_evidence *evidence, double at_once,
                            double cpu_share)
{
    const struct phases *us = &evidence->counts->phases;
    double waiting_us = (double)us->dns + (double)us->connect + (double)us->tls + (double)us->ttfb;
    bool is_waiting = waiting_us > 1.5 * ((double)us->receive + (double)us->write);
    bool is_one_host = evidence->busiest_host_urls >= 0.95 * (double)evidence->counts->total;
    if (evidence->has_host_limits || evidence->has_host_rate)
        return;
    if (is_one_host && evidence->per_host < evidence->jobs) {
        if (at_once >= REACHED * evidence->per_host)
            add(list, 0, "%s: --per-host %u is the limit, not --jobs %u",
                evidence->hosts == 1 ? "all URLs are of one host"
                                     : "nearly all URLs are of one host",
                evidence->per_host, evidence->jobs);
        return;
    }
    unsigned jobs = useful_jobs(evidence);
    if (is_waiting && cpu_share < 0.5 && at_once >= REACHED * evidence->jobs &&
        jobs >= evidence->jobs + (evidence->jobs + 3) / 4)
        add(list, 0,
            "all %u jobs were busy, mostly waiting for servers: try -j %u (haul bench finds the "
            "best number)",
            evidence->jobs, jobs);
}

/* Hosts that ask for less are never met with more. */
static void judge_jobs(struct list *list, const struct hint_evidence *evidence)
{
    const struct counts *counts = evidence->counts;
    bool has_settled = evidence->elapsed_us >= SETTLED_US && counts->attempts >= SETTLED_ATTEMPTS;
    if (!has_settled || counts->throttled > 0 ||
        (double)counts->by_status[STATUS_FAILED] > LARGE_SHARE * (double)counts->total)
        return;
    char limit[NUMBER_SIZE];
    double seconds = (double)evidence->elapsed_us / SECOND_US;
    double cpu_share =
        (double)evidence->cpu_us / (double)evidence->elapsed_us / (double)evidence->cpus;
    double requests = (double)counts->attempts / seconds;
    double bytes = (double)counts->wire_bytes / seconds;
    if (cpu_share >= 0.85)
        add(list, 0, "the CPU%s busy %.0f%% of the time: more --jobs would not help",
            evidence->cpus == 1 ? " was" : "s were", cpu_share < 1 ? cpu_share * 100 : 100);
    else if (evidence->rate_per_hour > 0 &&
             requests >= REACHED * (double)evidence->rate_per_hour / HOUR_SECONDS)
        add(list, 0, "--rate %s is the limit: more --jobs would not help",
            number_format_rate(limit, evidence->rate_per_hour));
    else if (evidence->limit_rate > 0 && bytes >= REACHED * (double)evidence->limit_rate)
        add(list, 0, "--limit-rate (%s/s) is the limit: more --jobs would not help",
            number_format_bytes(limit, evidence->limit_rate));
    else
        judge_more_jobs(list, evidence, downloads_at_once(evidence), cpu_share);
}

struct hints hint_choose(const struct hint_evidence *evidence)
{
    struct hints hints = {0};
    struct list list = {.count = 0};
    judge_lookups(&list, evidence);
    judge_throttling(&list, evidence);
    judge_pages(&list, evidence);
    judge_timeout(&list, evidence);
    judge_failures(&list, evidence);
    judge_jobs(&list, evidence);
    bool is_taken[RULES] = {false};
    while (hints.count < HINT_LIMIT && hints.count < list.count) {
        size_t best = RULES;
        for (size_t i = 0; i < list.count; i++)
            if (!is_taken[i] && (best == RULES || list.items[i].urls > list.items[best].urls))
                best = i;
        is_taken[best] = true;
        memcpy(hints.texts[hints.count++], list.items[best].text, HINT_SIZE);
    }
    return hints;
}
