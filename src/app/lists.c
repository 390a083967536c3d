#include "app/lists.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

struct lists {
    const struct string_list *operands;
    struct source **sources; /* one per operand; NULL for a URL, and once it is read */
    size_t position;         /* of the operand that is read */
    const char *name;        /* of the last item's list */
    unsigned bad_items;      /* of the present list */
    bool has_list_line;
    struct source_counts counted; /* of the present list, in input already */
    struct report_input input;
};

bool lists_is_url(const char *operand)
{
    return strstr(operand, "://") != NULL;
}

bool lists_check(const struct string_list *operands, struct error *error)
{
    for (size_t i = 0; i < operands->count; i++) {
        if (!lists_is_url(operands->items[i]) && !source_check(operands->items[i], error))
            return false;
    }
    return true;
}

struct lists *lists_open(const struct string_list *operands, const struct source_settings *settings,
                         struct error *error)
{
    struct lists *lists = memory_allocate_zeroed(1, sizeof *lists);
    lists->operands = operands;
    lists->name = "argument";
    lists->input.is_complete = true;
    lists->sources = memory_allocate_zeroed(operands->count + 1, sizeof *lists->sources);
    for (size_t i = 0; i < operands->count; i++) {
        if (lists_is_url(operands->items[i]))
            continue;
        lists->sources[i] = source_open(operands->items[i], settings, error);
        if (lists->sources[i] == NULL) {
            lists_close(lists);
            return NULL;
        }
        lists->input.files++;
    }
    return lists;
}

void lists_close(struct lists *lists)
{
    if (lists == NULL)
        return;
    for (size_t i = 0; i < lists->operands->count; i++)
        source_close(lists->sources[i]);
    free(lists->sources);
    free(lists);
}

static void count(struct lists *lists, const struct source *source)
{
    struct source_counts now = source_counts(source);
    lists->input.lines += now.lines - lists->counted.lines;
    lists->input.comments += now.comments - lists->counted.comments;
    lists->input.blank += now.blank - lists->counted.blank;
    lists->counted = now;
}

/* The present operand is done with. The source stays open: its name is in use. */
static void go_on(struct lists *lists, bool is_complete)
{
    lists->input.is_complete = lists->input.is_complete && is_complete;
    lists->position++;
    lists->bad_items = 0;
    lists->has_list_line = false;
    lists->counted = (struct source_counts){0};
}

uint64_t lists_most_items(const struct lists *lists)
{
    return lists->input.files > 0 ? UINT64_MAX : lists->operands->count;
}

enum source_answer lists_next(struct lists *lists, struct source_item *out_item,
                              struct error *error)
{
    while (lists->position < lists->operands->count) {
        struct source *source = lists->sources[lists->position];
        if (source == NULL) {
            const char *url = lists->operands->items[lists->position];
            lists->name = "argument";
            lists->input.lines++;
            go_on(lists, true);
            *out_item = (struct source_item){.url = url, .url_length = strlen(url)};
            return SOURCE_ITEM;
        }
        lists->name = source_name(source);
        enum source_answer answer = source_next(source, out_item, error);
        count(lists, source);
        if (answer == SOURCE_ITEM || answer == SOURCE_NOTHING)
            return answer;
        go_on(lists, answer == SOURCE_END && source_is_whole(source));
        if (answer != SOURCE_END)
            return answer;
    }
    return SOURCE_END;
}

bool lists_judge(struct lists *lists, bool is_list_line, struct error *error)
{
    /* Of an argument the position has moved on. */
    if (!lists_is_at_list(lists) || lists->name != source_name(lists->sources[lists->position]))
        return true;
    lists->has_list_line = lists->has_list_line || is_list_line;
    lists->bad_items += !is_list_line;
    if (lists->has_list_line || lists->bad_items < LISTS_BAD_LINES_MAX)
        return true;
    error_set(error, ERROR_INPUT, "%s is no list of URLs: its first %d lines hold none",
              lists->name, LISTS_BAD_LINES_MAX);
    lists_leave_out(lists);
    return false;
}

void lists_leave_out(struct lists *lists)
{
    if (lists->position < lists->operands->count)
        go_on(lists, false);
}

const char *lists_name(const struct lists *lists)
{
    return lists->name;
}

bool lists_is_at_list(const struct lists *lists)
{
    return lists->position < lists->operands->count && lists->sources[lists->position] != NULL;
}

bool lists_is_regular(const struct lists *lists)
{
    return lists_is_at_list(lists) && source_is_regular(lists->sources[lists->position]);
}

struct report_input lists_input(const struct lists *lists)
{
    return lists->input;
}
