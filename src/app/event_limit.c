#include "app/event_limit.h"

#include "app/event_line.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/vis.h"
#include "model/hash_table.h"

#include <stdlib.h>
#include <string.h>

#define uthash_malloc(size) memory_allocate(size) /* uthash wants it before it is included */
#include <uthash.h>

#define SHOWN_PER_HOST 5
#define SHOWN_PER_CLASS 50
#define ENTRIES_MAX 1000 /* further hosts of a class are counted together */
#define REST_LINES 10

struct entry {
    enum status status;
    enum failure failure;
    uint64_t seen;
    uint64_t hidden;
    UT_hash_handle hh;
    char key[]; /* status, failure, host */
};

struct event_limit {
    struct entry *entries; /* uthash's head */
    uint64_t shown[STATUS_COUNT][FAILURE_COUNT];
    bool is_told[STATUS_COUNT][FAILURE_COUNT]; /* that no more of a class are shown */
};

struct event_limit *event_limit_create(void)
{
    return memory_allocate_zeroed(1, sizeof(struct event_limit));
}

void event_limit_destroy(struct event_limit *limit)
{
    if (limit == NULL)
        return;
    struct entry *entry = limit->entries;
    HASH_CLEAR(hh, limit->entries);
    while (entry != NULL) {
        struct entry *next = entry->hh.next; /* the list outlives the buckets */
        free(entry);
        entry = next;
    }
    free(limit);
}

static const char *host_of(const struct entry *entry)
{
    return entry->key + 2;
}

static struct entry *entry_of(struct event_limit *limit, enum status status, enum failure failure,
                              const char *host)
{
    char key[2 + 256];
    struct entry *entry;
    bool is_full = HASH_COUNT(limit->entries) >= ENTRIES_MAX;
    key[0] = (char)status;
    key[1] = (char)failure;
    for (int i = 0; i < 2; i++) {
        /* A full table knows the class alone. */
        size_t length = i == 0 && host != NULL ? strnlen(host, sizeof key - 3) : 0;
        memcpy(key + 2, length > 0 ? host : "", length);
        HASH_FIND(hh, limit->entries, key, length + 2, entry);
        if (entry != NULL)
            return entry;
        if (!is_full || i == 1) {
            entry = memory_allocate_zeroed(1, sizeof *entry + length + 3);
            entry->status = status;
            entry->failure = failure;
            memcpy(entry->key, key, length + 2);
            HASH_ADD_KEYPTR(hh, limit->entries, entry->key, length + 2, entry);
            return entry;
        }
    }
    return NULL;
}

static const char *level_of(enum status status)
{
    return event_level_name(status == STATUS_FAILED    ? EVENT_FAIL
                            : status == STATUS_SKIPPED ? EVENT_SKIP
                                                       : EVENT_WARN);
}

/* "FAIL not-found     --  img2.example.org  " */
static void append_place(struct text *text, enum status status, enum failure failure,
                         const char *host)
{
    const char *name = failure_name(failure);
    text_append_format(text, "%s %-12s  --  ", level_of(status), name != NULL ? name : "image");
    if (host[0] == '\0')
        return;
    vis_append(text, host, strlen(host));
    text_append_string(text, "  ");
}

bool event_limit_admits(struct event_limit *limit, enum status status, enum failure failure,
                        const char *host, struct text *notice)
{
    struct entry *entry = entry_of(limit, status, failure, host);
    uint64_t *shown = &limit->shown[status][failure];
    bool is_known = host == NULL || host_of(entry)[0] != '\0'; /* else the table is full */
    bool is_host_quiet = entry->seen++ >= SHOWN_PER_HOST && is_known;
    if (!is_host_quiet && *shown < SHOWN_PER_CLASS) {
        ++*shown;
        return true;
    }
    bool *is_told = &limit->is_told[status][failure];
    bool is_class_quiet = *shown >= SHOWN_PER_CLASS;
    if (is_class_quiet ? !*is_told : entry->hidden == 0) {
        append_place(notice, status, failure, is_class_quiet ? "" : host_of(entry));
        text_append_string(notice, "more of these are only counted\n");
        *is_told = *is_told || is_class_quiet;
    }
    if (!is_host_quiet) /* of this host alone, all would be shown */
        entry = entry_of(limit, status, failure, NULL);
    entry->hidden++;
    return false;
}

static int compare(const void *a, const void *b)
{
    const struct entry *left = *(const struct entry *const *)a;
    const struct entry *right = *(const struct entry *const *)b;
    if (left->hidden != right->hidden)
        return left->hidden > right->hidden ? -1 : 1;
    int order = (int)left->failure - (int)right->failure;
    return order != 0 ? order : strcmp(host_of(left), host_of(right));
}

static void append_entry(struct text *text, const struct entry *entry)
{
    char number[NUMBER_SIZE];
    append_place(text, entry->status, entry->failure, host_of(entry));
    text_append_format(text, "and %s more\n", number_format_count(number, (int64_t)entry->hidden));
}

void event_limit_append_rest(struct text *text, const struct event_limit *limit)
{
    char number[NUMBER_SIZE];
    size_t count = 0;
    const struct entry **hidden =
        memory_allocate_zeroed(HASH_COUNT(limit->entries) + 1, sizeof(struct entry *));
    for (const struct entry *entry = limit->entries; entry != NULL; entry = entry->hh.next) {
        if (entry->hidden > 0)
            hidden[count++] = entry;
    }
    qsort(hidden, count, sizeof *hidden, compare);
    uint64_t others = 0;
    for (size_t i = 0; i < count; i++) {
        if (i < REST_LINES)
            append_entry(text, hidden[i]);
        else
            others += hidden[i]->hidden;
    }
    if (others > 0)
        text_append_format(text, "and %s more of other classes and hosts\n",
                           number_format_count(number, (int64_t)others));
    free(hidden);
}
