#include "app/command_table.h"
#include "app/options.h"
#include "app/option_table.h"
#include "app/usage.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define MAX_WORDS 16

/* Command lines are written as one string; words are separated by '\1', so that they may hold
 * blanks or be empty. */
#define S "\1"

struct parsed {
    struct options options;
    struct error error;
    bool succeeded;
    char *line;
    char *arguments[MAX_WORDS + 2];
};

static struct parsed *parse(const char *line)
{
    struct parsed *parsed = memory_allocate_zeroed(1, sizeof(*parsed));
    char *rest;
    int count = 0;

    parsed->line = memory_copy_string(line);
    parsed->arguments[count++] = memory_copy_string("haul");
    rest = line[0] == '\0' ? NULL : parsed->line;
    while (rest != NULL) {
        ck_assert_int_le(count, MAX_WORDS);
        parsed->arguments[count++] = strsep(&rest, S);
    }
    options_init(&parsed->options);
    parsed->succeeded =
        options_parse(&parsed->options, count, parsed->arguments, NULL, &parsed->error);
    return parsed;
}

static void discard(struct parsed *parsed)
{
    options_clear(&parsed->options);
    free(parsed->arguments[0]);
    free(parsed->line);
    free(parsed);
}

struct shown {
    const char *name;
    char value[256];
    unsigned matches;
};

static void show_value(void *context, const struct option_value *value)
{
    struct shown *shown = context;

    if (strcmp(value->name, shown->name) != 0)
        return;
    shown->matches++;
    switch (value->kind) {
    case OPTION_VALUE_NUMBER:
        snprintf(shown->value, sizeof(shown->value), "%lld", (long long)value->number);
        break;
    case OPTION_VALUE_BOOL:
        snprintf(shown->value, sizeof(shown->value), "%s", value->number != 0 ? "yes" : "no");
        break;
    case OPTION_VALUE_TEXT:
        snprintf(shown->value, sizeof(shown->value), "%s",
                 value->text == NULL ? "(null)" : value->text);
        break;
    case OPTION_VALUE_LIST:
        for (size_t i = 0; i < value->list->count; i++) {
            size_t used = strlen(shown->value);
            snprintf(shown->value + used, sizeof(shown->value) - used, "%s%s", i > 0 ? "," : "",
                     value->list->items[i]);
        }
        break;
    }
}

static void assert_value(const struct options *options, const char *name, const char *expected)
{
    struct shown shown = {.name = name};

    options_visit(options, show_value, &shown);
    ck_assert_msg(shown.matches == 1, "--%s was visited %u times", name, shown.matches);
    ck_assert_msg(strcmp(shown.value, expected) == 0, "--%s is '%s', expected '%s'", name,
                  shown.value, expected);
}

static const struct {
    const char *name, *value;
} defaults[] = {
    {"input", ""},
    {"format", "auto"},
    {"url-column", "(null)"},
    {"order", "list"},
    {"seed", "-1"},
    {"retry-failed", "no"},
    {"retry-from", "(null)"},
    {"retry-all", "no"},
    {"dry-run", "no"},
    {"dir", "downloads"},
    {"name", "{name}"},
    {"tree", "no"},
    {"content-disposition", "no"},
    {"fix-extension", "no"},
    {"if-exists", "skip"},
    {"update", "no"},
    {"force", "no"},
    {"state", "yes"},
    {"sync", "batch"},
    {"mtime", "yes"},
    {"keep-runs", "10"},
    {"min-free", "268435456"},
    {"max-total-size", "0"},
    {"expect", "(null)"},
    {"min-width", "0"},
    {"min-height", "0"},
    {"max-pixels", "0"},
    {"hash", "none"},
    {"jobs", "16"},
    {"threads", "-1"},
    {"per-host", "6"},
    {"rate", "0"},
    {"host-rate", "0"},
    {"limit-rate", "0"},
    {"slow-start", "yes"},
    {"retries", "3"},
    {"retry-wait", "1000000"},
    {"max-retry-wait", "300000000"},
    {"retry-on", "(null)"},
    {"connect-timeout", "10000000"},
    {"stall-timeout", "30000000"},
    {"timeout", "900000000"},
    {"max-size", "0"},
    {"redirects", "10"},
    {"header", ""},
    {"user-agent", "(null)"},
    {"referer", "(null)"},
    {"proxy", "(null)"},
    {"cacert", "(null)"},
    {"insecure-host", ""},
    {"public-only", "no"},
    {"deadline", "(null)"},
    {"jitter", "0"},
    {"lock-wait", "0"},
    {"max-failures", "(null)"},
    {"ok-status", "(null)"},
    {"allow-empty", "no"},
    {"metrics", "(null)"},
    {"ping", "(null)"},
    {"on-finish", "(null)"},
    {"exec", "(null)"},
    {"exec-jobs", "1"},
    {"exec-must-succeed", "no"},
    {"config", "(null)"},
    {"profile", "(null)"},
    {"show-config", "no"},
    {"generate", "nothing"},
    {"report", "(null)"},
    {"html", "(null)"},
    {"json", "no"},
    {"redact", ""},
    {"progress", "auto"},
    {"progress-interval", "30000000"},
    {"color", "auto"},
    {"quiet", "no"},
    {"verbose", "no"},
    {"runs", "3"},
    {"warmup", "1"},
    {"sample", "-1"},
    {"sink", "discard"},
    {"keep-warm", "no"},
    {"output-dir", "."},
    {"yes", "no"},
    {"demo", "no"},
    {"serve", "no"},
    {"port", "0"},
    {"delay", "-1"},
    {"capacity", "0"},
};

