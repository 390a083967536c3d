#include "app/doctor_view.h"

#include "base/vis.h"

#include <string.h>

#define COLUMNS 80
#define INDENT 8 /* where words begin, behind the level */
#define WORDS_MAX ((size_t)64 * 1024)

static const char *level_word(enum finding_level level)
{
    static const char *const words[] = {"ok", "note", "warn", "FAIL"};
    return words[level];
}

/* Characters, not bytes; combining ones count as if they had a column of their own. */
static size_t width_of(const char *word, size_t length)
{
    size_t width = 0;
    for (size_t i = 0; i < length; i++)
        width += ((unsigned char)word[i] & 0xC0) != 0x80;
    return width;
}

/* Words from column `indent` on, wrapped to it; then a line end. */
static void append_wrapped(struct text *text, const char *words, size_t indent)
{
    size_t column = indent;
    bool is_first = true;
    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        size_t width = width_of(words, length);
        if (!is_first && column + 1 + width > COLUMNS) {
            text_append_format(text, "\n%*s", (int)indent, "");
            column = indent;
            is_first = true;
        }
        text_append_string(text, is_first ? "" : " ");
        text_append(text, words, length);
        column += width + !is_first;
        is_first = false;
        words += length;
        words += strspn(words, " ");
    }
    text_append_char(text, '\n');
}

static void append_foreign_wrapped(struct text *text, const char *foreign, size_t indent)
{
    struct text shown;
    text_init(&shown, WORDS_MAX);
    vis_append(&shown, foreign, strlen(foreign));
    append_wrapped(text, shown.data, indent);
    text_clear(&shown);
}

void doctor_view_append(struct text *text, const struct findings *findings, size_t first,
                        bool is_brief)
{
    const char *group = NULL;
    for (size_t i = first; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        if (is_brief && finding->level < FINDING_WARNING)
            continue;
        if (group == NULL || strcmp(group, finding->group) != 0)
            text_append_format(text, "%s\n", finding->group);
        group = finding->group;
        text_append_format(text, "  %-*s", INDENT - 2, level_word(finding->level));
        append_foreign_wrapped(text, finding->text, INDENT);
        if (finding->advice == NULL)
            continue;
        text_append_format(text, "%*s-> ", INDENT, "");
        append_foreign_wrapped(text, finding->advice, INDENT + 3);
    }
}

void doctor_view_append_verdict(struct text *text, const struct findings *findings)
{
    size_t failures = findings_count(findings, FINDING_FAILURE);
    size_t warnings = findings_count(findings, FINDING_WARNING);
    if (failures > 0)
        text_append_format(text, "\n%zu thing%s would make a run fail", failures,
                           failures == 1 ? "" : "s");
    else
        text_append_string(text, "\nnothing here would make a run fail");
    if (warnings > 0)
        text_append_format(text, ", %zu warning%s", warnings, warnings == 1 ? "" : "s");
    text_append_char(text, '\n');
}
