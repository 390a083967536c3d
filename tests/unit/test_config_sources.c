#include "app/config_sources.h"

#include <check.h>
#include <stdlib.h>

#include "app/config_print.h"
#include "scratch.h"

#define MAX_WORDS 12

/* A place to configure: files "system" and "user" in the directory of the test, "named" where a
 * test says --config, and variables. */
struct parsed {
    struct options options;
    struct error error;
    bool succeeded;
};

/* Words and variables are separated by blanks; "@name" stands for a file of the test. */
static void split(char *line, char **words)
{
    size_t count = 0;
    for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " ")) {
        ck_assert_uint_lt(count, MAX_WORDS);
        words[count++] = word[0] == '@' ? (char *)in_scratch(word + 1) : word;
    }
    words[count] = NULL;
}

static struct parsed parse(const char *line, const char *variables)
{
    struct parsed parsed = {.succeeded = false};
    static char system_file[PATH_MAX], user_file[PATH_MAX];
    char line_copy[512] = "haul ", variables_copy[512];
    char *arguments[MAX_WORDS + 1], *environment[MAX_WORDS + 1];
    int count = 0;

    strncat(line_copy, line, sizeof(line_copy) - 6);
    snprintf(variables_copy, sizeof(variables_copy), "%s", variables);
    snprintf(system_file, sizeof(system_file), "%.4000s/system", scratch);
    snprintf(user_file, sizeof(user_file), "%.4000s/user", scratch);
    split(line_copy, arguments);
    split(variables_copy, environment);
    while (arguments[count] != NULL)
        count++;
    struct config_places places = {system_file, user_file, environment};
    options_init(&parsed.options);
    parsed.succeeded = options_parse(&parsed.options, count, arguments, &places, &parsed.error);
    return parsed;
}

static struct parsed parse_well(const char *line, const char *variables)
{
    struct parsed parsed = parse(line, variables);
    ck_assert_msg(parsed.succeeded, "%s: %s", line, parsed.error.text);
    return parsed;
}

static const char *origin(const struct parsed *parsed, enum option_id id)
{
    const char *text = parsed->options.origins[id].text;
    const char *slash = text != NULL ? strrchr(text, '/') : NULL;
    return slash != NULL ? slash + 1 : text;
}

START_TEST(each_source_beats_the_ones_before_it)
{
    static const struct {
        const char *line, *variables;
        int64_t jobs;
        const char *origin;
    } steps[] = {
        {"x", "", 2, "user:1"},
        {"--config @named x", "", 3, "named:2"},
        {"--config @named --profile p x", "", 4, "user:3"},
        {"--config @named --profile p x", "HAUL_JOBS=5", 5, "environment HAUL_JOBS"},
        {"--config @named --profile p -j6 x", "HAUL_JOBS=5", 6, "command line"},
        {"x", "HAUL_PROFILE=p", 4, "user:3"},
        {"x", "HAUL_PROFILE=p HAUL_JOBS=", 4, "user:3"},
        {"--profile q x", "HAUL_PROFILE=p", 7, "named:4"},
    };
    scratch_write("system", "jobs = 1\nretries = 9\n[profile p]\nretries = 8\n");
    scratch_write("user", "jobs = 2\n[profile p]\njobs = 4\n");
    scratch_write("named", "\njobs = 3\n[profile q]\njobs = 7\n");
    for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
        char variables[PATH_MAX + 64];
        snprintf(variables, sizeof(variables), "%s%s", steps[i].variables,
                 i == 7 ? " HAUL_CONFIG=" : "");
        if (i == 7)
            strcat(variables, in_scratch("named"));
        struct parsed parsed = parse_well(steps[i].line, variables);
        ck_assert_int_eq(parsed.options.jobs.values[0], steps[i].jobs);
        ck_assert_str_eq(origin(&parsed, OPTION_ID_jobs), steps[i].origin);
        bool has_p = strcmp(steps[i].origin, "user:3") == 0 || i == 3 || i == 4;
        ck_assert_int_eq(parsed.options.retries, has_p ? 8 : 9);
        ck_assert_ptr_null(parsed.options.origins[OPTION_ID_timeout].text);
        options_clear(&parsed.options);
    }
}
END_TEST