START_TEST(a_bare_list_is_got_with_the_promised_defaults)
{
    struct parsed *parsed = parse("urls.txt");

    ck_assert_msg(parsed->succeeded, "%s", parsed->error.text);
    ck_assert_int_eq(parsed->options.command, COMMAND_GET);
    ck_assert_uint_eq(ARRAY_LENGTH(defaults), OPTION_ID_COUNT);
    for (size_t i = 0; i < ARRAY_LENGTH(defaults); i++)
        assert_value(&parsed->options, defaults[i].name, defaults[i].value);
    discard(parsed);
}
END_TEST

/* Good command lines: one option's value and all operands (joined by ','). */
static const struct {
    const char *line;
    const char *name, *value;
    const char *operands;
    enum subcommand command;
} good[] = {
    {"-j" S "4" S "x", "jobs", "4", "x", COMMAND_GET},
    {"-j4" S "x", "jobs", "4", "x", COMMAND_GET},
    {"--jobs" S "65535" S "x", "jobs", "65535", "x", COMMAND_GET},
    {"--jobs=1" S "x", "jobs", "1", "x", COMMAND_GET},
    {"--jobs=1" S "-j2" S "x" S "--jobs" S "3", "jobs", "3", "x", COMMAND_GET},
    {"get" S "x" S "-j" S "7" S "y", "jobs", "7", "x,y", COMMAND_GET},
    {"-q" S "get" S "x", "quiet", "yes", "x", COMMAND_GET},
    {"x" S "get", "quiet", "no", "x,get", COMMAND_GET},
    {"get" S "get", "quiet", "no", "get", COMMAND_GET},
    {"get" S "demo", "quiet", "no", "demo", COMMAND_GET},
    {"--" S "get", "quiet", "no", "get", COMMAND_GET},
    {"get" S "--" S "-j" S "--jobs", "jobs", "16", "-j,--jobs", COMMAND_GET},
    {"x" S "--" S "-", "jobs", "16", "x,-", COMMAND_GET},
    {"-", "jobs", "16", "-", COMMAND_GET},
    {"demo", "serve", "no", "", COMMAND_DEMO},
    {"demo" S "--serve", "serve", "yes", "", COMMAND_DEMO},
    {"--serve" S "demo", "serve", "yes", "", COMMAND_DEMO},
    {"-qv" S "x", "verbose", "yes", "x", COMMAND_GET},
    {"-qvj9" S "x", "jobs", "9", "x", COMMAND_GET},
    {"--quiet" S "--no-quiet" S "x", "quiet", "no", "x", COMMAND_GET},
    {"--no-mtime" S "x", "mtime", "no", "x", COMMAND_GET},
    {"--no-mtime" S "--mtime" S "x", "mtime", "yes", "x", COMMAND_GET},
    {"-d" S "a b" S "x", "dir", "a b", "x", COMMAND_GET},
    {"--dir" S "--jobs" S "x", "dir", "--jobs", "x", COMMAND_GET},
    {"--if-exists=error" S "x", "if-exists", "error", "x", COMMAND_GET},
    {"--if-exists" S "overwrite" S "x", "if-exists", "overwrite", "x", COMMAND_GET},
    {"--sync=none" S "x", "sync", "none", "x", COMMAND_GET},
    {"--progress=bar" S "x", "progress", "bar", "x", COMMAND_GET},
    {"--min-free=1.5G" S "x", "min-free", "1610612736", "x", COMMAND_GET},
    {"--min-free=0" S "x", "min-free", "0", "x", COMMAND_GET},
    {"--max-size" S "20M" S "x", "max-size", "20971520", "x", COMMAND_GET},
    {"--timeout=1h30m" S "x", "timeout", "5400000000", "x", COMMAND_GET},
    {"--timeout=500ms" S "x", "timeout", "500000", "x", COMMAND_GET},
    {"--retry-wait=0" S "x", "retry-wait", "0", "x", COMMAND_GET},
    {"--stall-timeout=1" S "x", "stall-timeout", "1000000", "x", COMMAND_GET},
    {"--retries=0" S "x", "retries", "0", "x", COMMAND_GET},
    {"--header" S "X-A: 1" S "--header=Authorization: Basic eDp5" S "x", "header",
     "X-A: 1,Authorization: Basic eDp5", "x", COMMAND_GET},
    {"--header=X-A:1" S "x", "header", "X-A:1", "x", COMMAND_GET},
    {"--header=Ranges: a" S "x", "header", "Ranges: a", "x", COMMAND_GET},
    {"--header=X'!#$%&*+-.^_`|~9: \xc3\xa9" S "x", "header", "X'!#$%&*+-.^_`|~9: \xc3\xa9", "x",
     COMMAND_GET},
    {"--user-agent=" S "x", "user-agent", "", "x", COMMAND_GET},
    {"--user-agent=me 1.0" S "x", "user-agent", "me 1.0", "x", COMMAND_GET},
    {"--proxy=" S "x", "proxy", "", "x", COMMAND_GET},
    {"--proxy=SOCKS5h://h:1" S "x", "proxy", "SOCKS5h://h:1", "x", COMMAND_GET},
    {"--proxy=h:3128" S "x", "proxy", "h:3128", "x", COMMAND_GET},
    {"--insecure-host=[::1]" S "--insecure-host=b" S "x", "insecure-host", "[::1],b", "x",
     COMMAND_GET},
    {"--report=-" S "x", "report", "-", "x", COMMAND_GET},
    {"a" S "-i" S "b" S "http://c/" S "--input=d", "input", "b,d", "a,b,http://c/,d", COMMAND_GET},
    {"-i" S "-", "input", "-", "-", COMMAND_GET},
    {"--rate=50/s" S "x", "rate", "180000", "x", COMMAND_GET},
    {"--host-rate=0.5" S "x", "host-rate", "1800", "x", COMMAND_GET},
    {"--limit-rate=10M" S "x", "limit-rate", "10485760", "x", COMMAND_GET},
    {"--retry-on=403,520-529" S "x", "retry-on", "403,520-529", "x", COMMAND_GET},
    {"--retry-failed", "retry-failed", "yes", "", COMMAND_GET},
    {"--retry-from" S "f.tsv" S "--retry-all", "retry-from", "f.tsv", "", COMMAND_GET},
    {"--retry-failed" S "-n", "dry-run", "yes", "", COMMAND_GET},
    {"--deadline=50m" S "x", "deadline", "50m", "x", COMMAND_GET},
    {"--deadline=6:30" S "x", "deadline", "6:30", "x", COMMAND_GET},
    {"--max-failures=0.5%" S "x", "max-failures", "0.5%", "x", COMMAND_GET},
    {"--metrics=haul.prom" S "x", "metrics", "haul.prom", "x", COMMAND_GET},
    {"--metrics=/haul.prom" S "x", "metrics", "/haul.prom", "x", COMMAND_GET},
    {"--ping=https://h/x" S "x", "ping", "https://h/x", "x", COMMAND_GET},
    {"--exec=a {}" S "--exec-jobs=4" S "x", "exec-jobs", "4", "x", COMMAND_GET},
    {"--no-state" S "x", "state", "no", "x", COMMAND_GET},
    {"--update" S "--no-force" S "x", "update", "yes", "x", COMMAND_GET},
    {"--show-config", "show-config", "yes", "", COMMAND_GET},
    {"--generate=config", "generate", "config", "", COMMAND_GET},
    {"--generate=man", "generate", "man", "", COMMAND_GET},
    {"--generate=zsh", "generate", "zsh", "", COMMAND_GET},
    {"check" S "x" S "http://h/", "json", "no", "x,http://h/", COMMAND_CHECK},
    {"bench" S "x", "jobs", "16", "x", COMMAND_BENCH},
    {"bench" S "--threads=1,2,4" S "x", "threads", "1,2,4", "x", COMMAND_BENCH},
    {"bench" S "--jobs=8" S "--jobs=65535,1" S "x", "jobs", "65535,1", "x", COMMAND_BENCH},
    {"bench" S "--seed=7" S "x", "seed", "7", "x", COMMAND_BENCH},
    {"bench" S "--demo" S "--delay=5ms" S "--capacity=4", "delay", "5000", "", COMMAND_BENCH},
    {"check" S "-j3" S "--deadline=1h" S "x", "jobs", "3", "x", COMMAND_CHECK},
    {"-q" S "check" S "-i" S "x", "quiet", "yes", "x", COMMAND_CHECK},
    {"check" S "check", "json", "no", "check", COMMAND_CHECK},
    {"check" S "--show-config", "show-config", "yes", "", COMMAND_CHECK},
    {"report" S "a" S "--json", "json", "yes", "a", COMMAND_REPORT},
    {"report" S "a" S "b", "json", "no", "a,b", COMMAND_REPORT},
    {"doctor", "jobs", "16", "", COMMAND_DOCTOR},
    {"doctor" S "--seed=3" S "x" S "-i" S "y", "seed", "3", "x,y", COMMAND_DOCTOR},
    {"doctor" S "--per-host=2" S "-q", "per-host", "2", "", COMMAND_DOCTOR},
    {"report" S "a" S "--html=x", "html", "x", "a", COMMAND_REPORT},
    {"report" S "a" S "--html" S "-", "html", "-", "a", COMMAND_REPORT},
    {"report" S "a" S "--html=x" S "--json", "json", "yes", "a", COMMAND_REPORT},
    {"-i" S "get" S "x", "input", "get", "get,x", COMMAND_GET},
    {"-i" S "http://h/" S "-i" S "/a:////b", "input", "http://h/,/a:////b", "http:/h/,/a:/b",
     COMMAND_GET},
};

