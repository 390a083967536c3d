/* What a benchmark says, in sentences: what is recommended, what lies beyond it, and why more does
 * not help. All ASCII. */
#ifndef HAUL_APP_BENCH_WORDS_H
#define HAUL_APP_BENCH_WORDS_H

#include "app/bench_view.h"
#include "base/text.h"

/* "16 threads", "16 downloads at once", "4 threads with 16 downloads at once". */
void bench_words_append_setting(struct text *text, const struct bench_view *view, size_t setting);

/* Each is one line without its end; nothing is appended where there is nothing to say. The first
 * four need a recommendation. */
void bench_words_append_choice(struct text *text, const struct bench_view *view);
void bench_words_append_beyond(struct text *text, const struct bench_view *view);
void bench_words_append_limit(struct text *text, const struct bench_view *view);
void bench_words_append_work(struct text *text, const struct bench_view *view);
void bench_words_append_model(struct text *text, const struct bench_view *view);
void bench_words_append_outliers(struct text *text, const struct bench_view *view);

/* Choice and limit as one sentence, for bench.json. */
void bench_words_append_reason(struct text *text, const struct bench_view *view);

#endif
