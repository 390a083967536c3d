#include "app/completion_bash.h"

#include "app/completion_value.h"

static const char beginning[] =
    "# bash completion for haul; made by 'haul --generate bash'.\n"
    "\n"
    "# bash takes an unfinished word apart at '=': its words are '--order' '=' 'ra'.\n"
    "_haul()\n"
    "{\n"
    "    local current=${COMP_WORDS[COMP_CWORD]} word option= command= prefix= i\n"
    "    local has_operand= is_ended= options\n"
    "    COMPREPLY=()\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        word=${COMP_WORDS[i]}\n"
    "        if [[ $word == = && -n $option ]]; then\n"
    "            continue\n"
    "        elif [[ -n $option ]]; then\n"
    "            option=\n"
    "            continue\n"
    "        fi\n"
    "        if [[ -n $is_ended ]]; then\n"
    "            has_operand=yes\n"
    "            continue\n"
    "        fi\n"
    "        case $word in\n"
    "        --)\n"
    "            is_ended=yes\n"
    "            ;;\n";

static const char after_options[] = "            option=$word\n"
                                    "            ;;\n"
                                    "        -?*) ;;\n";

static const char after_commands[] =
    "            [[ -n $has_operand ]] || command=$word\n"
    "            has_operand=yes\n"
    "            ;;\n"
    "        *)\n"
    "            has_operand=yes\n"
    "            ;;\n"
    "        esac\n"
    "    done\n"
    "    if [[ -n $option && $current == = ]]; then\n"
    "        current=\n"
    "    elif [[ -z $option$is_ended && $current == --*=* ]]; then\n"
    "        option=${current%%=*}\n"
    "        prefix=$option=\n"
    "        current=${current#*=}\n"
    "    fi\n"
    "    case $option in\n"
    "    '') ;;\n";

static const char before_options[] = "    *)\n"
                                     "        return\n"
                                     "        ;;\n"
                                     "    esac\n"
                                     "    if [[ -n $option ]]; then\n"
                                     "        COMPREPLY=(\"${COMPREPLY[@]/#/$prefix}\")\n"
                                     "        return\n"
                                     "    fi\n"
                                     "    if [[ -z $is_ended && $current == -* ]]; then\n"
                                     "        case ${command:-get} in\n";

static const char before_operands[] =
    "        esac\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$options --help --version\" -- \"$current\")\n"
    "        return\n"
    "    fi\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    case ${command:-get} in\n";

static const char ending[] = "    esac\n"
                             "    [[ -z $has_operand$is_ended ]] || return\n"
                             "    mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W '";

static void print_flags(FILE *out, const struct option_row *row)
{
    if (row->short_name != 0)
        fprintf(out, "-%c | ", row->short_name);
    fprintf(out, "--%s", row->name);
}

/* All that takes a value, as the pattern of a case. */
static void print_value_options(FILE *out)
{
    fputs("        -h | --help", out);
    for (enum option_id id = 0; id < OPTION_ID_COUNT; id++) {
        const struct option_row *row = option_table_row(id);
        if (row->kind == OPTION_KIND_BOOL)
            continue;
        fputs(" | ", out);
        print_flags(out, row);
    }
    fputs(")\n", out);
}

static void print_reply(FILE *out, const char *indent, const char *words)
{
    fprintf(out, "%smapfile -t COMPREPLY < <(compgen %s -- \"$current\")\n", indent, words);
}

static void print_words(FILE *out, const struct option_row *row)
{
    fputs("        mapfile -t COMPREPLY < <(compgen -W '", out);
    completion_value_print_words(out, row);
    fputs("' -- \"$current\")\n", out);
}

static void print_value(FILE *out, const struct option_row *row)
{
    enum completion_value value = completion_value_of(row);
    if (value == COMPLETION_NONE || value == COMPLETION_FREE)
        return;
    fputs("    ", out);
    print_flags(out, row);
    fputs(")\n", out);
    switch (value) {
    case COMPLETION_TYPES: /* what is there up to a comma stays */
        fputs("        [[ $current != *,* ]] || prefix+=${current%,*},\n"
              "        current=${current##*,}\n",
              out);
        print_words(out, row);
        break;
    case COMPLETION_WORDS:
        print_words(out, row);
        break;
    case COMPLETION_PROGRAMS:
        print_reply(out, "        ", "-c");
        break;
    case COMPLETION_HOSTS:
        print_reply(out, "        ", "-A hostname");
        break;
    default:
        fputs("        compopt -o filenames 2>/dev/null\n", out);
        print_reply(out, "        ", value == COMPLETION_FILES ? "-f" : "-d");
        break;
    }
    fputs("        ;;\n", out);
}

static void print_values(FILE *out)
{
    fputs("    -h | --help)\n"
          "        mapfile -t COMPREPLY < <(compgen -W '",
          out);
    completion_value_print_topics(out);
    fputs("' -- \"$current\")\n        ;;\n", out);
    for (enum option_id id = 0; id < OPTION_ID_COUNT; id++)
        print_value(out, option_table_row(id));
}

static void print_options(FILE *out, enum subcommand command)
{
    fprintf(out, "        %s)\n            options='", command_table_row(command)->name);
    const char *separator = "";
    for (enum option_id id = 0; id < OPTION_ID_COUNT; id++) {
        const struct option_row *row = option_table_row(id);
        if (!option_scope_has(command, id))
            continue;
        fprintf(out, "%s--%s", separator, row->name);
        separator = " ";
        if (row->kind == OPTION_KIND_BOOL)
            fprintf(out, " --no-%s", row->name);
        if (row->short_name != 0)
            fprintf(out, " -%c", row->short_name);
    }
    fputs("'\n            ;;\n", out);
}

/* Runs lie below DIR/.haul/runs, which nobody would type. */
static void print_operands(FILE *out, enum subcommand command)
{
    enum operands operands = command_table_row(command)->operands;

    if (operands == OPERANDS_NONE)
        return;
    fprintf(out, "    %s)\n", command_table_row(command)->name);
    print_reply(out, "        ", operands == OPERANDS_RUNS ? "-d" : "-f");
    if (operands == OPERANDS_RUNS)
        fputs("        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(\n"
              "            compgen -f -X '!*.json' -- \"$current\"\n"
              "            # As typed, with quotes and backslashes.\n"
              "            current=${current#[\\\"\\']}\n"
              "            current=${current//\\\\/}\n"
              "            [[ ! -d ${current:-.}/.haul/runs ]] ||\n"
              "                compgen -d -- \"${current:+${current%/}/}.haul/runs/\"\n"
              "        )\n",
              out);
    fputs("        ;;\n", out);
}

void completion_bash_print(FILE *out)
{
    fputs(beginning, out);
    print_value_options(out);
    fputs(after_options, out);
    fputs("        ", out);
    for (enum subcommand command = 0; command < COMMAND_COUNT; command++)
        fprintf(out, "%s%s", command > 0 ? " | " : "", command_table_row(command)->name);
    fputs(")\n", out);
    fputs(after_commands, out);
    print_values(out);
    fputs(before_options, out);
    for (enum subcommand command = 0; command < COMMAND_COUNT; command++)
        print_options(out, command);
    fputs(before_operands, out);
    for (enum subcommand command = 0; command < COMMAND_COUNT; command++)
        print_operands(out, command);
    fputs(ending, out);
    for (enum subcommand command = 0; command < COMMAND_COUNT; command++)
        fprintf(out, "%s%s", command > 0 ? " " : "", command_table_row(command)->name);
    fputs("' -- \"$current\")\n"
          "}\n"
          "\n"
          "complete -F _haul haul\n",
          out);
}
