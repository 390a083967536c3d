#include "app/completion_zsh.h"

#include "app/completion_value.h"

/* Inside 'quotes' a quote ends them, stands escaped, and begins them anew. */
#define QUOTE "'\\'"

static const char beginning[] = "#compdef haul\n"
                                "# zsh completion for haul; made by 'haul --generate zsh'.\n"
                                "\n"
                                "_haul_commands()\n"
                                "{\n"
                                "    local -a commands=(\n";

static const char after_commands[] =
    "    )\n"
    "    _describe -t commands command commands\n"
    "}\n"
    "\n"
    "# Runs lie below DIR/.haul/runs, which nobody would type.\n"
    "_haul_runs()\n"
    "{\n"
    "    local base=${${(Q)PREFIX}%/}\n"
    "    local -a runs=(${base:+$base/}.haul/runs/*(N/))\n"
    "    compadd -f -a runs\n"
    "}\n"
    "\n"
    "# Of the command that _haul found; the first one may still become a command.\n"
    "_haul_operands()\n"
    "{\n"
    "    local -a kinds\n"
    "    case $command in\n";

static const char after_operands[] =
    "    esac\n"
    "    ((operands + is_ended)) || kinds+=('commands:command:_haul_commands')\n"
    "    if ((!$#kinds)); then\n"
    "        _message 'no more arguments'\n"
    "    else\n"
    "        _alternative $kinds\n"
    "    fi\n"
    "}\n"
    "\n"
    "_haul()\n"
    "{\n"
    "    local command=get word option\n"
    "    local -a specs\n"
    "    integer i operands=0 is_ended=0\n"
    "    for ((i = 2; i < CURRENT; i++)); do\n"
    "        word=$words[i]\n"
    "        if [[ -n $option ]]; then\n"
    "            option=\n"
    "            continue\n"
    "        fi\n"
    "        if ((is_ended)); then\n"
    "            ((++operands))\n"
    "            continue\n"
    "        fi\n"
    "        case $word in\n"
    "        (--) is_ended=1 ;;\n"
    "        (-h|--help";

static const char after_value_options[] = ") option=$word ;;\n"
                                          "        (-?*) ;;\n"
                                          "        (";

static const char before_specs[] = ") ((operands++)) || command=$word ;;\n"
                                   "        (*) ((++operands)) ;;\n"
                                   "        esac\n"
                                   "    done\n";

static const char ending[] = "    _arguments -s -S : $specs '*: :_haul_operands'\n"
                             "}\n"
                             "\n"
                             "if [[ $funcstack[1] == _haul ]]; then\n"
                             "    _haul \"$@\"\n"
                             "else\n"
                             "    compdef _haul haul\n"
                             "fi\n";

/* "[help]" */
static void print_explanation(FILE *out, const char *prefix, const char *help)
{
    fprintf(out, "[%s", prefix);
    for (const char *c = help; *c != '\0'; c++) {
        const char letter[] = {*c, '\0'};
        completion_value_print_quoted(out, letter, *c == '\'' ? "'" : "[]\\",
                                      *c == '\'' ? QUOTE : "\\");
    }
    fputc(']', out);
}

/* ":FILE:_files" */
static void print_action(FILE *out, const struct option_row *row)
{
    enum completion_value value = completion_value_of(row);
    if (value == COMPLETION_NONE)
        return;
    fputc(':', out);
    if (value == COMPLETION_WORDS)
        fputs(row->name, out);
    for (const char *c = row->argument; value != COMPLETION_WORDS && *c != '\0'; c++) {
        const char letter[] = {*c, '\0'};
        completion_value_print_quoted(out, letter, *c == '\'' ? "'" : ":\\",
                                      *c == '\'' ? QUOTE : "\\");
    }
    switch (value) {
    case COMPLETION_FILES:
        fputs(":_files", out);
        break;
    case COMPLETION_DIRECTORIES:
        fputs(":_directories", out);
        break;
    case COMPLETION_PROGRAMS:
        fputs(":_command_names -e", out);
        break;
    case COMPLETION_HOSTS:
        fputs(":_hosts", out);
        break;
    case COMPLETION_TYPES:
        fputs(":_sequence compadd - ", out);
        completion_value_print_words(out, row);
        break;
    case COMPLETION_WORDS:
        fputs(":(", out);
        completion_value_print_words(out, row);
        fputc(')', out);
        break;
    default:
        fputs(": ", out); /* a message alone */
        break;
    }
}

