#include "sync/pool.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

/* Sanitizers reserve memory of their own for each thread and end the process when refused. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED true
#elif defined(__has_feature)
#define IS_SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define IS_SANITIZED false
#endif

#define THREADS 12

struct seat {
    unsigned runs;
    char name[16];
};

static void sit(void *context)
{
    struct seat *seat = context;
    seat->runs++;
    pthread_getname_np(pthread_self(), seat->name, sizeof(seat->name));
}

static const struct {
    const char *name;
    const char *first;
    const char *last;
} name_cases[] = {
    {"worker", "worker-1", "worker-12"},
    {"a", "a-1", "a-12"},
    {"", "-1", "-12"},
    {"exactly-12-by", "exactly-12-by-1", "exactly-12-b-12"},
    {"a-name-that-is-far-too-long", "a-name-that-i-1", "a-name-that--12"},
};

START_TEST(every_thread_runs_once_with_its_own_context_and_name)
{
    struct seat seats[THREADS] = {0};
    void *contexts[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        contexts[i] = &seats[i];
    struct error error = {0};
    struct pool *pool = pool_start(name_cases[_i].name, THREADS, sit, contexts, &error);
    ck_assert_ptr_nonnull(pool);
    ck_assert_uint_eq(pool_size(pool), THREADS);
    pool_join(pool);
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_uint_eq(seats[i].runs, 1);
    ck_assert_str_eq(seats[0].name, name_cases[_i].first);
    ck_assert_str_eq(seats[THREADS - 1].name, name_cases[_i].last);
    ck_assert_int_eq(error.kind, ERROR_NONE);
    pool_join(pool);
    pool_destroy(pool);
}
END_TEST

START_TEST(destroying_a_pool_joins_it)
{
    struct seat seat = {0};
    void *contexts[] = {&seat};
    pool_destroy(pool_start("worker", 1, sit, contexts, NULL));
    ck_assert_uint_eq(seat.runs, 1);
    pool_destroy(NULL);
}
END_TEST

/* Leaves room for `bytes` of memory more than this process has mapped, and lets every thread take
 * 64 MiB of it. */
static bool limit_memory(size_t bytes)
{
    pthread_attr_t attributes;
    unsigned long pages = 0;
    FILE *sizes = fopen("/proc/self/statm", "r");
    if (sizes == NULL)
        return false;
    bool is_known = fscanf(sizes, "%lu", &pages) == 1;
    fclose(sizes);
    struct rlimit limit;
    limit.rlim_cur = limit.rlim_max = pages * (size_t)sysconf(_SC_PAGESIZE) + bytes;
    pthread_attr_init(&attributes);
    return is_known && pthread_attr_setstacksize(&attributes, (size_t)64 << 20) == 0 &&
           pthread_setattr_default_np(&attributes) == 0 && setrlimit(RLIMIT_AS, &limit) == 0;
}

static void stay_until_told(void *context)
{
    char byte;
    if (read(*(int *)context, &byte, 1) < 0)
        abort();
}

/* How many threads a system gives that has room for `bytes`; 200 and more: something else failed.
 */
static int pool_size_within(size_t bytes)
{
    pid_t child = fork();
    if (child == 0) {
        int ends[2];
        void *contexts[THREADS];
        for (size_t i = 0; i < THREADS; i++)
            contexts[i] = &ends[0];
        if (pipe(ends) != 0 || !limit_memory(bytes))
            _exit(200);
        struct error error = {0};
        struct pool *pool = pool_start("worker", THREADS, stay_until_told, contexts, &error);
        if ((pool == NULL) != (error.kind == ERROR_LOCAL))
            _exit(201);
        close(ends[1]); /* the threads read the end of the pipe */
        int size = pool == NULL ? 0 : (int)pool_size(pool);
        pool_destroy(pool);
        _exit(size);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return 202;
    return WEXITSTATUS(status);
}

START_TEST(a_pool_is_smaller_when_the_system_gives_fewer_threads)
{
    int size = pool_size_within((size_t)300 << 20);
    ck_assert_int_ge(size, 1);
    ck_assert_int_le(size, 4);
}
END_TEST

START_TEST(a_pool_without_a_single_thread_is_an_error)
{
    ck_assert_int_eq(pool_size_within((size_t)32 << 20), 0);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("pool");
    tcase_add_loop_test(cases, every_thread_runs_once_with_its_own_context_and_name, 0,
                        (int)ARRAY_LENGTH(name_cases));
    tcase_add_test(cases, destroying_a_pool_joins_it);
    if (!IS_SANITIZED) {
        tcase_add_test(cases, a_pool_is_smaller_when_the_system_gives_fewer_threads);
        tcase_add_test(cases, a_pool_without_a_single_thread_is_an_error);
    }
    Suite *suite = suite_create("pool");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
