#include "app/doctor.h"

#include <errno.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/doctor_list.h"
#include "app/doctor_names.h"
#include "app/doctor_proxies.h"
#include "app/doctor_view.h"
#include "app/exit_code.h"
#include "app/limits.h"
#include "app/signals.h"
#include "base/clock.h"
#include "base/log.h"
#include "io/ca_bundle.h"
#include "io/diagnosis_json.h"
#include "io/filesystem.h"
#include "io/http_library.h"
#include "io/machine.h"
#include "io/machine_limits.h"
#include "io/name_servers.h"
#include "io/system_clock.h"

#define OUTPUT_BYTES_MAX ((size_t)1 << 20)
#define PROXY_LIMIT_US (5 * CLOCK_SECOND_US)

struct doctor {
    const struct options *options;
    struct redaction redaction;
    struct cancel *cancel;
    struct signals *signals;
    struct name_lookup *lookup;
    struct findings findings;
    size_t shown;      /* findings that were printed */
    bool is_unprinted; /* the output failed */

    struct doctor_list list;
    struct diagnosis_lookup lookups[DOCTOR_HOSTS_MAX];
    struct diagnosis_names names;
    struct doctor_proxies proxies;
    struct diagnosis_certificates certificates;
    struct diagnosis_directory directory;
    struct diagnosis_machine machine;
    struct diagnosis_clock clock;
    struct diagnosis_library library;
};

static bool is_stopped(const struct doctor *doctor)
{
    return cancel_level(doctor->cancel) != CANCEL_NONE;
}

static void print(struct doctor *doctor, const struct text *text)
{
    bool is_printed = fwrite(text->data, 1, text->length, stdout) == text->length;
    if (fflush(stdout) != 0 || !is_printed)
        doctor->is_unprinted = true;
}

/* What was found since the last call: nobody waits for names to hear of the disk. */
static void show(struct doctor *doctor)
{
    struct text text;
    if (doctor->options->json)
        return;
    text_init(&text, OUTPUT_BYTES_MAX);
    doctor_view_append(&text, &doctor->findings, doctor->shown, doctor->options->quiet);
    doctor->shown = doctor->findings.count;
    print(doctor, &text);
    text_clear(&text);
}

/* How findings name who set an option: as it is written on a command line, "HAUL_PROXY",
 * "a.conf:1". Lent; NULL = nobody. */
static const char *origin_of(const struct options *options, enum option_id id, const char *written)
{
    const struct option_origin *origin = &options->origins[id];
    const char *blank = origin->text != NULL ? strrchr(origin->text, ' ') : NULL;
    if (origin->source == OPTION_SOURCE_COMMAND_LINE)
        return written;
    return origin->source == OPTION_SOURCE_ENVIRONMENT && blank != NULL ? blank + 1 : origin->text;
}

static void survey_machine(struct doctor *doctor)
{
    const struct options *options = doctor->options;
    struct machine_limits limits = machine_limits_read();
    unsigned jobs = options_jobs(options);
    unsigned threads = options_thread_count(options);
    doctor->machine = (struct diagnosis_machine){
        .cpus = machine_cpus(),
        .jobs = jobs,
        .threads = threads,
        .descriptors_soft = limits.descriptors_soft,
        .descriptors_hard = limits.descriptors_hard,
        .descriptors_wanted = limits_wanted(jobs, threads, options->operands.count),
        .jobs_fitting =
            limits_within(limits.descriptors_hard, jobs, threads, options->operands.count).jobs,
        .memory_available = limits.memory_available,
        .memory_limit = limits.memory_limit,
        .processes_left = limits.processes_left,
        .is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
    };
}

/* All that needs no network. */
static void look_here(struct doctor *doctor)
{
    const struct options *options = doctor->options;
    const struct diagnosis_list *list = &doctor->list.facts;
    diagnosis_add_list(&doctor->findings, list);
    filesystem_survey(options->dir, &doctor->directory);
    doctor->directory.waits = options->lock_wait > 0;
    doctor->directory.min_free_bytes = options->min_free;
    diagnosis_add_directory(&doctor->findings, list, &doctor->directory);
    survey_machine(doctor);
    diagnosis_add_machine(&doctor->findings, list, &doctor->machine);
    doctor->clock = system_clock_describe();
    diagnosis_add_clock(&doctor->findings, &doctor->clock);
    doctor->library = http_library_describe();
    diagnosis_add_library(&doctor->findings, list, &doctor->library);
    ca_bundle_survey(options->cacert, origin_of(options, OPTION_ID_cacert, "--cacert"),
                     doctor->clock.wall_us, &doctor->certificates);
    diagnosis_add_certificates(&doctor->findings, list, &doctor->certificates);
    show(doctor);
}

