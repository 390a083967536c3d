/* What the account of one URL costs: its record, and its place in the summary. Prints nanoseconds
 * for each; exit code 1 when a record takes more than its budget. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "io/record.h"
#include "model/summary.h"

#define RECORDS 200000
#define ROUNDS 5
#define BUDGET_NS 5000
#define TEXT_LIMIT (1024 * 1024)
#define HOSTS 1000

/* A photo from a content network, downloaded over a connection that was open. */
static struct job *new_job(void)
{
    static const char LISTED[] =
        "https://images.cdn.example.org/photos/2026/11/20/0123456789abcdef_large.jpg?w=1600&q=80";
    struct job *job = job_create(123456, "lists/photos.txt", 123789, LISTED, strlen(LISTED));
    struct outcome *outcome = &job->outcome;
    job->key = key_of(LISTED, strlen(LISTED));
    job->origin.host = memory_copy_string("images.cdn.example.org");
    job->origin.target = memory_copy_string(LISTED);
    outcome->status = STATUS_DOWNLOADED;
    outcome->failure = FAILURE_NONE;
    outcome->http = 200;
    outcome->curl = 0;
    outcome->attempts = 1;
    outcome->start_us = INT64_C(1795176030123456);
    outcome->worker = 2;
    memcpy(outcome->ip, "192.0.2.123", sizeof("192.0.2.123"));
    outcome->http_version = 11;
    outcome->reused = true;
    outcome->us = (struct phases){412345, 0, 0, 0, 81234, 12345, 742, 94321};
    outcome->wire_bytes = 204312;
    outcome->file_bytes = 203987;
    outcome->expected_bytes = 203987;
    outcome->path = memory_copy_string("0123456789abcdef_large.jpg");
    outcome->declared_type = memory_copy_string("image/jpeg");
    outcome->detected_type = "image/jpeg";
    outcome->etag = memory_copy_string("\"5f3c-61a0b2c3d4e5f\"");
    outcome->last_modified = 1790000000;
    return job;
}

static double time_records(const struct job *job)
{
    struct text text;
    text_init(&text, TEXT_LIMIT);
    int64_t start = clock_monotonic_us();
    for (int i = 0; i < RECORDS; i++) {
        text_reset(&text);
        if (!record_append_json(&text, job, NULL))
            abort();
    }
    int64_t elapsed = clock_monotonic_us() - start;
    text_clear(&text);
    return (double)elapsed * 1000 / RECORDS;
}

static double time_summary(struct job *job)
{
    struct summary summary;
    summary_init(&summary);
    char *host = job->origin.host;
    char hosts[HOSTS][32];
    for (int i = 0; i < HOSTS; i++)
        snprintf(hosts[i], sizeof(hosts[i]), "img%d.cdn.example.org", i);
    int64_t start = clock_monotonic_us();
    for (int i = 0; i < RECORDS; i++) {
        job->origin.host = hosts[(unsigned)i * 7919 % HOSTS];
        summary_add(&summary, job, i);
    }
    int64_t elapsed = clock_monotonic_us() - start;
    if (summary.counts.total != RECORDS)
        abort();
    job->origin.host = host;
    summary_clear(&summary);
    return (double)elapsed * 1000 / RECORDS;
}

int main(void)
{
    struct job *job = new_job();
    double record_ns = time_records(job);
    double summary_ns = time_summary(job);
    /* The best of some rounds: whatever else runs on the machine only adds. */
    for (int round = 1; round < ROUNDS; round++) {
        double again = time_records(job);
        record_ns = again < record_ns ? again : record_ns;
        again = time_summary(job);
        summary_ns = again < summary_ns ? again : summary_ns;
    }
    printf("record_append_json %.0f ns a record (budget %d)\n", record_ns, BUDGET_NS);
    printf("summary_add        %.0f ns a job\n", summary_ns);
    job_destroy(job);
    return record_ns <= BUDGET_NS ? EXIT_SUCCESS : EXIT_FAILURE;
}
