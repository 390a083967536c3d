/* What haul bench says on stderr while it works: the plan, a question, a line for each run. On a
 * terminal one line is drawn again and again; elsewhere there are no control bytes. */
#ifndef HAUL_APP_BENCH_SCREEN_H
#define HAUL_APP_BENCH_SCREEN_H

#include "app/bench_list.h"
#include "app/options.h"
#include "model/benchmark.h"
#include "sync/cancel.h"

struct bench_screen {
    bool is_quiet;
    bool is_terminal;
    bool has_line; /* of a run in progress, to be removed */
};

void bench_screen_init(struct bench_screen *screen, const struct options *options);

void bench_screen_plan(struct bench_screen *screen, const struct options *options,
                       const struct benchmark *benchmark, const struct bench_list_facts *list,
                       uint64_t seed);

/* True when the answer is yes. Waits for it, or for cancel. Only where somebody can answer
 * (bench_screen_can_ask). */
bool bench_screen_ask(const struct cancel *cancel);
bool bench_screen_can_ask(void);

/* Round 0: a warm-up. left_us: how long all that is to come may take, -1 = unknown. */
void bench_screen_begin(struct bench_screen *screen, const struct benchmark *benchmark,
                        size_t setting, unsigned round, unsigned rounds, int64_t left_us);
void bench_screen_end(struct bench_screen *screen, const struct benchmark *benchmark,
                      const struct benchmark_run *run, unsigned rounds);
/* A line of its own, above. */
void bench_screen_say(struct bench_screen *screen, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
