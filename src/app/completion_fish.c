#include "app/completion_fish.h"

#include "app/completion_value.h"

static const char beginning[] =
    "# fish completion for haul; made by 'haul --generate fish'.\n"
    "\n"
    "# The command of the line so far: nothing when there is no word that could be one.\n"
    "function __haul_command\n"
    "    set -l words (commandline -opc)\n"
    "    set -l is_value no\n"
    "    for word in $words[2..-1]\n"
    "        if test $is_value = yes\n"
    "            set is_value no\n"
    "            continue\n"
    "        end\n"
    "        switch $word\n"
    "            case --\n"
    "                echo get\n"
    "                return\n"
    "            case -h --help";

static const char after_options[] = "\n"
                                    "                set is_value yes\n"
                                    "            case '-?*'\n"
                                    "                continue\n"
                                    "            case";

static const char after_commands[] =
    "\n"
    "                echo $word\n"
    "                return\n"
    "            case '*'\n"
    "                echo get\n"
    "                return\n"
    "        end\n"
    "    end\n"
    "end\n"
    "\n"
    "function __haul_is\n"
    "    set -l command (__haul_command)\n"
    "    test -n \"$command\"; or set command get\n"
    "    contains -- $command $argv\n"
    "end\n"
    "\n"
    "function __haul_is_open\n"
    "    test -z \"$(__haul_command)\"\n"
    "end\n"
    "\n"
    "# Runs lie below DIR/.haul/runs, which nobody would type.\n"
    "function __haul_runs\n"
    "    set -l token (commandline -ct)\n"
    "    # A quote that is still open cannot be undone by unescape.\n"
    "    set -l plain (string unescape -- $token; or string replace -r '^[\"\\']' '' -- $token)\n"
    "    set -l base (string trim --right --chars=/ -- $plain)\n"
    "    test -z \"$base\"; or set base $base/\n"
    "    path filter --type dir -- $base.haul/runs/*\n"
    "end\n"
    "\n"
    "complete -c haul -f\n";

static void print_quoted(FILE *out, const char *text)
{
    fputc('\'', out);
    completion_value_print_quoted(out, text, "\\'", "\\");
    fputc('\'', out);
}

static void print_value(FILE *out, const struct option_row *row)
{
    switch (completion_value_of(row)) {
    case COMPLETION_NONE:
        break;
    case COMPLETION_FREE:
        fputs(" -x", out);
        break;
    case COMPLETION_FILES:
        fputs(" -r -F", out);
        break;
    case COMPLETION_DIRECTORIES:
        fputs(" -x -a '(__fish_complete_directories (commandline -ct))'", out);
        break;
    case COMPLETION_PROGRAMS:
        fputs(" -x -a '(__fish_complete_command)'", out);
        break;
    case COMPLETION_HOSTS:
        fputs(" -x -a '(__fish_print_hostnames)'", out);
        break;
    case COMPLETION_TYPES:
        fputs(" -x -a '(__fish_append , ", out);
        completion_value_print_words(out, row);
        fputs(")'", out);
        break;
    case COMPLETION_WORDS:
        fputs(" -x -a '", out);
        completion_value_print_words(out, row);
        fputc('\'', out);
        break;
    }
}

static void print_option(FILE *out, enum option_id id)
{
    const struct option_row *row = option_table_row(id);

    fputs("complete -c haul -n '__haul_is ", out);
    completion_value_print_commands(out, id, " ");
    fputc('\'', out);
    if (row->short_name != 0)
        fprintf(out, " -s %c", row->short_name);
    fprintf(out, " -l %s", row->name);
    print_value(out, row);
    fputs(" -d ", out);
    print_quoted(out, row->help);
    fputc('\n', out);
    if (row->kind != OPTION_KIND_BOOL)
        return;
    fputs("complete -c haul -n '__haul_is ", out);
    completion_value_print_commands(out, id, " ");
    fprintf(out, "' -l no-%s -d ", row->name);
    print_quoted(out, row->help);
    fputc('\n', out);
}

static void print_operands(FILE *out, const struct command_row *row)
{
    fprintf(out, "complete -c haul -n __haul_is_open -a %s -d ", row->name);
    print_quoted(out, row->summary);
    fputc('\n', out);
    if (row->operands == OPERANDS_LISTS)
        fprintf(out, "complete -c haul -n '__haul_is %s' -F\n", row->name);
    if (row->operands == OPERANDS_RUNS)
        fprintf(out,
                "complete -c haul -n '__haul_is %s' -F\n"
                "complete -c haul -n '__haul_is %s' -a '(__haul_runs)'\n",
                row->name, row->name);
}

void completion_fish_print(FILE *out)
{
    fputs(beginning, out);
    for (enum option_id id = 0; id < OPTION_ID_COUNT; id++) {
        const struct option_row *row = option_table_row(id);
        if (row->kind != OPTION_KIND_BOOL && row->short_name != 0)
            fprintf(out, " -%c", row->short_name);
        if (row->kind != OPTION_KIND_BOOL)
            fprintf(out, " --%s", row->name);
    }
    fputs(after_options, out);
    for (enum subcommand command = 0; command < COMMAND_COUNT; command++)
        fprintf(out, " %s", command_table_row(command)->name);
    fputs(after_commands, out);
    for (enum subcommand command = 0; command < COMMAND_COUNT; command++)
        print_operands(out, command_table_row(command));
    fputs("complete -c haul -s h -l help -x -d 'Explain options' -a '", out);
    completion_value_print_topics(out);
    fputs("'\n"
          "complete -c haul -s V -l version -d 'Tell versions'\n",
          out);
    for (enum option_id id = 0; id < OPTION_ID_COUNT; id++)
        print_option(out, id);
}