START_TEST(good_command_lines_set_what_they_say)
{
    struct parsed *parsed = parse(good[_i].line);
    char operands[256] = "";

    ck_assert_msg(parsed->succeeded, "'%s': %s", good[_i].line, parsed->error.text);
    ck_assert_int_eq(parsed->options.command, good[_i].command);
    assert_value(&parsed->options, good[_i].name, good[_i].value);
    for (size_t i = 0; i < parsed->options.operands.count; i++) {
        strcat(operands, i > 0 ? "," : "");
        strcat(operands, parsed->options.operands.items[i]);
    }
    ck_assert_str_eq(operands, good[_i].operands);
    ck_assert(!parsed->options.wants_help);
    ck_assert(!parsed->options.wants_version);
    discard(parsed);
}
END_TEST

#define NO_TOPIC(topic)                                                                            \
    "--help: there is no topic '" topic "', but these: all get check bench demo report doctor "    \
    "lists files checks speed retries network cron config output"

static const struct {
    const char *line;
    const char *text;
} bad[] = {
    {"", "no list or URL to download (see 'haul --help')"},
    {"get", "no list or URL to download (see 'haul --help')"},
    {"-q", "no list or URL to download (see 'haul --help')"},
    {"x" S "", "an empty argument is neither a list nor a URL"},
    {"--tree" S "--name" S "{host}" S "x", "--tree is a --name of its own: give one of the two"},
    {"--seed=3" S "x", "--seed belongs to --order random"},
    {"--seed=3" S "--order=reverse" S "x", "--seed belongs to --order random"},
    {"-n" S "--json" S "x", "--dry-run makes neither records nor a report"},
    {"-n" S "--report=r" S "x", "--dry-run makes neither records nor a report"},
    {"--url-column=u" S "x.txt" S "http://a/x.csv",
     "--url-column: none of the lists is csv, tsv or jsonl (see --format)"},
    {"--url-column=u" S "--format=text" S "x.csv",
     "--url-column: none of the lists is csv, tsv or jsonl (see --format)"},
    {"--order=up" S "x", "--order: 'up' is not one of list|reverse|priority|random"},
    {"--jbos" S "3" S "x", "unknown option '--jbos', did you mean '--jobs'?"},
    {"x" S "--jbos=3", "unknown option '--jbos', did you mean '--jobs'?"},
    {"--retires=3" S "x", "unknown option '--retires', did you mean '--retries'?"},
    {"--treads=3" S "x", "unknown option '--treads', did you mean '--threads'?"},
    {"--no-mtine" S "x", "unknown option '--no-mtine', did you mean '--no-mtime'?"},
    {"--verson", "unknown option '--verson', did you mean '--version'?"},
    {"--hepl", "unknown option '--hepl', did you mean '--help'?"},
    {"--per" S "3" S "x", "unknown option '--per', did you mean '--per-host'?"},
    {"--job" S "3" S "x", "unknown option '--job', did you mean '--jobs'?"},
    {"--no-jobs" S "x", "unknown option '--no-jobs' (see 'haul --help all')"},
    {"--per_host=3" S "x", "unknown option '--per_host', did you mean '--per-host'?"},
    {"--flurbl" S "x", "unknown option '--flurbl' (see 'haul --help all')"},
    {"--=x" S "x", "unknown option '--' (see 'haul --help all')"},
    {"--\033[31m" S "x", "unknown option '--\\x1b[31m' (see 'haul --help all')"},
    {"-z" S "x", "unknown option '-z' (see 'haul --help all')"},
    {"-qz" S "x", "unknown option '-z' (see 'haul --help all')"},
    {"-\033" S "x", "unknown option '-\\x1b' (see 'haul --help all')"},
    {"x" S "--jobs", "--jobs needs a value (N)"},
    {"x" S "-j", "--jobs needs a value (N)"},
    {"x" S "--header", "--header needs a value ('NAME: VALUE')"},
    {"--json=yes" S "x", "--json takes no value"},
    {"--no-json=yes" S "x", "--no-json takes no value"},
    {"--version=1", "--version takes no value"},
    {"--jobs=0" S "x", "--jobs: 0 is not between 1 and 65535"},
    {"-j65536" S "x", "--jobs: 65536 is not between 1 and 65535"},
    {"--jobs=-1" S "x", "--jobs: '-1' is not a number between 1 and 65535"},
    {"--jobs=" S "x", "--jobs: '' is not a number between 1 and 65535"},
    {"--jobs=4x" S "x", "--jobs: '4x' is not a number between 1 and 65535"},
    {"--jobs= 4" S "x", "--jobs: ' 4' is not a number between 1 and 65535"},
    {"--jobs=99999999999999999999" S "x",
     "--jobs: '99999999999999999999' is not a number between 1 and 65535"},
    {"--threads=1,2" S "x", "--threads: only 'haul bench' takes a list of numbers (command line)"},
    {"-j" S "1,2" S "x", "--jobs: only 'haul bench' takes a list of numbers (command line)"},
    {"check" S "-j1,1" S "x", "--jobs: only 'haul bench' takes a list of numbers (command line)"},
    {"--threads=0" S "x", "--threads: 0 is not between 1 and 1024"},
    {"bench" S "--threads=0" S "x", "--threads: 0 is not between 1 and 1024"},
    {"bench" S "--threads=1000000" S "x", "--threads: 1000000 is not between 1 and 1024"},
    {"bench" S "--threads=1,0,4" S "x", "--threads: 0 is not between 1 and 1024"},
    {"bench" S "--threads=a,b" S "x", "--threads: 'a' is not a number between 1 and 1024"},
    {"bench" S "--threads=" S "x", "--threads: '' is not a number between 1 and 1024"},
    {"bench" S "--threads=1,,2" S "x", "--threads: '' is not a number between 1 and 1024"},
    {"bench" S "--threads=1," S "x", "--threads: '' is not a number between 1 and 1024"},
    {"bench" S "--jobs=1 2" S "x", "--jobs: '1 2' is not a number between 1 and 65535"},
    {"bench" S "--jobs=2,99999999999999999999999999999999999999" S "x",
     "--jobs: '2,99999999999999999999999999999999999999' is not a list of numbers"},
    {"bench" S "--threads=00000000000000000000000000000000000004" S "x",
     "--threads: '00000000000000000000000000000000000004' is not a list of numbers"},
    {"bench" S
     "--jobs=1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
     "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1" S "x",
     "--jobs: at most 64 numbers can be compared"},
    {"bench", "no list or URL to measure (see 'haul --help bench', or --demo)"},
    {"bench" S "--demo" S "x", "--demo brings its own list: leave out the list or --demo"},
    {"bench" S "--delay=1s" S "x", "--delay is about the practice server: it needs --demo"},
    {"bench" S "--demo" S "--proxy=http://p", "--proxy: --demo has a list and a server of its own"},
    {"bench" S "--demo" S "--format=csv", "--format: --demo has a list and a server of its own"},
    {"bench" S "--sync=none" S "x", "--sync is about files: without --sink disk there are none"},
    {"bench" S "--no-mtime" S "x", "--mtime is about files: without --sink disk there are none"},
    {"bench" S "-v" S "x", "--verbose belongs to 'haul get', not to 'haul bench'"},
    {"bench" S "--capacity=1" S "x", "--capacity is about the practice server: it needs --demo"},
    {"bench" S "--dir=d" S "x", "--dir belongs to 'haul get', not to 'haul bench'"},
    {"--runs=2" S "x", "--runs belongs to 'haul bench', not to 'haul get'"},
    {"bench" S "--runs=0" S "x", "--runs: 0 is not between 1 and 1000"},
    {"bench" S "--serve" S "x", "--serve belongs to 'haul demo', not to 'haul bench'"},
    {"--min-free=1X" S "x", "--min-free: '1X' is not a size (like 500K, 20M, 1.5G)"},
    {"--max-size=99999999T" S "x", "--max-size: '99999999T' is not a size (like 500K, 20M, 1.5G)"},
    {"--timeout=soon" S "x", "--timeout: 'soon' is not a time (like 500ms, 30s, 1h30m)"},
    {"--timeout=0" S "x", "--timeout: 0 is not between 1ms and 7d"},
    {"--retry-wait=25h" S "x", "--retry-wait: 25h is not between 0 and 1d"},
    {"--proxy=foo://x" S "x",
     "the proxy is no host:port and no URL with the scheme http, https, socks4, socks4a, socks5 or "
     "socks5h"},
    {"--cacert=/no/such/file" S "x",
     "--cacert: cannot read /no/such/file: No such file or directory"},
    {"--cacert=/" S "x", "--cacert: / is a directory, not a file"},
    {"--json" S "--report=-" S "x", "--json ends with the report: --report - would print it twice"},
    {"--sync=now" S "x", "--sync: 'now' is not one of batch|file|none"},
    {"--sync=bat" S "x", "--sync: 'bat' is not one of batch|file|none"},
    {"--sync=" S "x", "--sync: '' is not one of batch|file|none"},
    {"--sync=batch|file" S "x", "--sync: 'batch|file' is not one of batch|file|none"},
    {"-d" S "" S "x", "--dir: the value is empty"},
    {"--report=" S "x", "--report: the value is empty"},
    {"-i" S "", "--input: the value is empty"},
    {"--header=A: b\r\nC: d" S "x", "--header: the value holds a control character"},
    {"--header=A: b\tc" S "x", "--header: the value holds a control character"},
    {"--user-agent=a\nb" S "x", "--user-agent: the value holds a control character"},
    {"--referer=a\177b" S "x", "--referer: the value holds a control character"},
    {"--header=secret" S "x", "--header: the value is not like 'Name: value'"},
    {"--header=: b" S "x", "--header: the value is not like 'Name: value'"},
    {"--header=A : b" S "x", "--header: the value is not like 'Name: value'"},
    {"--header=A\xc3\xa9: b" S "x", "--header: the value is not like 'Name: value'"},
    {"--header=A:  " S "x", "--header: 'A' has no value"},
    {"--header=host: b" S "x", "--header: 'host' is set by haul itself"},
    {"--header=Content-Length: 1" S "x", "--header: 'Content-Length' is set by haul itself"},
    {"--header=TRANSFER-ENCODING: x" S "x", "--header: 'TRANSFER-ENCODING' is set by haul itself"},
    {"--header=Connection: x" S "x", "--header: 'Connection' is set by haul itself"},
    {"--header=Range: bytes=0-1" S "x", "--header: 'Range' is set by haul itself"},
    {"--header=if-none-match: x" S "x", "--header: 'if-none-match' is set by haul itself"},
    {"--insecure-host=https://a/" S "x", "--insecure-host: 'https://a/' is not a host name"},
    {"--serve" S "x", "--serve belongs to 'haul demo', not to 'haul get'"},
    {"get" S "--no-serve" S "x", "--serve belongs to 'haul demo', not to 'haul get'"},
    {"demo" S "x", "'haul demo' takes no list or URL"},
    {"demo" S "-i" S "x", "'haul demo' takes no list or URL"},
    {"demo" S "-n", "--dry-run belongs to 'haul get', not to 'haul demo'"},
    {"demo" S "-j4" S "--retries=2", "--retries belongs to 'haul get', not to 'haul demo'"},
    {"check", "no list or URL to check (see 'haul --help')"},
    {"check" S "-d" S "y" S "x", "--dir belongs to 'haul get', not to 'haul check'"},
    {"doctor" S "-n" S "x", "--dry-run belongs to 'haul get', not to 'haul doctor'"},
    {"doctor" S "--deadline=soon" S "x",
     "--deadline: 'soon' is neither a time like 50m nor a time of day like 06:30"},
    {"doctor" S "--exec-jobs=2" S "x", "--exec-jobs belongs to --exec"},
    {"doctor" S "--sink=disk", "--sink belongs to 'haul bench', not to 'haul doctor'"},
    {"doctor" S "--jobs=1,2", "--jobs: only 'haul bench' takes a list of numbers (command line)"},
    {"check" S "-n" S "x", "--dry-run belongs to 'haul get', not to 'haul check'"},
    {"check" S "--order=random" S "x", "--order belongs to 'haul get', not to 'haul check'"},
    {"check" S "--expect=image" S "x", "--expect belongs to 'haul get', not to 'haul check'"},
    {"check" S "--exec=a" S "x", "--exec belongs to 'haul get', not to 'haul check'"},
    {"check" S "--retry-failed", "--retry-failed belongs to 'haul get', not to 'haul check'"},
    {"check" S "--serve" S "x", "--serve belongs to 'haul demo', not to 'haul check'"},
    {"report", "no run to report: name its directory (as --dir did) or its report"},
    {"report" S "a" S "b" S "c", "'haul report' takes one run, or two to compare"},
    {"report" S "--html=x" S "a" S "b", "--html is about one run"},
    {"report" S "--html=" S "a", "--html: the value is empty"},
    {"report" S "--html=-" S "--json" S "a", "--json and --html - both write to standard output"},
    {"--html=x" S "a", "--html belongs to 'haul report', not to 'haul get'"},
    {"check" S "--html=x" S "a", "--html belongs to 'haul report', not to 'haul check'"},
    {"report" S "-q" S "a", "--quiet belongs to 'haul get', not to 'haul report'"},
    {"report" S "-i" S "a", "--input belongs to 'haul get', not to 'haul report'"},
    {"demo" S "--config=x", "--config belongs to 'haul get', not to 'haul demo'"},
    {"--rate=fast" S "x", "--rate: 'fast' is not a rate (like 50/s, 30/m, 100/h)"},
    {"--rate=1000001/s" S "x", "--rate: 1000001/s is not between 0 and 1000000/s"},
    {"--deadline=0" S "x",
     "--deadline: '0' is neither a time like 50m nor a time of day like 06:30"},
    {"--deadline=24:00" S "x",
     "--deadline: '24:00' is neither a time like 50m nor a time of day like 06:30"},
    {"--max-failures=101%" S "x",
     "--max-failures: '101%' is neither a number like 20 nor a share like 5%"},
    {"--ok-status=4xx" S "x", "--ok-status: '4xx' is no list of HTTP statuses like 404,500-599"},
    {"--retry-on=" S "x", "--retry-on: the value is empty"},
    {"--retry-on=600" S "x", "--retry-on: '600' is no list of HTTP statuses like 404,500-599"},
    {"--retry-failed" S "x", "--retry-failed takes no list or URL: what failed is the list"},
    {"--retry-from=f" S "-i" S "x", "--retry-from takes no list or URL: what failed is the list"},
    {"--retry-failed" S "--retry-from=f", "--retry-failed and --retry-from: give one of the two"},
    {"--retry-failed" S "--format=csv", "--format is about lists, and --retry-failed reads none"},
    {"--retry-all" S "x", "--retry-all belongs to --retry-failed or --retry-from"},
    {"--update" S "--force" S "x",
     "--update asks before it downloads, --force does not: give one of the two"},
    {"--update" S "--no-state" S "x", "--update needs the state that --no-state leaves out"},
    {"--exec-jobs=2" S "x", "--exec-jobs belongs to --exec"},
    {"--exec-must-succeed" S "x", "--exec-must-succeed belongs to --exec"},
    {"--metrics=/no/such/haul.prom" S "x",
     "--metrics: there is no directory /no/such/: No such file or directory"},
    {"--metrics=/etc/passwd/haul.prom" S "x",
     "--metrics: there is no directory /etc/passwd/: Not a directory"},
    {"--metrics=/etc/" S "x", "--metrics: /etc/ is a directory"},
    {"--config=" S "x", "--config: the value is empty"},
    {"--profile=a\nb" S "x", "--profile: the value holds a control character"},
    {"--generate=csh", "--generate: 'csh' is not one of nothing|man|bash|zsh|fish|config"},
    {"--help=foo", NO_TOPIC("foo")},
    {"--help" S "nosuch", NO_TOPIC("nosuch")},
    {"-d" S "x" S "-h" S "urls.txt", NO_TOPIC("urls.txt")},
    {"--help=", NO_TOPIC("")},
};