static void ask_proxies(struct doctor *doctor, const struct proxy_settings *settings)
{
    int64_t limit_us = doctor->options->connect_timeout;
    struct diagnosis_proxies *facts = &doctor->proxies.facts;
    doctor_proxies_survey(&doctor->proxies, settings, &doctor->redaction, doctor->lookup,
                          doctor->cancel, limit_us < PROXY_LIMIT_US ? limit_us : PROXY_LIMIT_US);
    if (is_stopped(doctor))
        return;
    for (size_t i = 0; i < facts->count; i++) {
        struct diagnosis_proxy *proxy = &facts->items[i];
        proxy->urls = (strcmp(proxy->schemes, "https") != 0 ? doctor->list.proxied_http : 0) +
                      (strcmp(proxy->schemes, "http") != 0 ? doctor->list.proxied_https : 0);
    }
    diagnosis_add_proxies(&doctor->findings, &doctor->list.facts, facts);
    show(doctor);
}

static void ask_names(struct doctor *doctor)
{
    doctor->names.literal = doctor->list.literal;
    doctor->names.proxied = doctor->list.proxied;
    name_servers_read("/etc/resolv.conf", getenv("RES_OPTIONS"), &doctor->names);
    doctor_names_ask(doctor->list.names, doctor->lookup, doctor->cancel, doctor->lookups,
                     &doctor->names);
    if (is_stopped(doctor))
        return;
    diagnosis_add_names(&doctor->findings, &doctor->list.facts, &doctor->names);
    show(doctor);
}

static void print_json(struct doctor *doctor, int exit_code)
{
    struct diagnosis_facts facts = {
        .findings = &doctor->findings,
        .list = &doctor->list.facts,
        .names = &doctor->names,
        .proxies = &doctor->proxies.facts,
        .certificates = &doctor->certificates,
        .directory = &doctor->directory,
        .machine = &doctor->machine,
        .clock = &doctor->clock,
        .library = &doctor->library,
        .exit_code = exit_code,
    };
    char *json = diagnosis_format(&facts);
    struct text text = {.data = json, .length = strlen(json)};
    print(doctor, &text);
    free(json);
}

static void print_verdict(struct doctor *doctor)
{
    struct text text;
    text_init(&text, OUTPUT_BYTES_MAX);
    doctor_view_append_verdict(&text, &doctor->findings);
    print(doctor, &text);
    text_clear(&text);
}

/* False for an error; the exit code is that of what was found, or of a signal. */
static bool examine(struct doctor *doctor, int *out_exit_code, struct error *error)
{
    struct proxy_settings settings = proxy_settings_read(doctor->options->proxy);
    if (doctor->options->proxy != NULL)
        settings.http_origin = settings.https_origin =
            origin_of(doctor->options, OPTION_ID_proxy, "--proxy");
    if (!doctor_list_read(&doctor->list, doctor->options, &settings, DOCTOR_HOSTS_MAX,
                          doctor->cancel, error))
        return false;
    if (!is_stopped(doctor))
        look_here(doctor);
    if (!is_stopped(doctor))
        ask_proxies(doctor, &settings);
    if (!is_stopped(doctor))
        ask_names(doctor);
    *out_exit_code = findings_count(&doctor->findings, FINDING_FAILURE) > 0 ? EXIT_CODE_SOME_FAILED
                                                                            : EXIT_CODE_SUCCESS;
    if (signals_taken(doctor->signals) != 0) {
        *out_exit_code = EXIT_CODE_SIGNAL + signals_taken(doctor->signals);
        return true;
    }
    if (doctor->options->json)
        print_json(doctor, *out_exit_code);
    else if (!doctor->options->quiet)
        print_verdict(doctor);
    return !doctor->is_unprinted ||
           error_set(error, ERROR_LOCAL, "cannot write to standard output");
}

static void clear(struct doctor *doctor)
{
    findings_clear(&doctor->findings);
    doctor_proxies_clear(&doctor->proxies);
    filesystem_clear(&doctor->directory);
    name_lookup_destroy(doctor->lookup);
    doctor_list_clear(&doctor->list);
    signals_stop(doctor->signals);
    cancel_destroy(doctor->cancel);
}

int doctor_run(const struct options *options)
{
    struct error error = {0};
    int exit_code = EXIT_CODE_LOCAL;
    struct doctor doctor = {
        .options = options,
        .redaction = {(const char *const *)options->redact.items, options->redact.count},
        .cancel = cancel_create(&error),
    };
    if (doctor.cancel != NULL)
        doctor.signals = signals_start(doctor.cancel, (struct signal_listener){0}, &error);
    if (doctor.signals != NULL) {
        doctor.lookup = name_lookup_create(cancel_descriptor(doctor.cancel));
        examine(&doctor, &exit_code, &error);
    }
    if (error.kind != ERROR_NONE) {
        log_error("%s", error.text);
        exit_code = exit_code_of_error(error.kind);
    }
    clear(&doctor);
    if (exit_code > EXIT_CODE_SIGNAL)
        signals_raise(exit_code - EXIT_CODE_SIGNAL);
    return exit_code;
}
