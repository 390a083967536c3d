#include "app/mistaken_command.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/suggestion.h"

/* Options that many programs have as commands. */
static const char *const options_alone[] = {"help", "version"};

static bool is_option_alone(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(options_alone); i++) {
        if (strcmp(name, options_alone[i]) == 0)
            return true;
    }
    return false;
}

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
    for (size_t i = 0; i < ARRAY_LENGTH(options_alone); i++)
        suggestion_add(&best, "", options_alone[i]);
    size_t length = strlen(error->text);
    if (best.is_found) /* the text is printable already */
        snprintf(error->text + length, sizeof error->text - length, "; did you mean 'haul %s%s'?",
                 is_option_alone(nearest) ? "--" : "", nearest);
}