START_TEST(bad_command_lines_are_usage_errors_that_name_the_reason)
{
    struct parsed *parsed = parse(bad[_i].line);

    ck_assert_msg(!parsed->succeeded, "'%s' was accepted", bad[_i].line);
    ck_assert_int_eq(parsed->error.kind, ERROR_USAGE);
    ck_assert_str_eq(parsed->error.text, bad[_i].text);
    discard(parsed);
}
END_TEST

static const struct {
    const char *line;
    const char *topic;
    bool help, version;
} questions[] = {
    {"--help", NULL, true, false},
    {"-h", NULL, true, false},
    {"--help" S "all", "all", true, false},
    {"--help=all", "all", true, false},
    {"-h" S "speed", "speed", true, false},
    {"--help" S "network" S "--flurbl", "network", true, false},
    {"--help" S "doctor", "doctor", true, false},
    {"--help" S "--quiet", NULL, true, false},
    {"urls.txt" S "--help", NULL, true, false},
    {"get" S "--help", NULL, true, false},
    {"demo" S "--help", "demo", true, false},
    {"demo" S "--help=all", "all", true, false},
    {"x" S "-j4" S "--help" S "files", "files", true, false},
    {"--version", NULL, false, true},
    {"-qV" S "--flurbl", NULL, false, true},
    {"--version" S "--help", NULL, false, true},
};

