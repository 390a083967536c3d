#include "app/mistaken_command.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/suggestion.h"

void mistaken_command_explain(const struct options *options, struct error *error)
{
    struct suggestion best;
    char nearest[SUGGESTION_SIZE];
    const char *word = options->first_word;
    if (word == NULL || error->kind != ERROR_INPUT || access(word, F_OK) == 0)
        return;
    suggestion_init(&best, word, strlen(word), nearest);
    for (enum subcommand command = 0; command < COMMAND_COUNT; command++)
        suggestion_add(&best, "", options_command_name(command));
    size_t length = strlen(error->text);
    if (best.is_found) /* the text is printable already */
        snprintf(error->text + length, sizeof error->text - length, "; did you mean 'haul %s'?",
                 nearest);
}