START_TEST(lists_add_up_and_can_be_emptied)
{
    scratch_write("system", "header = A: 1\n");
    scratch_write("user", "header = B: 2\nheader = C: 3\nredact = k\n");
    struct parsed parsed = parse_well("--header D:4 x", "HAUL_HEADER=E:5");
    static const char *const headers[] = {"A: 1", "B: 2", "C: 3", "E:5", "D:4"};
    ck_assert_uint_eq(parsed.options.header.count, ARRAY_LENGTH(headers));
    for (size_t i = 0; i < ARRAY_LENGTH(headers); i++)
        ck_assert_str_eq(parsed.options.header.items[i], headers[i]);
    ck_assert_ptr_nonnull(strstr(parsed.options.origins[OPTION_ID_header].text, "system:1, "));
    ck_assert_ptr_nonnull(strstr(parsed.options.origins[OPTION_ID_header].text,
                                 "user:2, environment HAUL_HEADER, command line"));
    options_clear(&parsed.options);

    scratch_write("user", "header =\nheader = B: 2\n");
    parsed = parse_well("x", "");
    ck_assert_uint_eq(parsed.options.header.count, 1);
    ck_assert_str_eq(parsed.options.header.items[0], "B: 2");
    options_clear(&parsed.options);
}
END_TEST

START_TEST(nothing_behind_the_equals_sign_is_the_default)
{
    scratch_write("system", "jobs = 4\nmtime = no\nproxy = h:1\nname = {host}\nsync = none\n");
    scratch_write("user", "jobs =\nmtime =\nproxy =\nname =\nsync =\nthreads =\n");
    struct parsed parsed = parse_well("x", "");
    ck_assert_int_eq(parsed.options.jobs.values[0], 16);
    ck_assert(parsed.options.mtime);
    ck_assert_ptr_null(parsed.options.proxy);
    ck_assert_str_eq(parsed.options.name, "{name}");
    ck_assert_int_eq(parsed.options.sync, 0);
    ck_assert_str_eq(origin(&parsed, OPTION_ID_jobs), "user:1");
    options_clear(&parsed.options);

    scratch_write("user", "proxy = \"\"\n");
    parsed = parse_well("x", "");
    ck_assert_str_eq(parsed.options.proxy, "");
    options_clear(&parsed.options);
}
END_TEST

