#include "app/bench_list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/lists.h"
#include "app/planner.h"
#include "app/run_settings.h"
#include "base/memory.h"
#include "base/random.h"
#include "io/address.h"
#include "io/descriptor.h"
#include "io/list_row.h"
#include "model/summary.h"

#define FLUSH_BYTES ((size_t)256 * 1024)
#define ROW_BYTES_MAX ((size_t)512 * 1024)

/* A row that may become part of the sample. */
struct sampled {
    uint64_t place; /* among the URLs of the list, from 0 */
    char *row;      /* owned */
};

struct bench_list {
    const struct options *options;
    struct bench_list_facts facts;
    int descriptor; /* of the unlinked file */
    char path[64];
    struct text pending; /* rows that are still to be written */

    uint64_t sample; /* how many URLs are wanted, 0 = all */
    uint64_t seed;
    struct sampled *sampled;
    size_t sampled_count;
};

/* Nothing is left behind, however this process ends. */
static int create_unlinked(void)
{
    const char *parent = getenv("TMPDIR");
    struct text path;
    text_init(&path, SIZE_MAX / 4);
    text_append_format(&path, "%s/haul-bench-XXXXXX",
                       parent != NULL && parent[0] == '/' ? parent : "/tmp");
    int descriptor = mkostemp(path.data, O_CLOEXEC);
    int result = descriptor < 0 ? -errno : descriptor;
    if (descriptor >= 0)
        unlink(path.data);
    text_clear(&path);
    return result;
}

static bool open_file(struct bench_list *list, struct error *error)
{
    int descriptor = create_unlinked();
    if (descriptor < 0)
        return error_set_errno(error, ERROR_LOCAL, -descriptor, "cannot keep the list");
    if (list->descriptor >= 0)
        close(list->descriptor);
    list->descriptor = descriptor;
    snprintf(list->path, sizeof(list->path), "/proc/self/fd/%d", descriptor);
    text_reset(&list->pending);
    list_row_append_header(&list->pending);
    return true;
}

static bool flush(struct bench_list *list, struct error *error)
{
    int result = descriptor_write(list->descriptor, list->pending.data, list->pending.length);
    text_reset(&list->pending);
    return result == 0 || error_set_errno(error, ERROR_LOCAL, -result, "cannot keep the list");
}

static bool append(struct bench_list *list, const char *row, size_t length, struct error *error)
{
    text_append(&list->pending, row, length);
    return list->pending.length < FLUSH_BYTES || flush(list, error);
}

/* Each URL of the list gets the same chance (Vitter, Random Sampling with a Reservoir, 1985,
 * algorithm R), without knowing how many there are. */
static void draw(struct bench_list *list, uint64_t place, const struct text *row)
{
    uint64_t chosen = place;
    if (list->sampled_count < list->sample) {
        if ((list->sampled_count & (list->sampled_count - 1)) == 0) /* doubles at 0, 1, 2, 4 ... */
            list->sampled =
                memory_resize(list->sampled, list->sampled_count == 0 ? 1 : 2 * list->sampled_count,
                              sizeof(*list->sampled));
        chosen = list->sampled_count++;
        list->sampled[chosen].row = NULL;
    } else {
        chosen = random_at(list->seed, place) % (place + 1);
    }
    if (chosen >= list->sample)
        return;
    free(list->sampled[chosen].row);
    list->sampled[chosen] = (struct sampled){place, memory_copy_string(row->data)};
}

static int compare_places(const void *a, const void *b)
{
    const struct sampled *left = a;
    const struct sampled *right = b;
    return left->place < right->place ? -1 : left->place > right->place;
}

static bool write_sample(struct bench_list *list, struct error *error)
{
    bool is_written = true;
    if (list->sampled_count == 0)
        return true;
    qsort(list->sampled, list->sampled_count, sizeof(*list->sampled), compare_places);
    for (size_t i = 0; i < list->sampled_count && is_written; i++)
        is_written = append(list, list->sampled[i].row, strlen(list->sampled[i].row), error);
    return is_written;
}