START_TEST(help_and_version_end_the_command_line)
{
    struct parsed *parsed = parse(questions[_i].line);

    ck_assert_msg(parsed->succeeded, "'%s': %s", questions[_i].line, parsed->error.text);
    ck_assert(parsed->options.wants_help == questions[_i].help);
    ck_assert(parsed->options.wants_version == questions[_i].version);
    ck_assert_pstr_eq(parsed->options.help_topic, questions[_i].topic);
    discard(parsed);
}
END_TEST

static const struct {
    enum option_id id;
    const char *text;
    bool expected, is_good;
} switches[] = {
    {OPTION_ID_json, "yes", true, true},  {OPTION_ID_json, "TRUE", true, true},
    {OPTION_ID_json, "on", true, true},   {OPTION_ID_json, "1", true, true},
    {OPTION_ID_mtime, "no", false, true}, {OPTION_ID_mtime, "False", false, true},
    {OPTION_ID_mtime, "0", false, true},  {OPTION_ID_mtime, "off", false, true},
    {OPTION_ID_json, "", false, false},   {OPTION_ID_json, "2", false, false},
    {OPTION_ID_json, "y", false, false},  {OPTION_ID_json, "yes ", false, false},
};

START_TEST(switches_can_be_told_in_words)
{
    struct options options;
    struct error error = {0};
    options_init(&options);
    bool is_set = options_set(&options, switches[_i].id, switches[_i].text, &error);
    ck_assert_msg(is_set == switches[_i].is_good, "'%s'", switches[_i].text);
    if (is_set)
        ck_assert(switches[_i].expected ==
                  (switches[_i].id == OPTION_ID_json ? options.json : options.mtime));
    else
        ck_assert_ptr_nonnull(strstr(error.text, "is neither yes nor no"));
    options_clear(&options);
}
END_TEST