static const struct {
    const char *file;
    const char *error; /* behind "DIRECTORY/user" */
} wrong[] = {
    {"\njobs = 4\nper-hots = 4\n", ":3: unknown option 'per-hots', did you mean 'per-host'?"},
    {"per_host = 4\n", ":1: unknown option 'per_host', did you mean 'per-host'?"},
    {"no-mtime = yes\n", ":1: unknown option 'no-mtime', did you mean 'mtime = no'?"},
    {"\nname = {nome}\n", ":2: name: {nome} is none of {name} {stem} {ext} {host} {path} {index} "
                          "{line} {sha256} {column:NAME}"},
    {"expect = picture\n", ":1: expect: 'picture' is no type that haul knows by its first bytes "
                           "(like image, video, jpeg, "
                           "png, pdf, zip, html, json, image/webp)"},
    {"exec = 'x\n", ":1: exec: a quote (') is not closed"},
    {"\nexec = x {foo}\n", ":2: exec: {foo} is not known here (known: {} {url} {name}; \\{ is a "
                           "brace)"},
    {"on-finish = x {url}\n", ":1: on-finish: {url} is not known here (known: {}; \\{ is a brace)"},
    {"flurbl = 4\n", ":1: unknown option 'flurbl' (see 'haul --generate config')"},
    {"https://user:secret@example.org/?key=1\n",
     ":1: what is before the '=' is no option (see 'haul --generate config')"},
    {"[host a]\nhttps://user:secret@example.org/?key=1\n",
     ":2: what is before the '=' is no option (see 'haul --generate config')"},
    {"jobs = 0\n", ":1: jobs: 0 is not between 1 and 65535"},
    {"jobs = 4 # four\n", ":1: jobs: '4 # four' is not a number between 1 and 65535"},
    {"json = maybe\n", ":1: json: 'maybe' is neither yes nor no"},
    {"sync = now\n", ":1: sync: 'now' is not one of batch|file|none"},
    {"header = secret\n", ":1: header: the value is not like 'Name: value'"},
    {"dir = \"\"\n", ":1: dir: the value is empty"},
    {"input = urls.txt\n", ":1: 'input' is for the command line alone"},
    {"dry-run = yes\n", ":1: 'dry-run' is for the command line alone"},
    {"config = x\n", ":1: 'config' is for the command line alone"},
    {"port = 80\n", ":1: 'port' is for the command line alone"},
    {"help = yes\n", ":1: unknown option 'help' (see 'haul --generate config')"},
    {"jobs\n", ":1: neither 'name = value' nor a [section]"},
    {"[profile x]\nper-hots = 1\n", ":2: unknown option 'per-hots', did you mean 'per-host'?"},
    {"[profile]\n", ":1: [profile]: sections are [profile NAME] and [host NAME] alone"},
    {"[profiles x]\n", ":1: [profiles x]: sections are [profile NAME] and [host NAME] alone"},
    {"[host a:80]\n",
     ":1: [host a:80]: no name of a host (like example.org, *.example.org, [::1])"},
    {"[host a]\njobs = 4\n",
     ":2: 'jobs' cannot be set for a host (per-host, host-rate and header can)"},
    {"[host a]\nper-hots = 4\n", ":2: unknown option 'per-hots', did you mean 'per-host'?"},
    {"[host a]\nper-host = 0\n", ":2: per-host: 0 is not between 1 and 65535"},
    {"[host a]\nhost-rate = 1/d\n", ":2: host-rate: '1/d' is not a rate (like 50/s, 30/m, 100/h)"},
    {"[host a]\nheader = x\n", ":2: header: the value is not like 'Name: value'"},
    {"# one\ntree = yes\nname = {host}\n",
     ":2: --tree is a --name of its own: give one of the two"},
    {"update = yes\nstate = no\n", NULL},
};

START_TEST(a_mistake_is_told_with_its_file_and_line)
{
    char expected[PATH_MAX + 256];
    scratch_write("user", wrong[_i].file);
    struct parsed parsed = parse("x", "");
    ck_assert_msg(!parsed.succeeded, "accepted: %s", wrong[_i].file);
    ck_assert_int_eq(parsed.error.kind, ERROR_USAGE);
    snprintf(expected, sizeof(expected), "%s%s", in_scratch("user"),
             wrong[_i].error != NULL ? wrong[_i].error : "");
    if (wrong[_i].error == NULL)
        strcpy(expected, "--update needs the state that --no-state leaves out");
    ck_assert_str_eq(parsed.error.text, expected);
    options_clear(&parsed.options);
}
END_TEST

START_TEST(a_file_without_a_certificate_is_refused_wherever_it_is_named)
{
    char file[PATH_MAX + 16], expected[2 * PATH_MAX + 64];
    scratch_write("empty.pem", "no certificate\n");
    snprintf(file, sizeof(file), "\ncacert = %s\n", in_scratch("empty.pem"));
    scratch_write("user", file);
    struct parsed parsed = parse("x", "");
    ck_assert(!parsed.succeeded);
    snprintf(expected, sizeof(expected), "%s/user:2: cacert: %s/empty.pem holds no certificate",
             scratch, scratch);
    ck_assert_msg(strncmp(parsed.error.text, expected, strlen(expected)) == 0, "%s",
                  parsed.error.text);
    options_clear(&parsed.options);

    scratch_write("user", "cacert = /\n");
    parsed = parse("x", "");
    ck_assert(!parsed.succeeded);
    ck_assert_ptr_nonnull(strstr(parsed.error.text, "/user:1: cacert: / is a directory"));
    options_clear(&parsed.options);

    scratch_write("user", "");
    parsed = parse("x", "HAUL_CACERT=/");
    ck_assert(!parsed.succeeded);
    ck_assert_str_eq(parsed.error.text, "HAUL_CACERT: / is a directory, not a file");
    options_clear(&parsed.options);
}
END_TEST

