/* bench.md: the result of haul bench in Markdown, with the columns of hyperfine's tables and some
 * more. */
#ifndef HAUL_APP_BENCH_MARKDOWN_H
#define HAUL_APP_BENCH_MARKDOWN_H

#include "app/bench_words.h"

/* `title` is one line, safe to print. */
void bench_markdown_append(struct text *text, const struct bench_view *view, const char *title);

#endif