START_TEST(the_most_specific_host_section_counts)
{
    static const char *const patterns[] = {"*.org", "*.a.b.org", "a.b.org", "*.b.org", "[::1]"};
    static const struct {
        const char *host, *pattern;
    } cases[] = {
        {"x.org", "*.org"},     {"a.b.org", "a.b.org"},     {"A.B.ORG", "a.b.org"},
        {"c.b.org", "*.b.org"}, {"x.a.b.org", "*.a.b.org"}, {"b.org", "*.org"},
        {"org", NULL},          {"b.orgs", NULL},           {"[::1]", "[::1]"},
    };
    struct options options;
    options_init(&options);
    for (size_t i = 0; i < ARRAY_LENGTH(patterns); i++)
        ck_assert_ptr_nonnull(options_host_section_of(&options, patterns[i]));
    ck_assert_ptr_eq(options_host_section_of(&options, "*.B.org"), &options.hosts[3]);
    ck_assert_uint_eq(options.host_count, ARRAY_LENGTH(patterns));
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const struct host_section *found = options_host_section(&options, cases[i].host);
        ck_assert_pstr_eq(found != NULL ? found->pattern : NULL, cases[i].pattern);
    }
    options_clear(&options);
}
END_TEST

START_TEST(threads_never_outnumber_jobs)
{
    struct parsed *parsed = parse("--threads=8" S "--jobs=3" S "x");
    ck_assert_uint_eq(options_thread_count(&parsed->options), 3);
    discard(parsed);

    parsed = parse("--threads=8" S "--jobs=30" S "x");
    ck_assert_uint_eq(options_thread_count(&parsed->options), 8);
    discard(parsed);

    parsed = parse("-j1" S "x");
    ck_assert_uint_eq(options_thread_count(&parsed->options), 1);
    discard(parsed);

    parsed = parse("-j60000" S "x");
    ck_assert_uint_ge(options_thread_count(&parsed->options), 1);
    ck_assert_uint_le(options_thread_count(&parsed->options), 1024);
    discard(parsed);
}
END_TEST