START_TEST(too_many_hosts_are_refused)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    for (int i = 0; i < 1001; i++)
        fprintf(file, "[host h%d]\n", i);
    fclose(file);
    scratch_write("user", text);
    struct parsed parsed = parse("x", "");
    ck_assert(!parsed.succeeded);
    ck_assert_ptr_nonnull(strstr(parsed.error.text, "user:1001: there are too many [host]"));
    options_clear(&parsed.options);
    free(text);
}
END_TEST

START_TEST(profiles_are_used_by_name_and_must_be_there)
{
    scratch_write("user", "[profile night shift]\nquiet = yes\n");
    struct parsed parsed = parse("--profile day x", "");
    ck_assert(!parsed.succeeded);
    ck_assert_ptr_nonnull(strstr(parsed.error.text, "there is no [profile day] in /"));
    ck_assert_ptr_nonnull(strstr(parsed.error.text, "/user"));
    options_clear(&parsed.options);

    ck_assert_int_eq(unlink(in_scratch("user")), 0);
    parsed = parse("--profile day x", "");
    ck_assert(!parsed.succeeded);
    ck_assert_str_eq(parsed.error.text,
                     "there is no [profile day] in any file: no configuration file was found");
    options_clear(&parsed.options);

    parsed = parse("--config @none x", "");
    ck_assert(!parsed.succeeded);
    ck_assert_ptr_nonnull(strstr(parsed.error.text, "/none: No such file or directory"));
    options_clear(&parsed.options);
}
END_TEST

START_TEST(host_sections_of_all_files_are_one)
{
    scratch_write("system", "[host Example.org]\nper-host = 2\nheader = A: 1\n"
                            "[host b]\nhost-rate = 30/m\n");
    scratch_write("user", "[host example.ORG]\nper-host = 3\nheader = B: 2\n"
                          "[host b]\nhost-rate =\n[profile p]\njobs = 2\n");
    struct parsed parsed = parse_well("--profile p x", "");
    const struct options *options = &parsed.options;
    ck_assert_uint_eq(options->host_count, 2);
    ck_assert_int_eq(options->hosts[0].per_host, 3);
    ck_assert_int_eq(options->hosts[0].host_rate, -1);
    ck_assert_uint_eq(options->hosts[0].headers.count, 2);
    ck_assert_int_eq(options->hosts[1].host_rate, -1);
    ck_assert_int_eq(options->jobs.values[0], 2);
    ck_assert_int_eq(options->per_host, 6);
    options_clear(&parsed.options);
}
END_TEST

START_TEST(what_a_command_does_not_know_is_skipped_in_files)
{
    scratch_write("user", "dir = /elsewhere\nexpect = image\njobs = 4\njson = yes\n");
    struct parsed parsed = parse_well("check x", "HAUL_MTIME=no");
    ck_assert_str_eq(parsed.options.dir, "downloads");
    ck_assert_ptr_null(parsed.options.expect);
    ck_assert(parsed.options.mtime);
    ck_assert_int_eq(parsed.options.jobs.values[0], 4);
    options_clear(&parsed.options);

    scratch_write("user", "jobs = broken\n");
    parsed = parse_well("demo", "HAUL_JOBS=broken");
    ck_assert_int_eq(parsed.options.jobs.values[0], 16);
    options_clear(&parsed.options);
    parsed = parse_well("report x", "HAUL_JOBS=broken");
    ck_assert(!parsed.options.json);
    options_clear(&parsed.options);
    parsed = parse_well("--generate config", "HAUL_JOBS=broken");
    options_clear(&parsed.options);
    parsed = parse_well("--help", "HAUL_JOBS=broken");
    options_clear(&parsed.options);
}
END_TEST

