/* haul: downloads every URL of a list and says what happened to each one. */
#include "app/bench.h"
#include "app/config_print.h"
#include "app/demo.h"
#include "app/doctor.h"
#include "app/dry_run.h"
#include "app/exit_code.h"
#include "app/generate.h"
#include "app/mistaken_command.h"
#include "app/options.h"
#include "app/report_command.h"
#include "app/retry_list.h"
#include "app/session.h"
#include "app/signals.h"
#include "app/usage.h"
#include "base/log.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* libcurl converts international host names only under a UTF-8 character set, and cron has none.
 * Messages and numbers stay as they are in C. */
static void choose_character_set(void)
{
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

/* Buffers of libcurl come and go with each download: memory that was given back to the system would
 * be asked for again at once. */
static void keep_freed_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, 1024 * 1024);
    mallopt(M_TRIM_THRESHOLD, 4 * 1024 * 1024);
}

/* Whatever is opened first must not become somebody's standard input or output. False when the
 * standard output was closed. */
static bool fill_standard_descriptors(void)
{
    bool has_output = fcntl(STDOUT_FILENO, F_GETFD) >= 0;
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        if (fcntl(descriptor, F_GETFD) < 0 && open("/dev/null", O_RDWR) != descriptor)
            _exit(EXIT_CODE_LOCAL);
    }
    return has_output;
}

/* Nothing else is asked of these; a run has files to make, too. */
static bool only_prints(const struct options *options)
{
    return options->wants_help || options->wants_version || options->show_config ||
           options->generate != GENERATE_NOTHING || options->dry_run ||
           options->command == COMMAND_REPORT || options->command == COMMAND_DOCTOR;
}

static int fail(const struct error *error)
{
    log_error("%s", error->text);
    return exit_code_of_error(error->kind);
}

/* Signals keep their effect: nothing is to be cleaned up. */
static int look(const struct options *options)
{
    struct error error = {0};
    int exit_code = dry_run_execute(options, &error);
    mistaken_command_explain(options, &error);
    if (error.kind != ERROR_NONE)
        log_error("%s", error.text);
    return exit_code;
}

static int run_command(struct options *options)
{
    struct error error = {0};
    if (!retry_list_prepare(options, &error))
        return fail(&error);
    switch (options->command) {
    case COMMAND_CHECK:
        return session_run(options);
    case COMMAND_BENCH:
        return bench_run(options);
    case COMMAND_DEMO:
        return demo_run(options);
    case COMMAND_REPORT:
        return report_command_run(options);
    case COMMAND_DOCTOR:
        return doctor_run(options);
    case COMMAND_GET:
    case COMMAND_COUNT:
        break;
    }
    return options->dry_run ? look(options) : session_run(options);
}

static void tell_warnings(const struct options *options)
{
    for (size_t i = 0; i < options->warnings.count; i++)
        log_warning("%s", options->warnings.items[i]);
}

static int work(struct options *options)
{
    if (options->quiet)
        log_set_level(LOG_ERROR);
    else if (options->verbose)
        log_set_level(LOG_DEBUG);
    tell_warnings(options);
    if (!options->dry_run && options->command != COMMAND_REPORT)
        signals_block();
    /* What OpenSSL would tidy up at the end of the process, the system does faster. */
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
        log_error("libcurl cannot be initialised");
        return EXIT_CODE_LOCAL;
    }
    int exit_code = run_command(options);
    curl_global_cleanup();
    return exit_code;
}

/* A help text or version that nobody got is a failure too (a full disk behind stdout). */
static int end_of_output(void)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return EXIT_CODE_SUCCESS;
    log_error("cannot write to standard output: %s", strerror(errno));
    return EXIT_CODE_LOCAL;
}

static int tell_or_work(struct options *options)
{
    if (options->wants_help) {
        usage_print(stdout, options->help_topic);
    } else if (options->wants_version) {
        usage_print_version(stdout);
    } else if (options->generate != GENERATE_NOTHING) {
        generate_print(stdout, (enum generate)options->generate);
    } else if (options->show_config) {
        tell_warnings(options);
        config_print_present(stdout, options);
    } else {
        return work(options);
    }
    return end_of_output();
}

int main(int argument_count, char **arguments)
{
    struct options options;
    struct error error = {0};
    int exit_code = 0;
    bool has_output = fill_standard_descriptors();
    keep_freed_memory();
    choose_character_set();
    struct config_places places = config_places_find(environ);
    options_init(&options);
    if (!options_parse(&options, argument_count, arguments, &places, &error)) {
        exit_code = fail(&error);
    } else if (!has_output && only_prints(&options)) {
        error_set(&error, ERROR_LOCAL, "standard output is closed");
        exit_code = fail(&error);
    } else {
        exit_code = tell_or_work(&options);
    }
    options_clear(&options);
    config_places_clear(&places);
    return exit_code;
}