START_TEST(choices_have_names_and_names_fit_any_buffer)
{
    char name[16], tiny[4];

    ck_assert_str_eq(options_choice_name("batch|file|none", 0, name, sizeof(name)), "batch");
    ck_assert_str_eq(options_choice_name("batch|file|none", 2, name, sizeof(name)), "none");
    ck_assert_str_eq(options_choice_name("batch|file|none", 3, name, sizeof(name)), "");
    ck_assert_str_eq(options_choice_name("batch|file|none", 0, tiny, sizeof(tiny)), "bat");
}
END_TEST

static void field_to_name(const char *field, char *out)
{
    for (; *field != '\0'; field++)
        *out++ = *field == '_' ? '-' : *field;
    *out = '\0';
}

START_TEST(every_row_is_named_as_its_field_and_lies_in_its_range)
{
    static const char *const fields[] = {
#define OPTION_ANY(field) #field,
#include "app/options.def"
    };
    char expected[OPTION_NAME_SIZE];

    ck_assert_uint_eq(ARRAY_LENGTH(fields), OPTION_ID_COUNT);
    for (enum option_id id = 0; id < OPTION_ID_COUNT; id++) {
        const struct option_row *row = option_table_row(id);
        ck_assert_uint_lt(strlen(fields[id]) + strlen("no-"), OPTION_NAME_SIZE);
        field_to_name(fields[id], expected);
        ck_assert_str_eq(row->name, expected);
        ck_assert_int_eq(option_table_find(expected, strlen(expected)), id);
        ck_assert_int_le(row->minimum, row->maximum);
        ck_assert_int_le(row->initial, row->kind == OPTION_KIND_CHOICE ? 0 : row->maximum);
        if (row->short_name != 0)
            ck_assert_int_eq(option_table_find_short(row->short_name), id);
    }
}
END_TEST

