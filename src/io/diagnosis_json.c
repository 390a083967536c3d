#include "io/diagnosis_json.h"

#include "io/json_tree.h"
#include "io/report_value.h"

static json_t *findings_value(const struct findings *findings)
{
    json_t *array = json_tree_array();
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        json_t *object = json_tree_object();
        json_tree_put(object, "group", json_tree_string(finding->group));
        json_tree_put(object, "check", json_tree_string(finding->check));
        json_tree_put(object, "level", json_tree_string(finding_level_name(finding->level)));
        json_tree_put(object, "text", json_tree_string(finding->text));
        json_tree_put(object, "advice", json_tree_string(finding->advice));
        json_tree_append(array, object);
    }
    return array;
}

static json_t *counts_value(const struct findings *findings)
{
    json_t *object = json_tree_object();
    for (enum finding_level level = FINDING_OK; level <= FINDING_FAILURE; level++)
        json_tree_put(object, finding_level_name(level),
                      json_tree_count(findings_count(findings, level)));
    return object;
}

static json_t *list_value(const struct diagnosis_list *list)
{
    if (!list->is_given)
        return json_null();
    json_t *object = json_tree_object();
    json_tree_put(object, "urls", json_tree_count(list->urls));
    json_tree_put(object, "https", json_tree_count(list->https));
    json_tree_put(object, "invalid", json_tree_count(list->bad));
    json_tree_put(object, "hosts", json_tree_count(list->hosts));
    return object;
}

static json_t *lookup_value(const struct diagnosis_lookup *lookup)
{
    static const char *const results[] = {"found", "no-such-name", "try-again", "failed", "silent"};
    json_t *object = json_tree_object();
    json_tree_put(object, "host", json_tree_string(lookup->host));
    json_tree_put(object, "result", json_tree_string(results[lookup->result]));
    json_tree_put(object, "first_us", json_tree_known(lookup->first_us));
    json_tree_put(object, "again_us", json_tree_known(lookup->again_us));
    json_tree_put(object, "ipv4", json_tree_count(lookup->ipv4));
    json_tree_put(object, "ipv6", json_tree_count(lookup->ipv6));
    json_tree_put(object, "has_route", json_boolean(lookup->has_route));
    return object;
}

static json_t *names_value(const struct diagnosis_names *names)
{
    json_t *object = json_tree_object();
    json_t *servers = json_tree_array();
    json_t *lookups = json_tree_array();
    for (size_t i = 0; i < names->server_count; i++)
        json_tree_append(servers, json_tree_string(names->servers[i]));
    for (size_t i = 0; i < names->count; i++)
        json_tree_append(lookups, lookup_value(&names->lookups[i]));
    json_tree_put(object, "hosts", json_tree_count(names->hosts));
    json_tree_put(object, "literal", json_tree_count(names->literal));
    json_tree_put(object, "proxied", json_tree_count(names->proxied));
    json_tree_put(object, "servers", servers);
    json_tree_put(object, "lookups", lookups);
    return object;
}

static json_t *proxies_value(const struct diagnosis_proxies *proxies)
{
    static const char *const states[] = {"answers", "unusable", "unknown", "refuses", "silent"};
    json_t *array = json_tree_array();
    for (size_t i = 0; i < proxies->count; i++) {
        const struct diagnosis_proxy *proxy = &proxies->items[i];
        json_t *object = json_tree_object();
        json_tree_put(object, "targets", json_tree_string(proxy->schemes));
        json_tree_put(object, "proxy", json_tree_string(proxy->shown));
        json_tree_put(object, "origin", json_tree_string(proxy->origin));
        json_tree_put(object, "state", json_tree_string(states[proxy->state]));
        json_tree_put(object, "connect_us",
                      json_tree_known(proxy->state == PROXY_ANSWERS ? proxy->connect_us : -1));
        json_tree_append(array, object);
    }
    return array;
}

static json_t *certificates_value(const struct diagnosis_certificates *certificates)
{
    json_t *object = json_tree_object();
    json_tree_put(object, "file", json_tree_string(certificates->file));
    json_tree_put(object, "count", json_tree_count((uint64_t)certificates->count));
    json_tree_put(object, "expired", json_tree_count((uint64_t)certificates->expired));
    json_tree_put(object, "directory", json_tree_string(certificates->directory));
    json_tree_put(object, "directory_count",
                  json_tree_count((uint64_t)certificates->directory_count));
    return object;
}