static bool take_url(struct bench_list *list, const struct job *job, struct error *error)
{
    struct text row;
    bool is_taken = true;
    text_init(&row, ROW_BYTES_MAX);
    if (!list_row_append(&row, job)) {
        list->facts.bad++;
    } else {
        uint64_t place = list->facts.listed++;
        if (list->sample > 0)
            draw(list, place, &row);
        else
            is_taken = append(list, row.data, row.length, error);
    }
    text_clear(&row);
    return is_taken;
}

/* What a pass over lists does with each of its jobs; false ends it, with an error. */
struct reader {
    struct lists *lists;
    struct planner *planner;
    bool (*take)(void *context, struct job *job, enum plan plan, struct error *error);
    void *context;
    const struct cancel *cancel;
    uint64_t count;
};

static bool take_item(struct reader *reader, const struct source_item *item, struct error *error)
{
    struct job *job =
        planner_make_job(reader->planner, ++reader->count, lists_name(reader->lists), item);
    enum plan plan = planner_decide(reader->planner, job, item, false);
    bool is_fine = lists_judge(reader->lists, planner_is_list_line(job, item), error) &&
                   reader->take(reader->context, job, plan, error);
    job_destroy(job);
    return is_fine;
}

static bool read_all(struct reader *reader, struct error *error)
{
    for (;;) {
        struct source_item item;
        enum source_answer answer = lists_next(reader->lists, &item, error);
        if (answer == SOURCE_ERROR || (answer == SOURCE_ITEM && !take_item(reader, &item, error)))
            return false;
        if (answer == SOURCE_END || answer == SOURCE_STOPPED)
            return true;
        if (reader->cancel != NULL && cancel_level(reader->cancel) != CANCEL_NONE)
            return true;
    }
}

static bool read_with(struct reader *reader, const struct options *options,
                      const struct string_list *operands, const struct source_settings *source,
                      struct error *error)
{
    struct run_settings settings;
    struct options reading = *options; /* nothing is downloaded: any machine can do that */
    reading.jobs = reading.threads = (struct count_list){{1}, 1};
    bool is_read = run_settings_init(&settings, &reading, error) && lists_check(operands, error);
    if (is_read)
        reader->lists = lists_open(operands, source, error);
    is_read = is_read && reader->lists != NULL;
    if (is_read) {
        struct planner_settings planner = {
            .naming = {.template = settings.template},
            .rules = &settings.transfer.rules,
            .warnings = settings.warnings,
        };
        reader->planner = planner_create(&planner);
        is_read = read_all(reader, error);
        planner_destroy(reader->planner);
    }
    lists_close(reader->lists);
    run_settings_clear(&settings);
    return is_read;
}

static bool take_listed(void *context, struct job *job, enum plan plan, struct error *error)
{
    struct bench_list *list = context;
    if (plan == PLAN_DOWNLOAD)
        return take_url(list, job, error);
    list->facts.duplicates += plan == PLAN_DUPLICATE;
    list->facts.bad += plan == PLAN_BAD;
    return true;
}

static bool read_listed(struct bench_list *list, const struct cancel *cancel, struct error *error)
{
    const struct options *options = list->options;
    struct reader reader = {.take = take_listed, .context = list, .cancel = cancel};
    struct source_settings source = {
        .format = (enum source_format)options->format,
        .url_column = options->url_column,
        .stop_descriptor = cancel != NULL ? cancel_descriptor(cancel) : -1,
    };
    if (!open_file(list, error) ||
        !read_with(&reader, options, &options->operands, &source, error) ||
        !write_sample(list, error) || !flush(list, error))
        return false;
    list->facts.is_cut = cancel != NULL && cancel_level(cancel) != CANCEL_NONE;
    if (reader.count == 0 && !list->facts.is_cut)
        return error_set(error, ERROR_INPUT, "the lists hold no URL");
    return true;
}

