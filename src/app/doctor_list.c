#include "app/doctor_list.h"

#include "app/lists.h"
#include "app/planner.h"
#include "io/address.h"
#include "model/verification.h"

#include <string.h>

/* A pass over the lists. */
struct pass {
    struct doctor_list *list;
    const struct proxy_settings *proxies;
    struct lists *lists;
    struct planner *planner;
    struct host_sample *hosts; /* all of them: only their number is of interest */
    struct host_sample *literal;
    struct host_sample *proxied;
    uint64_t items;
};

static bool is_international(const char *host)
{
    while (*host != '\0' && (unsigned char)*host < 0x80)
        host++;
    return *host != '\0';
}

/* Who looks it up, and whether anybody has to. */
static void count_host(struct pass *pass, const struct url *url, const char *proxy)
{
    host_sample_add(pass->hosts, url->host);
    if (proxy != NULL && proxy_looks_up(proxy))
        host_sample_add(pass->proxied, url->host);
    else if (address_classify_text(url->host) != ADDRESS_OTHER)
        host_sample_add(pass->literal, url->host);
    else
        host_sample_add(pass->list->names, url->host);
}

static void count_url(struct pass *pass, const struct url *url)
{
    struct doctor_list *list = pass->list;
    const char *proxy = proxy_for(pass->proxies, url);
    list->facts.https += url->is_https;
    list->facts.international += is_international(url->host);
    if (proxy != NULL)
        *(url->is_https ? &list->proxied_https : &list->proxied_http) += 1;
    count_host(pass, url, proxy);
}

/* The URL of a line, and its mirrors, which may be asked, too. */
static void count_job(struct pass *pass, struct job *job)
{
    enum failure failure;
    const char *reason;
    pass->list->facts.urls++;
    count_url(pass, &job->origin);
    for (unsigned mirror = 1; mirror < job_mirror_count(job); mirror++) {
        if (job_use_mirror(job, mirror, &failure, &reason))
            count_url(pass, &job->origin);
    }
}

static bool take_item(struct pass *pass, const struct source_item *item, struct error *error)
{
    struct job *job = planner_make_job(pass->planner, ++pass->items, lists_name(pass->lists), item);
    enum plan plan = planner_decide(pass->planner, job, item, false);
    bool is_fine = lists_judge(pass->lists, planner_is_list_line(job, item), error);
    if (plan == PLAN_DOWNLOAD)
        count_job(pass, job);
    pass->list->facts.bad += plan == PLAN_BAD;
    job_destroy(job);
    return is_fine;
}

static bool read_items(struct pass *pass, const struct cancel *cancel, struct error *error)
{
    for (;;) {
        struct source_item item;
        enum source_answer answer = lists_next(pass->lists, &item, error);
        if (answer == SOURCE_ERROR || (answer == SOURCE_ITEM && !take_item(pass, &item, error)))
            return false;
        if (answer == SOURCE_STOPPED || cancel_level(cancel) != CANCEL_NONE)
            return true;
        if (answer == SOURCE_END)
            return pass->items > 0 || error_set(error, ERROR_INPUT, "the lists hold no URL");
    }
}

static bool read_lists(struct pass *pass, const struct options *options,
                       const struct cancel *cancel, struct error *error)
{
    const struct verification_rules rules = {0};
    struct name_template *template = name_template_create(options_name_template(options), error);
    if (template == NULL)
        return false;
    struct source_settings source = {
        .format = (enum source_format)options->format,
        .url_column = options->url_column,
        .stop_descriptor = cancel_descriptor(cancel),
        .names = template,
    };
    struct warnings *warnings = warnings_create();
    struct planner_settings settings = {.rules = &rules, .is_check = true, .warnings = warnings};
    bool is_read = lists_check(&options->operands, error);
    if (is_read)
        pass->lists = lists_open(&options->operands, &source, error);
    is_read = is_read && pass->lists != NULL;
    if (is_read) {
        pass->planner = planner_create(&settings);
        is_read = read_items(pass, cancel, error);
        planner_destroy(pass->planner);
    }
    lists_close(pass->lists);
    warnings_destroy(warnings);
    name_template_destroy(template);
    return is_read;
}

bool doctor_list_read(struct doctor_list *list, const struct options *options,
                      const struct proxy_settings *proxies, size_t sample,
                      const struct cancel *cancel, struct error *error)
{
    uint64_t seed = options->seed > 0 ? (uint64_t)options->seed : 0;
    struct pass pass = {.list = list, .proxies = proxies};
    *list = (struct doctor_list){
        .facts = {.is_given = options->operands.count > 0,
                  .per_host = (unsigned)options->per_host,
                  .jobs = options_jobs(options)},
        .names = host_sample_create(sample, seed),
    };
    if (!list->facts.is_given)
        return true;
    pass.hosts = host_sample_create(0, 0);
    pass.literal = host_sample_create(0, 0);
    pass.proxied = host_sample_create(0, 0);
    bool is_read = read_lists(&pass, options, cancel, error);
    list->facts.hosts = host_sample_distinct(pass.hosts);
    list->literal = host_sample_distinct(pass.literal);
    list->proxied = host_sample_distinct(pass.proxied);
    host_sample_destroy(pass.hosts);
    host_sample_destroy(pass.literal);
    host_sample_destroy(pass.proxied);
    return is_read;
}

void doctor_list_clear(struct doctor_list *list)
{
    host_sample_destroy(list->names);
    list->names = NULL;
}