START_TEST(the_stronger_source_wins_a_contradiction)
{
    scratch_write("user", "name = {host}\njson = yes\nverbose = yes\nforce = yes\nreport = r\n"
                          "url-column = link\nformat = csv\nseed = 4\nexec-jobs = 4\n");
    struct parsed parsed = parse_well("--tree --update -q --no-json x", "");
    ck_assert_str_eq(options_name_template(&parsed.options), "{host}/{path}");
    ck_assert(parsed.options.update && !parsed.options.force);
    ck_assert(parsed.options.quiet && !parsed.options.verbose);
    options_clear(&parsed.options);

    parsed = parse_well("--dry-run x", "");
    ck_assert(!parsed.options.json);
    ck_assert_ptr_null(parsed.options.report);
    options_clear(&parsed.options);

    parsed = parse_well("--report - x", "");
    ck_assert(!parsed.options.json);
    options_clear(&parsed.options);

    parsed = parse_well("--retry-failed", "");
    ck_assert_ptr_null(parsed.options.url_column);
    ck_assert_int_eq(parsed.options.format, 0);
    options_clear(&parsed.options);

    scratch_write("user", "update = yes\n");
    parsed = parse_well("--no-state x", "");
    ck_assert(!parsed.options.update);
    options_clear(&parsed.options);

    scratch_write("user", "state = no\n");
    parsed = parse("--update x", "");
    ck_assert(!parsed.succeeded);
    options_clear(&parsed.options);
}
END_TEST

START_TEST(variables_are_checked_and_near_misses_are_told)
{
    struct parsed parsed = parse("x", "HAUL_JOBS=0");
    ck_assert(!parsed.succeeded);
    ck_assert_str_eq(parsed.error.text, "HAUL_JOBS: 0 is not between 1 and 65535");
    options_clear(&parsed.options);

    parsed = parse("-n x", "HAUL_ON_FINISH=\"x");
    ck_assert(!parsed.succeeded);
    ck_assert_str_eq(parsed.error.text, "HAUL_ON_FINISH: a quote (\") is not closed");
    options_clear(&parsed.options);

    parsed = parse_well("x", "HAUL_PER_HOTS=4 HAUL_NO_MTIME=1 HAUL_DRY_RUN=1 HAUL_PORT=tcp://1:2 "
                             "HAUL_SERVICE_HOST=1 HAUL_jobs=9 HAULER=1 HAUL_=1 "
                             "HAUL_A_VERY_LONG_NAME_THAT_IS_NO_OPTION_AT_ALL_BY_FAR=1 "
                             "HAUL_SYSTEM_CONFIG=x");
    static const char *const warnings[] = {
        "HAUL_PER_HOTS is no option, did you mean HAUL_PER_HOST?",
        "HAUL_NO_MTIME is no option, did you mean HAUL_MTIME?",
        "HAUL_DRY_RUN is ignored: this option is for the command line alone",
    };
    ck_assert_uint_eq(parsed.options.warnings.count, ARRAY_LENGTH(warnings));
    for (size_t i = 0; i < ARRAY_LENGTH(warnings); i++)
        ck_assert_str_eq(parsed.options.warnings.items[i], warnings[i]);
    ck_assert(!parsed.options.dry_run);
    ck_assert_int_eq(parsed.options.jobs.values[0], 16);
    options_clear(&parsed.options);
}
END_TEST

/* What is printed, freed by the caller. */
static char *print_present(const struct options *options)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    config_print_present(out, options);
    ck_assert_int_eq(fclose(out), 0);
    return text;
}