static char *print_help(const char *topic)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    ck_assert_ptr_nonnull(out);
    usage_print(out, topic);
    ck_assert_int_eq(fclose(out), 0);
    return text;
}

static unsigned assert_width(char *text)
{
    unsigned lines = 0;

    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++)
        ck_assert_msg(strlen(line) <= 80, "longer than 80 columns: %s", line);
    return lines;
}

START_TEST(the_first_help_screen_fits_a_small_terminal)
{
    char *text = print_help(NULL);
    unsigned lines = 0;

    for (const char *at = text; *at != '\0'; at++)
        lines += *at == '\n';
    ck_assert_uint_le(lines, 24);
    ck_assert_ptr_nonnull(strstr(text, "-j, --jobs N"));
    assert_width(text);
    free(text);
}
END_TEST

START_TEST(help_for_all_shows_every_option_once_and_each_group_its_own)
{
    char *all = print_help("all");
    char flag[OPTION_NAME_SIZE + 8];

    for (enum option_id id = 0; id < OPTION_ID_COUNT; id++) {
        const struct option_row *row = option_table_row(id);
        bool is_on = row->kind == OPTION_KIND_BOOL && row->initial != 0;
        snprintf(flag, sizeof(flag), " --%s%s%s", is_on ? "[no-]" : "", row->name,
                 row->argument != NULL ? " " : "");
        char *found = strstr(all, flag);
        ck_assert_msg(found != NULL, "no '%s' in --help all", flag);
        char *group = print_help(option_table_group_name(row->group));
        ck_assert_msg(strstr(group, flag) != NULL, "no '%s' in its group", flag);
        free(group);
    }
    ck_assert_uint_gt(assert_width(all), OPTION_ID_COUNT);
    ck_assert(usage_is_topic("all"));
    ck_assert(usage_is_topic("retries"));
    ck_assert(usage_is_topic("report"));
    ck_assert(!usage_is_topic("jobs"));
    ck_assert(!usage_is_topic(""));
    free(all);
}
END_TEST

START_TEST(help_for_a_command_shows_its_options_and_no_others)
{
    enum subcommand command = (enum subcommand)_i;
    char *text = print_help(options_command_name(command));
    char start[64], flag[OPTION_NAME_SIZE + 8];

    snprintf(start, sizeof(start), "Usage: haul %s", command_table_row(command)->usage);
    ck_assert_msg(strncmp(text, start, strlen(start)) == 0, "%s", text);
    for (enum option_id id = 0; id < OPTION_ID_COUNT; id++) {
        const struct option_row *row = option_table_row(id);
        bool is_on = row->kind == OPTION_KIND_BOOL && row->initial != 0;
        snprintf(flag, sizeof(flag), "  --%s%s%s", is_on ? "[no-]" : "", row->name,
                 row->argument != NULL ? " " : "");
        bool is_shown =
            strstr(text, flag) != NULL || (row->short_name != 0 && strstr(text, flag + 1) != NULL);
        ck_assert_msg(is_shown == option_scope_has(command, id), "--%s", row->name);
    }
    assert_width(text);
    free(text);
}
END_TEST

/* A line of a crontab, with one more word in it. */
START_TEST(the_doctor_takes_what_a_run_takes)
{
    for (enum option_id id = 0; id < OPTION_ID_COUNT; id++) {
        bool is_of_run = option_scope_has(COMMAND_GET, id) && id != OPTION_ID_dry_run;
        ck_assert_msg(option_scope_has(COMMAND_DOCTOR, id) == is_of_run, "--%s",
                      option_table_row(id)->name);
    }
    struct parsed *parsed = parse("doctor" S "-q" S "--deadline=50m" S "--expect=image" S
                                  "--ping=http://h/" S "--name={host}" S "--retries=1" S "x");
    ck_assert_msg(parsed->succeeded, "%s", parsed->error.text);
    ck_assert_int_eq(parsed->options.command, COMMAND_DOCTOR);
    discard(parsed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("options");
    TCase *tests = tcase_create("options");

    tcase_add_test(tests, a_bare_list_is_got_with_the_promised_defaults);
    tcase_add_loop_test(tests, good_command_lines_set_what_they_say, 0, ARRAY_LENGTH(good));
    tcase_add_loop_test(tests, bad_command_lines_are_usage_errors_that_name_the_reason, 0,
                        ARRAY_LENGTH(bad));
    tcase_add_loop_test(tests, help_and_version_end_the_command_line, 0, ARRAY_LENGTH(questions));
    tcase_add_loop_test(tests, switches_can_be_told_in_words, 0, ARRAY_LENGTH(switches));
    tcase_add_test(tests, the_most_specific_host_section_counts);
    tcase_add_test(tests, threads_never_outnumber_jobs);
    tcase_add_test(tests, choices_have_names_and_names_fit_any_buffer);
    tcase_add_test(tests, every_row_is_named_as_its_field_and_lies_in_its_range);
    tcase_add_test(tests, the_first_help_screen_fits_a_small_terminal);
    tcase_add_test(tests, help_for_all_shows_every_option_once_and_each_group_its_own);
    tcase_add_loop_test(tests, help_for_a_command_shows_its_options_and_no_others, 0,
                        COMMAND_COUNT);
    tcase_add_test(tests, the_doctor_takes_what_a_run_takes);
    suite_add_tcase(suite, tests);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
