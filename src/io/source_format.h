/* What a list format is to io/source: something that makes items of lines; and what formats share.
 *
 * A reader lends the lines from its creation on. An item is valid until the next call of `next`.
 * After SOURCE_NOTHING and SOURCE_STOPPED reading may go on, after SOURCE_END and SOURCE_ERROR the
 * reader is destroyed. */
#ifndef HAUL_IO_SOURCE_FORMAT_H
#define HAUL_IO_SOURCE_FORMAT_H

#include "io/source.h"
#include "io/source_lines.h"

struct source_format_reader {
    void *(*create)(struct source_lines *lines, const struct source_settings *settings);
    void (*destroy)(void *reader); /* NULL is fine */
    enum source_answer (*next)(void *reader, struct source_item *out_item, struct error *error);
};

extern const struct source_format_reader source_text_reader;
extern const struct source_format_reader source_csv_reader; /* tsv too: settings->format tells */
extern const struct source_format_reader source_jsonl_reader;

/* Fills an item that cannot be used. The problem stays the reader's. What is not known of the URL
 * is left empty: the line itself may hold a password or a token. */
enum source_answer source_give_problem(struct source_item *out_item, uint64_t line,
                                       const char *problem);

/* How well a column or key is the one of URLs: 2 = equal, 1 = but for the case of ASCII letters. */
int source_match_name(const char *wanted, const char *name, size_t length);

/* The column or key to look for. */
const char *source_url_column(const struct source_settings *settings);

/* All of it blanks, TABs and CRs, or nothing. */
bool source_is_blank(const char *bytes, size_t length);

#endif
