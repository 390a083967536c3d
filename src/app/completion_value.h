/* What a shell can offer for the value of an option: the same for every shell. */
#ifndef HAUL_APP_COMPLETION_VALUE_H
#define HAUL_APP_COMPLETION_VALUE_H

#include <stdio.h>

#include "app/command_table.h"
#include "app/option_table.h"

enum completion_value {
    COMPLETION_NONE, /* a switch */
    COMPLETION_FREE, /* nothing that anybody could know */
    COMPLETION_FILES,
    COMPLETION_DIRECTORIES,
    COMPLETION_PROGRAMS,
    COMPLETION_HOSTS,
    COMPLETION_WORDS, /* of the argument, separated by '|' */
    COMPLETION_TYPES, /* some of the words that are types of files, with commas between */
};

enum completion_value completion_value_of(const struct option_row *row);

/* The words of a choice, or of types, that are worth offering, with blanks between. */
void completion_value_print_words(FILE *out, const struct option_row *row);
/* What --help may be about, the same way. */
void completion_value_print_topics(FILE *out);
/* The commands that know the option, with `separator` between. */
void completion_value_print_commands(FILE *out, enum option_id id, const char *separator);

/* The text for inside 'single quotes': each byte of `special` gets `escape` in front. */
void completion_value_print_quoted(FILE *out, const char *text, const char *special,
                                   const char *escape);

#endif