static json_t *directory_value(const struct diagnosis_directory *directory)
{
    json_t *object = json_tree_object();
    json_tree_put(object, "path", json_tree_string(directory->path));
    json_tree_put(object, "nearest", json_tree_string(directory->nearest));
    json_tree_put(object, "type", json_tree_string(directory->type));
    json_tree_put(object, "is_writable", json_boolean(directory->is_writable));
    json_tree_put(object, "is_held", json_boolean(directory->is_held));
    json_tree_put(object, "free_bytes", json_tree_known(directory->free_bytes));
    json_tree_put(object, "free_files", json_tree_known(directory->free_files));
    json_tree_put(object, "min_free_bytes", json_tree_known(directory->min_free_bytes));
    return object;
}

/* No limit is null. */
static json_t *limit_value(uint64_t limit)
{
    return limit == UINT64_MAX ? json_null() : json_tree_count(limit);
}

static json_t *machine_value(const struct diagnosis_machine *machine)
{
    json_t *object = json_tree_object();
    json_tree_put(object, "cpus", json_tree_count(machine->cpus));
    json_tree_put(object, "jobs", json_tree_count(machine->jobs));
    json_tree_put(object, "jobs_fitting", json_tree_count(machine->jobs_fitting));
    json_tree_put(object, "threads", json_tree_count(machine->threads));
    json_tree_put(object, "descriptors_soft", limit_value(machine->descriptors_soft));
    json_tree_put(object, "descriptors_hard", limit_value(machine->descriptors_hard));
    json_tree_put(object, "descriptors_wanted", json_tree_count(machine->descriptors_wanted));
    json_tree_put(object, "memory_available_bytes", json_tree_known(machine->memory_available));
    json_tree_put(object, "memory_limit_bytes", json_tree_known(machine->memory_limit));
    return object;
}

static json_t *clock_value(const struct diagnosis_clock *clock)
{
    json_t *object = json_tree_object();
    json_tree_put(object, "time", json_tree_time(clock->wall_us));
    json_tree_put(object, "is_synchronised",
                  clock->is_known ? json_boolean(clock->is_synchronised) : json_null());
    return object;
}

static json_t *library_value(const struct diagnosis_library *library)
{
    json_t *object = json_tree_object();
    json_tree_put(object, "version", json_tree_string(library->version));
    json_tree_put(object, "tls", json_tree_string(library->tls));
    json_tree_put(object, "has_http2", json_boolean(library->has_http2));
    json_tree_put(object, "has_idn", json_boolean(library->has_international_names));
    json_tree_put(object, "has_ipv6", json_boolean(library->has_ipv6));
    json_tree_put(object, "has_background_lookups", json_boolean(!library->waits_for_names));
    return object;
}

char *diagnosis_format(const struct diagnosis_facts *facts)
{
    json_t *tree = json_tree_object();
    json_tree_put(tree, "schema", json_tree_string("haul.doctor/1"));
    json_tree_put(tree, "tool", report_value_tool());
    json_tree_put(tree, "host", report_value_host());
    json_tree_put(tree, "exit_code", json_tree_known(facts->exit_code));
    json_tree_put(tree, "counts", counts_value(facts->findings));
    json_tree_put(tree, "findings", findings_value(facts->findings));
    json_tree_put(tree, "list", list_value(facts->list));
    json_tree_put(tree, "names", names_value(facts->names));
    json_tree_put(tree, "proxies", proxies_value(facts->proxies));
    json_tree_put(tree, "certificates", certificates_value(facts->certificates));
    json_tree_put(tree, "directory", directory_value(facts->directory));
    json_tree_put(tree, "machine", machine_value(facts->machine));
    json_tree_put(tree, "clock", clock_value(facts->clock));
    json_tree_put(tree, "libcurl", library_value(facts->library));
    char *text = json_tree_format(tree, true);
    json_decref(tree);
    return text;
}
