#include "app/exec_pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "sync/pool.h"

#define VARIABLE_LIMIT ((size_t)256 * 1024) /* the kernel takes 128 KiB */
#define VARIABLE_COUNT 6
#define STATUS_NOT_STARTED 127
#define STATUS_SIGNALLED 128

const char *const EXEC_PLACEHOLDERS[] = {"{}", "{url}", "{name}", NULL};

struct waiting {
    struct waiting *next;
    struct job *job;
};

struct exec_pool {
    struct exec_settings settings;
    struct pool *threads;
    void **contexts; /* the pool itself, for each thread */

    struct lock lock; /* guards everything below */
    struct condition changed;
    struct waiting *first;
    struct waiting **last;
    size_t pending;
    uint64_t failed;
    bool is_stopping;
};

/* What one program is told; filled by describe, freed by description_clear. */
struct description {
    struct text file;
    struct text variables[VARIABLE_COUNT];
    const char *environment[VARIABLE_COUNT + 1];
    unsigned variable_count;
};

/* Nothing when the value is not known. */
static void add_variable(struct description *description, const char *name, const char *value)
{
    if (value == NULL)
        return;
    struct text *text = &description->variables[description->variable_count];
    text_init(text, VARIABLE_LIMIT);
    text_append_string(text, name);
    text_append_char(text, '=');
    text_append_string(text, value);
    description->environment[description->variable_count++] = text->data;
}

static void describe(struct description *description, const char *directory, const struct job *job)
{
    memset(description, 0, sizeof *description);
    size_t length = strlen(directory);
    text_init(&description->file, VARIABLE_LIMIT);
    text_append(&description->file, directory, length);
    if (length == 0 || directory[length - 1] != '/')
        text_append_char(&description->file, '/');
    text_append_string(&description->file, job->outcome.path);

    add_variable(description, "HAUL_FILE_URL", job->listed);
    add_variable(description, "HAUL_FILE", description->file.data);
    add_variable(description, "HAUL_FILE_NAME", job->outcome.path);
    add_variable(description, "HAUL_FILE_STATUS", status_name(job->outcome.status));
    add_variable(description, "HAUL_FILE_SHA256", job->outcome.sha256);
    add_variable(description, "HAUL_FILE_TYPE", job->outcome.detected_type);
}

static void description_clear(struct description *description)
{
    for (unsigned i = 0; i < description->variable_count; i++)
        text_clear(&description->variables[i]);
    text_clear(&description->file);
}

/* What a program that did not exit with 0 means for its job. */
static void fail_job(const struct exec_pool *pool, struct job *job, int status,
                     const struct error *error)
{
    bool is_aborted = cancel_level(pool->settings.cancel) == CANCEL_ABORT;
    if (status == STATUS_NOT_STARTED && error->kind != ERROR_NONE) {
        job_fail(job, FAILURE_IO, NULL);
        outcome_set_detail(&job->outcome, "--exec cannot be started: %s", error->text);
    } else if (status > STATUS_SIGNALLED) {
        job_fail(job, is_aborted ? FAILURE_CANCELED : FAILURE_IO, NULL);
        outcome_set_detail(&job->outcome, "--exec was ended by signal %d",
                           status - STATUS_SIGNALLED);
    } else {
        job_fail(job, is_aborted ? FAILURE_CANCELED : FAILURE_IO, NULL);
        outcome_set_detail(&job->outcome, "--exec ended with %d", status);
    }
}

static void count_failure(struct exec_pool *pool)
{
    lock_acquire(&pool->lock);
    pool->failed++;
    lock_release(&pool->lock);
}

