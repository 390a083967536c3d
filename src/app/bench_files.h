/* bench.json, bench.md and bench.svg: written anew after each round, each replaced whole, so that
 * nothing is lost however the benchmark ends.
 *
 * Owned and used by one thread. */
#ifndef HAUL_APP_BENCH_FILES_H
#define HAUL_APP_BENCH_FILES_H

#include "app/bench_words.h"
#include "base/error.h"
#include "io/benchmark_json.h"

struct bench_files;

/* Makes the directory where it is missing. ERROR_LOCAL when files cannot be written there. */
struct bench_files *bench_files_open(const char *directory, struct error *error);
void bench_files_close(struct bench_files *files); /* NULL is fine */

/* `name` is what the list is called in titles; made printable here. */
bool bench_files_write(struct bench_files *files, const struct bench_view *view,
                       const struct benchmark_facts *facts, const char *name, struct error *error);

#endif