/* The other names of the option, which are not offered beside it; what may be repeated has none. */
static void print_exclusion(FILE *out, const struct option_row *row)
{
    if (row->kind == OPTION_KIND_LIST) {
        fputc('*', out);
        return;
    }
    fprintf(out, "(--%s", row->name);
    if (row->short_name != 0)
        fprintf(out, " -%c", row->short_name);
    if (row->kind == OPTION_KIND_BOOL)
        fprintf(out, " --no-%s", row->name);
    fputc(')', out);
}

static void print_specs(FILE *out, enum option_id id)
{
    const struct option_row *row = option_table_row(id);
    bool is_switch = row->kind == OPTION_KIND_BOOL;

    fputs("    [[ $command == (", out);
    completion_value_print_commands(out, id, "|");
    fputs(") ]] && specs+=(\n", out);
    if (row->short_name != 0) {
        fputs("        '", out);
        print_exclusion(out, row);
        fprintf(out, "-%c%s", row->short_name, is_switch ? "" : "+");
        print_explanation(out, "", row->help);
        print_action(out, row);
        fputs("'\n", out);
    }
    for (int negated = 0; negated <= is_switch; negated++) {
        fputs("        '", out);
        print_exclusion(out, row);
        fprintf(out, "--%s%s%s", negated ? "no-" : "", row->name, is_switch ? "" : "=");
        print_explanation(out, negated ? "Off: " : "", row->help);
        print_action(out, row);
        fputs("'\n", out);
    }
    fputs("    )\n", out);
}

static void print_help(FILE *out)
{
    fputs("    specs+=(\n"
          "        '(- *)'{-h,--help=}'[Explain options]:topic:(",
          out);
    completion_value_print_topics(out);
    fputs(")'\n"
          "        '(- *)'{-V,--version}'[Tell versions]'\n"
          "    )\n",
          out);
}

static void print_commands(FILE *out)
{
    for (enum subcommand command = 0; command < COMMAND_COUNT; command++) {
        const struct command_row *row = command_table_row(command);
        fprintf(out, "        '%s:", row->name);
        completion_value_print_quoted(out, row->summary, "'", QUOTE);
        fputs("'\n", out);
    }
}

static void print_operands(FILE *out)
{
    for (enum subcommand command = 0; command < COMMAND_COUNT; command++) {
        const struct command_row *row = command_table_row(command);
        if (row->operands == OPERANDS_LISTS)
            fprintf(out, "    (%s) kinds=('files:list:_files') ;;\n", row->name);
        else if (row->operands == OPERANDS_RUNS)
            fprintf(out,
                    "    (%s)\n"
                    "        kinds=('runs:run:_haul_runs' 'directories:directory:_directories'\n"
                    "            'files:report:_path_files -g \"*.json\"')\n"
                    "        ;;\n",
                    row->name);
    }
}

void completion_zsh_print(FILE *out)
{
    fputs(beginning, out);
    print_commands(out);
    fputs(after_commands, out);
    print_operands(out);
    fputs(after_operands, out);
    for (enum option_id id = 0; id < OPTION_ID_COUNT; id++) {
        const struct option_row *row = option_table_row(id);
        if (row->kind != OPTION_KIND_BOOL && row->short_name != 0)
            fprintf(out, "|-%c", row->short_name);
        if (row->kind != OPTION_KIND_BOOL)
            fprintf(out, "|--%s", row->name);
    }
    fputs(after_value_options, out);
    for (enum subcommand command = 0; command < COMMAND_COUNT; command++)
        fprintf(out, "%s%s", command > 0 ? "|" : "", command_table_row(command)->name);
    fputs(before_specs, out);
    for (enum option_id id = 0; id < OPTION_ID_COUNT; id++)
        print_specs(out, id);
    print_help(out);
    fputs(ending, out);
}