START_TEST(what_holds_is_shown_with_its_origin_and_without_secrets)
{
    static const char *const lines[] = {
        "\njobs = 4                                  # command line\n",
        "\nproxy = http://h:1                        # environment HAUL_PROXY\n",
        "\nthreads =                                 # default\n",
        "\nmtime = no ",
        "\nretry-wait = 90s ",
        "\nrate = 30/m ",
        "\nheader = Authorization, X-A ",
        "\nping = https://hc.example/... ",
        "\n[host *.example.org]\nper-host = 2                              # ",
        "/user:8\nhost-rate = 1/s                           # ",
        "/user:9\nheader = Cookie                           # ",
        "/user:10\nheader = X-B                              # ",
        "/user:11\n",
    };
    scratch_write("user", "mtime = no\nretry-wait = 90\nrate = 0.5\nping = https://hc.example/key\n"
                          "header = Authorization: hunter2\nheader = X-A: hunter2\n"
                          "[host *.example.org]\nper-host = 2\nhost-rate = 1\n"
                          "header = Cookie: hunter2\nheader = X-B: hunter2\n");
    struct parsed parsed = parse_well("--show-config -j4", "HAUL_PROXY=http://u:hunter2@h:1");
    char *text = print_present(&parsed.options);
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++)
        ck_assert_msg(strstr(text, lines[i]) != NULL, "no '%s' in %s", lines[i], text);
    ck_assert_ptr_null(strstr(text, "hunter2"));
    ck_assert_ptr_null(strstr(text, "show-config"));
    free(text);
    options_clear(&parsed.options);

    parsed = parse_well("check --show-config", "HAUL_PROXY=");
    text = print_present(&parsed.options);
    ck_assert_ptr_null(strstr(text, "\ndir ="));
    ck_assert_ptr_nonnull(strstr(text, "\njobs ="));
    free(text);
    options_clear(&parsed.options);
}
END_TEST

/* Lines "#name = value" and "#[section]" without their '#'; freed by the caller. */
static char *switch_on(const char *text)
{
    char *all = calloc(1, strlen(text) + 2);
    ck_assert_ptr_nonnull(all);
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        if (text[0] == '#' && text[1] != ' ' && length > 1) {
            strncat(all, text + 1, length - 1);
            strcat(all, "\n");
        }
        text += length + (text[length] == '\n');
    }
    return all;
}

START_TEST(the_template_holds_every_option_and_changes_nothing)
{
    char *text = NULL, line[OPTION_NAME_SIZE + 8];
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    config_print_template(out);
    ck_assert_int_eq(fclose(out), 0);
    for (enum option_id id = 0; id < OPTION_ID_COUNT; id++) {
        snprintf(line, sizeof(line), "\n#%s =", option_table_row(id)->name);
        ck_assert_msg((strstr(text, line) != NULL) == option_scope_is_in_files(id), "%s", line);
    }
    char *all = switch_on(text);
    scratch_write("user", all);
    struct parsed parsed = parse_well("x", "");
    struct options initial;
    options_init(&initial);
    ck_assert_uint_eq(parsed.options.host_count, 2);
    ck_assert_int_eq(parsed.options.jobs.values[0], initial.jobs.values[0]);
    ck_assert_int_eq(parsed.options.min_free, initial.min_free);
    ck_assert_int_eq(parsed.options.seed, initial.seed);
    ck_assert_str_eq(parsed.options.name, initial.name);
    ck_assert(parsed.options.state && parsed.options.mtime);
    options_clear(&initial);
    options_clear(&parsed.options);
    parsed = parse_well("--profile nightly x", "");
    ck_assert(parsed.options.quiet);
    options_clear(&parsed.options);
    free(all);
    free(text);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("config_sources");
    tcase_add_checked_fixture(tests, scratch_setup, scratch_teardown);
    tcase_add_test(tests, each_source_beats_the_ones_before_it);
    tcase_add_test(tests, lists_add_up_and_can_be_emptied);
    tcase_add_test(tests, nothing_behind_the_equals_sign_is_the_default);
    tcase_add_loop_test(tests, a_mistake_is_told_with_its_file_and_line, 0, ARRAY_LENGTH(wrong));
    tcase_add_test(tests, a_file_without_a_certificate_is_refused_wherever_it_is_named);
    tcase_add_test(tests, too_many_hosts_are_refused);
    tcase_add_test(tests, profiles_are_used_by_name_and_must_be_there);
    tcase_add_test(tests, host_sections_of_all_files_are_one);
    tcase_add_test(tests, what_a_command_does_not_know_is_skipped_in_files);
    tcase_add_test(tests, the_stronger_source_wins_a_contradiction);
    tcase_add_test(tests, variables_are_checked_and_near_misses_are_told);
    tcase_add_test(tests, what_holds_is_shown_with_its_origin_and_without_secrets);
    tcase_add_test(tests, the_template_holds_every_option_and_changes_nothing);
    Suite *suite = suite_create("config_sources");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
