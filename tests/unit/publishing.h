/* Jobs with finished temporary files in an output directory of their own, for tests of what becomes
 * of them. */
#ifndef HAUL_TESTS_PUBLISHING_H
#define HAUL_TESTS_PUBLISHING_H

#include "base/memory.h"
#include "io/publisher.h"
#include "model/name_template.h"
#include "scratch.h"

static struct root *root;
static struct state *state;
static struct job *jobs[320];
static size_t job_count;

static inline void setup(void)
{
    scratch_setup();
    struct error error = {0};
    root = root_open(in_scratch("out"), &error);
    ck_assert_msg(root != NULL, "%s", error.text);
    state = state_open(root, NULL, &error);
    ck_assert_msg(state != NULL, "%s", error.text);
    job_count = 0;
}

/* What another run, or another batch, would begin with. */
static inline void forget_jobs(void)
{
    while (job_count > 0)
        job_destroy(jobs[--job_count]);
}

static inline void teardown(void)
{
    forget_jobs();
    state_close(state);
    root_close(root);
    scratch_teardown();
}

/* A job as a worker hands it over: verified, with its bytes in a temporary file. */
static inline struct job *add_job(const char *name, const char *text)
{
    static size_t number; /* another URL each time, also after forget_jobs */
    char url[300];
    snprintf(url, sizeof(url), "http://example.org/%zu/%.200s", ++number, name);
    struct job *job = job_create(job_count + 1, "list", job_count + 1, url, strlen(url));
    job->key = key_of(url, strlen(url));
    job->name = memory_copy_string(name);
    snprintf(job->temporary, sizeof(job->temporary), "t%zu", job_count);
    int descriptor = root_create_temporary(root, job->temporary);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(close(descriptor), 0);
    job->outcome.file_bytes = (int64_t)strlen(text);
    job->outcome.etag = memory_copy_string("\"tag\"");
    jobs[job_count++] = job;
    return job;
}

/* A job whose name has its content's digits, which stand in for "%s". */
static inline struct job *add_digest_job(const char *format, const char *digits, const char *text)
{
    char zeros[NAME_DIGEST_LENGTH + 1];
    memset(zeros, '0', NAME_DIGEST_LENGTH);
    zeros[NAME_DIGEST_LENGTH] = '\0';
    const char *place = strstr(format, "%s");
    ck_assert_ptr_nonnull(place);
    char name[600];
    snprintf(name, sizeof(name), "%.*s%s%s", (int)(place - format), format, zeros, place + 2);
    struct job *job = add_job(name, text);
    job->digest_offset = (size_t)(place - format);
    job->outcome.sha256 = memory_copy_string(digits);
    return job;
}

static inline bool publish_with(enum sync_mode sync, enum existing_policy existing,
                                struct error *error)
{
    struct publisher *publisher = publisher_create(root, state, sync, existing);
    bool is_fine = publisher_publish(publisher, jobs, job_count, error);
    publisher_destroy(publisher);
    return is_fine;
}

static inline void publish(enum sync_mode sync, enum existing_policy existing)
{
    struct error error = {0};
    ck_assert_msg(publish_with(sync, existing, &error), "%s", error.text);
}

static inline bool has_row(const struct job *job, const char *name)
{
    struct state_row row;
    return state_find(state, job->key, &row) && strcmp(row.name, name) == 0;
}

static inline bool no_temporary_is_left(void)
{
    for (size_t i = 0; i < job_count; i++) {
        char path[64];
        snprintf(path, sizeof(path), "out/.haul/tmp/t%zu", i);
        if (jobs[i]->temporary[0] != '\0' || scratch_kind(path) != 0)
            return false;
    }
    return true;
}

static const enum sync_mode modes[] = {SYNC_BATCH, SYNC_FILE, SYNC_NONE};

#endif
