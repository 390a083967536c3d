/* The result of haul bench as a table for people. */
#ifndef HAUL_APP_BENCH_TABLE_H
#define HAUL_APP_BENCH_TABLE_H

#include "app/bench_words.h"

struct bench_table_style {
    unsigned columns; /* of the screen */
    bool is_unicode;
    bool has_colour;
};

/* Settings with bars, latencies and connections, and what follows from them; settings without a run
 * that counts are left out. */
void bench_table_append(struct text *text, const struct bench_view *view,
                        const struct bench_table_style *style);

#endif