static bool count_host(void *context, struct job *job, enum plan plan, struct error *error)
{
    struct summary *summary = context;
    (void)plan;
    (void)error;
    job->outcome.status = STATUS_NOT_TRIED;
    summary_add(summary, job, 0);
    return true;
}

static uint64_t limit_of(const struct options *options, const char *host)
{
    const struct host_section *section = options_host_section(options, host);
    bool is_set = section != NULL && section->per_host >= 0;
    return (uint64_t)(is_set ? section->per_host : options->per_host);
}

static void sum_hosts(struct bench_list *list, const struct summary *summary)
{
    struct bench_list_facts *facts = &list->facts;
    size_t count = 0;
    size_t total = 0;
    const struct host_summary **hosts = summary_hosts(summary, SIZE_MAX, &count, &total);
    facts->urls = summary->counts.total;
    facts->hosts = total;
    facts->elsewhere = facts->host_slots = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t limit = limit_of(list->options, hosts[i]->host);
        facts->host_slots += limit < hosts[i]->urls ? limit : hosts[i]->urls;
        if (!address_is_loopback_host(hosts[i]->host))
            facts->elsewhere += hosts[i]->urls;
    }
    free(hosts);
}

/* What is measured, as the runs will read it. */
static bool survey(struct bench_list *list, struct error *error)
{
    struct summary *summary = memory_allocate_zeroed(1, sizeof(*summary));
    char *path = list->path;
    struct string_list operands = {&path, 1};
    struct reader reader = {.take = count_host, .context = summary};
    struct source_settings source = {.format = SOURCE_FORMAT_TSV, .stop_descriptor = -1};
    summary_init(summary);
    bool is_read = read_with(&reader, list->options, &operands, &source, error);
    if (is_read)
        sum_hosts(list, summary);
    summary_clear(summary);
    free(summary);
    return is_read;
}

struct bench_list *bench_list_create(const struct options *options, uint64_t seed,
                                     const struct cancel *cancel, struct error *error)
{
    struct bench_list *list = memory_allocate_zeroed(1, sizeof(*list));
    list->options = options;
    list->seed = seed;
    list->sample = options->sample > 0 ? (uint64_t)options->sample : 0;
    list->descriptor = -1;
    text_init(&list->pending, FLUSH_BYTES + ROW_BYTES_MAX);
    if (!read_listed(list, cancel, error) || !survey(list, error)) {
        bench_list_destroy(list);
        return NULL;
    }
    return list;
}

void bench_list_destroy(struct bench_list *list)
{
    if (list == NULL)
        return;
    for (size_t i = 0; i < list->sampled_count; i++)
        free(list->sampled[i].row);
    free(list->sampled);
    text_clear(&list->pending);
    if (list->descriptor >= 0)
        close(list->descriptor);
    free(list);
}

/* Copies the rows whose bit is not set; the first line is the header. */
static bool copy_rows(struct bench_list *list, FILE *from, const uint8_t *dropped,
                      struct error *error)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length = getline(&line, &size, from);
    bool is_fine = length > 0;
    for (uint64_t i = 0; is_fine && (length = getline(&line, &size, from)) > 0; i++) {
        if ((dropped[i / 8] >> (i % 8) & 1) == 0)
            is_fine = append(list, line, (size_t)length, error);
    }
    free(line);
    return is_fine && flush(list, error);
}

bool bench_list_drop(struct bench_list *list, const uint8_t *dropped, struct error *error)
{
    FILE *from = fopen(list->path, "re");
    if (from == NULL)
        return error_set_errno(error, ERROR_LOCAL, errno, "cannot read the list again");
    bool is_dropped =
        open_file(list, error) && copy_rows(list, from, dropped, error) && survey(list, error);
    fclose(from);
    return is_dropped;
}

struct bench_list_facts bench_list_facts(const struct bench_list *list)
{
    return list->facts;
}

const char *bench_list_path(const struct bench_list *list)
{
    return list->path;
}
