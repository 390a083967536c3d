#include "app/session.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "app/exit_code.h"
#include "app/mistaken_command.h"
#include "app/option_command.h"
#include "app/run.h"
#include "app/signals.h"
#include "base/clock.h"
#include "base/log.h"
#include "io/ping.h"

#include "config.h"

#define ON_FINISH_LIMIT_US (3600 * CLOCK_SECOND_US)

struct session {
    const struct options *options;
    struct command *on_finish; /* NULL without --on-finish */
    struct proxy_settings proxy;
    char user_agent[128];
    struct ping *ping; /* NULL without --ping */
    struct run_result result;
};

/* A part of --jitter, so that a thousand machines do not begin in the same second. The number of
 * the signal that ended the wait, 0 = none. */
static int wait_jitter(const struct options *options)
{
    uint64_t random = 0;
    if (options->jitter <= 0)
        return 0;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        random = (uint64_t)clock_monotonic_us();
    return signals_wait((int64_t)(random % (uint64_t)options->jitter));
}

static bool prepare(struct session *session, struct error *error)
{
    const char *line = session->options->on_finish;
    if (line != NULL)
        session->on_finish = option_command_create(OPTION_ID_on_finish, line, error);
    return line == NULL || session->on_finish != NULL;
}

static void start_ping(struct session *session)
{
    const struct options *options = session->options;
    if (options->ping == NULL)
        return;
    snprintf(session->user_agent, sizeof session->user_agent, "%s/%s", PACKAGE_NAME,
             PACKAGE_VERSION);
    session->proxy = proxy_settings_read(options->proxy);
    struct ping_settings settings = {
        .url = options->ping,
        .user_agent = options->user_agent != NULL ? options->user_agent : session->user_agent,
        .ca_file = options->cacert,
        .proxy = &session->proxy,
    };
    session->ping = ping_start(&settings);
    if (session->ping == NULL)
        log_warning("--ping: there is no thread for it");
}

static void run_on_finish(const struct session *session, int exit_code)
{
    const struct run_result *result = &session->result;
    char code[64];
    char id[64];
    char path[PATH_MAX] = "";
    char directory[PATH_MAX + 16];
    char report[PATH_MAX + 128];
    if (session->on_finish == NULL)
        return;
    if (session->options->command == COMMAND_GET && realpath(session->options->dir, path) == NULL)
        path[0] = '\0'; /* the run did not come so far */
    snprintf(code, sizeof code, "HAUL_RUN_EXIT_CODE=%d", exit_code);
    snprintf(id, sizeof id, "HAUL_RUN_ID=%s", result->run_id);
    snprintf(directory, sizeof directory, "HAUL_RUN_DIR=%s", path);
    snprintf(report, sizeof report, "HAUL_RUN_REPORT=%s", result->report_path);
    const char *const environment[] = {code, id, directory, report, NULL};
    struct command_value value = {"{}", result->report_path};
    struct error error = {0};
    /* Signals end it, as they would have ended the run. */
    struct cancel *cancel = cancel_create(&error);
    struct signals *signals =
        cancel != NULL ? signals_start(cancel, (struct signal_listener){0}, &error) : NULL;
    int status = 0;
    if (signals != NULL)
        status = command_run(session->on_finish, &value, 1, environment, cancel, ON_FINISH_LIMIT_US,
                             &error);
    signals_stop(signals);
    cancel_destroy(cancel);
    /* Whoever wants to hear nothing on success wants to hear of this. */
    void (*tell)(const char *, ...) = session->options->quiet ? log_error : log_warning;
    if (error.kind != ERROR_NONE)
        tell("--on-finish: %s", error.text);
    else if (status != 0)
        tell("--on-finish ended with %d", status);
}

/* The run alone: its exit code, 128 and more for a signal. */
static int execute(struct session *session)
{
    struct error error = {0};
    if (run_execute(session->options, &session->result, &error))
        return session->result.exit_code;
    if (session->result.signal_number != 0)
        return EXIT_CODE_SIGNAL + session->result.signal_number;
    mistaken_command_explain(session->options, &error);
    log_error("%s", error.text);
    return exit_code_of_error(error.kind);
}

static int run_between(struct session *session)
{
    int number = wait_jitter(session->options);
    if (number != 0)
        return EXIT_CODE_SIGNAL + number;
    start_ping(session);
    int exit_code = execute(session);
    run_on_finish(session, exit_code);
    struct error error = {0};
    if (!ping_finish(session->ping, exit_code, &error))
        log_warning("--ping: %s", error.text);
    return exit_code;
}

int session_run(const struct options *options)
{
    struct session session = {.options = options};
    struct error error = {0};
    int exit_code;
    if (prepare(&session, &error)) {
        exit_code = run_between(&session);
    } else {
        log_error("%s", error.text);
        exit_code = exit_code_of_error(error.kind);
    }
    command_destroy(session.on_finish);
    if (exit_code > EXIT_CODE_SIGNAL)
        signals_raise(exit_code - EXIT_CODE_SIGNAL);
    return exit_code;
}
