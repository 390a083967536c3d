/* Benchmarks made by hand, with numbers that are easy to reckon with. */
#ifndef HAUL_TESTS_BENCHMARK_BUILDING_H
#define HAUL_TESTS_BENCHMARK_BUILDING_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "model/benchmark.h"

/* 100 URLs of 20 kB, of which none fails. The CPU works a tenth of the time, one download is always
 * in progress. */
static inline struct benchmark_run plain_run(size_t setting, int64_t elapsed_us)
{
    return (struct benchmark_run){
        .setting = setting,
        .round = 1,
        .is_complete = true,
        .start_wall_us = INT64_C(1795176030123456), /* 2026-11-20T12:00:30.123456Z */
        .elapsed_us = elapsed_us,
        .urls = 100,
        .attempts = 100,
        .wire_bytes = 2000000,
        .user_us = elapsed_us * 3 / 40,
        .system_us = elapsed_us / 40,
        .machine_busy = 0.25,
        .connections_opened = 10,
        .connections_reused = 90,
        .transfer_us = elapsed_us,
        .wait_us = 4000000,
        .receive_us = 1000000,
    };
}

/* A run in which every download took so long; 0 = there was none. */
static inline void add_run(struct benchmark *benchmark, struct benchmark_run run, int64_t each_us)
{
    struct histogram *latency = calloc(1, sizeof(*latency));
    ck_assert_ptr_nonnull(latency);
    for (uint64_t i = 0; i < run.urls && each_us > 0; i++)
        histogram_add(latency, each_us);
    benchmark_add(benchmark, &run, latency);
    free(latency);
}

/* Settings of as many downloads at once as threads; the list ends with 0. */
static inline void init_threads(struct benchmark *benchmark, const unsigned *threads)
{
    struct benchmark_setting settings[BENCHMARK_SETTINGS_MAX];
    size_t count = 0;
    for (; threads[count] > 0; count++)
        settings[count] = (struct benchmark_setting){threads[count], threads[count]};
    ck_assert(benchmark_init(benchmark, settings, count));
}

/* 1, 4, 16 and 64 threads, two runs each but for 64, which was not reached. 16 are no faster than
 * 4: replies begin later, and a URL of 200 fails. */
static inline void build_sample(struct benchmark *benchmark)
{
    struct benchmark_run run;
    init_threads(benchmark, (const unsigned[]){1, 4, 16, 64, 0});
    add_run(benchmark, plain_run(0, 19000000), 200000);
    add_run(benchmark, plain_run(0, 21000000), 200000);
    run = plain_run(1, 5000000);
    run.connections_opened = 40;
    run.connections_reused = 60;
    run.transfer_us = 4 * run.elapsed_us;
    add_run(benchmark, run, 200000);
    run.round = 2;
    add_run(benchmark, run, 200000);
    run = plain_run(2, 5000000);
    run.wait_us = 64000000;
    run.connections_opened = 100;
    run.connections_reused = 0;
    run.transfer_us = 16 * run.elapsed_us;
    add_run(benchmark, run, 800000);
    run.round = 2;
    run.elapsed_us = 5500000;
    run.failed = 1;
    add_run(benchmark, run, 800000);
    run = plain_run(3, 2000000);
    run.is_warmup = true;
    add_run(benchmark, run, 800000);
}

#endif