static void run_program(struct exec_pool *pool, struct job *job)
{
    const struct exec_settings *settings = &pool->settings;
    struct description description;
    describe(&description, settings->directory, job);
    const struct command_value values[] = {
        {"{}", description.file.data},
        {"{url}", job->listed},
        {"{name}", job->outcome.path},
    };
    struct error error = {0};
    job->exec_status = command_run(settings->command, values, ARRAY_LENGTH(values),
                                   description.environment, settings->cancel, 0, &error);
    description_clear(&description);
    if (job->exec_status == 0)
        return;
    count_failure(pool);
    if (settings->must_succeed)
        fail_job(pool, job, job->exec_status, &error);
}

/* NULL when the pool stops and nothing is left. */
static struct job *next_job(struct exec_pool *pool)
{
    lock_acquire(&pool->lock);
    while (pool->first == NULL && !pool->is_stopping)
        condition_wait(&pool->changed, &pool->lock);
    struct waiting *waiting = pool->first;
    if (waiting != NULL) {
        pool->first = waiting->next;
        if (pool->first == NULL)
            pool->last = &pool->first;
    }
    lock_release(&pool->lock);
    if (waiting == NULL)
        return NULL;
    struct job *job = waiting->job;
    free(waiting);
    return job;
}

static void hand_back(struct exec_pool *pool, struct job *job)
{
    pool->settings.on_done(pool->settings.context, job);
    /* Afterwards: nothing pending means that everybody has got everything. */
    lock_acquire(&pool->lock);
    pool->pending--;
    lock_release(&pool->lock);
}

static void exec_body(void *context)
{
    struct exec_pool *pool = context;
    struct job *job;
    while ((job = next_job(pool)) != NULL) {
        job->exec_status = -1;
        if (cancel_level(pool->settings.cancel) != CANCEL_ABORT)
            run_program(pool, job);
        else if (pool->settings.must_succeed)
            job_fail(job, FAILURE_CANCELED, "--exec did not run");
        hand_back(pool, job);
    }
}

struct exec_pool *exec_pool_start(const struct exec_settings *settings, struct error *error)
{
    struct exec_pool *pool = memory_allocate_zeroed(1, sizeof *pool);
    pool->settings = *settings;
    pool->last = &pool->first;
    lock_init(&pool->lock, LOCK_RANK_EXEC);
    condition_init(&pool->changed);
    pool->contexts = memory_allocate_zeroed(settings->jobs, sizeof *pool->contexts);
    for (unsigned i = 0; i < settings->jobs; i++)
        pool->contexts[i] = pool;
    pool->threads = pool_start("exec", settings->jobs, exec_body, pool->contexts, error);
    if (pool->threads == NULL) {
        exec_pool_destroy(pool);
        return NULL;
    }
    return pool;
}

void exec_pool_push(struct exec_pool *pool, struct job *job)
{
    assert(job->outcome.path != NULL);
    struct waiting *waiting = memory_allocate_zeroed(1, sizeof *waiting);
    waiting->job = job;
    lock_acquire(&pool->lock);
    assert(!pool->is_stopping);
    *pool->last = waiting;
    pool->last = &waiting->next;
    pool->pending++;
    condition_signal(&pool->changed);
    lock_release(&pool->lock);
}

size_t exec_pool_pending(struct exec_pool *pool)
{
    lock_acquire(&pool->lock);
    size_t pending = pool->pending;
    lock_release(&pool->lock);
    return pending;
}

uint64_t exec_pool_failed(struct exec_pool *pool)
{
    lock_acquire(&pool->lock);
    uint64_t failed = pool->failed;
    lock_release(&pool->lock);
    return failed;
}

void exec_pool_stop(struct exec_pool *pool)
{
    lock_acquire(&pool->lock);
    pool->is_stopping = true;
    condition_broadcast(&pool->changed);
    lock_release(&pool->lock);
    pool_join(pool->threads);
}

void exec_pool_destroy(struct exec_pool *pool)
{
    if (pool == NULL)
        return;
    if (pool->threads != NULL) {
        exec_pool_stop(pool);
        pool_destroy(pool->threads);
    }
    free(pool->contexts);
    condition_clear(&pool->changed);
    lock_clear(&pool->lock);
    free(pool);
}
