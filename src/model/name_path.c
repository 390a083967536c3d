#include "model/name_path.h"

#include <string.h>
#include <strings.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define HASH_LENGTH 16 /* hex digits that stand for many directories */

static void append_name(struct text *path, const char *name)
{
    size_t before = path->length;
    if (before > 0)
        text_append_char(path, '/');
    if (!text_append_string(path, name))
        text_cut(path, before); /* no path ends with '/' */
}

/* Offset of the '/' that ends the component, or `length`. */
static size_t component_end(const char *path, size_t start, size_t length)
{
    const char *slash = start < length ? memchr(path + start, '/', length - start) : NULL;
    return slash != NULL ? (size_t)(slash - path) : length;
}

static bool has_controls(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (byte < 0x20 || byte == 0x7f)
            return true;
    }
    return false;
}

/* 1 for ".", 2 for "..", in any spelling; else 0. */
static unsigned dot_count(const char *segment, size_t length)
{
    unsigned count = 0;
    for (size_t i = 0; i < length; count++) {
        if (segment[i] == '.')
            i++;
        else if (length - i >= 3 && strncasecmp(segment + i, "%2e", 3) == 0)
            i += 3;
        else
            return 0;
    }
    return count <= 2 ? count : 0;
}

/* Takes the last component away, but nothing before `root`. */
static void drop_last(struct text *path, size_t root)
{
    if (path->length <= root)
        return;
    size_t last = name_path_last(path->data);
    text_cut(path, last > root ? last - 1 : root);
}

static size_t count_components(const char *path, size_t length)
{
    size_t count = 1;
    for (size_t i = 0; i < length; i++)
        count += path[i] == '/';
    return count;
}

/* What a path may grow to. A number is at most that long, and never makes a long name longer. */
static bool is_within(size_t length, size_t depth)
{
    size_t growth = (depth + 1) * NAME_NUMBER_MAX + TYPE_EXTENSION_MAX;
    return depth <= NAME_PATH_DEPTH && length + growth <= NAME_PATH_MAX;
}

/* Puts one component, a hash of what was there, in the place of the directories from `begin` up to
 * `end`, which is behind a '/'. */
static void replace_by_hash(struct text *path, size_t begin, size_t end)
{
    static const char digits[] = "0123456789abcdef";
    char component[HASH_LENGTH + 1];
    uint64_t hash = XXH3_64bits(path->data + begin, end - begin);
    for (size_t i = 0; i < HASH_LENGTH; i++)
        component[i] = digits[hash >> (60 - 4 * i) & 0xf];
    component[HASH_LENGTH] = '/';
    size_t length = path->length;
    size_t new_length = length - (end - begin) + sizeof component;
    /* Several short ones may take less than a hash. */
    if (new_length > length && !text_append(path, component, new_length - length))
        return;
    memmove(path->data + begin + sizeof component, path->data + end, length - end);
    memcpy(path->data + begin, component, sizeof component);
    text_cut(path, new_length);
}

/* Shortens the directories from `begin` up to `end`, which is behind a '/': as many as can stay do,
 * and one hash stands for the others. */
static void shorten(struct text *path, size_t begin, size_t end)
{
    size_t depth = count_components(path->data, path->length);
    if (begin >= end || is_within(path->length, depth))
        return;
    size_t outside = path->length - (end - begin);
    size_t outside_depth = depth - (count_components(path->data + begin, end - begin) - 1);
    size_t kept = begin;
    for (size_t kept_depth = 1;; kept_depth++) {
        size_t next = component_end(path->data, kept, end) + 1;
        if (next >= end ||
            !is_within(outside + (next - begin) + HASH_LENGTH + 1, outside_depth + kept_depth + 1))
            break;
        kept = next;
    }
    bool is_single = component_end(path->data, kept, end) + 1 == end;
    if (!is_single || end - kept > HASH_LENGTH + 1)
        replace_by_hash(path, kept, end);
}

bool name_path_append_listed(struct text *path, const char *listed, size_t length,
                             bool is_directory, bool *out_was_absolute, const char **out_reason)
{
    size_t before = path->length;
    if (has_controls(listed, length)) {
        *out_reason = is_directory ? "control characters in dir" : "control characters in out";
        return false;
    }
    bool was_absolute = is_directory && length > 0 && listed[0] == '/';
    size_t start = 0;
    while (was_absolute && start < length && listed[start] == '/')
        start++;
    if (is_directory && length > start && listed[length - 1] == '/')
        length--;
    for (;; start++) {
        size_t end = component_end(listed, start, length);
        if (name_is_nothing(listed + start, end - start)) {
            text_cut(path, before);
            *out_reason = is_directory ? "an empty, \".\" or \"..\" component in dir"
                                       : "an empty, \".\" or \"..\" component in out";
            return false;
        }
        name_path_append_segment(path, listed + start, end - start);
        start = end;
        if (end == length)
            break;
    }
    if (out_was_absolute != NULL)
        *out_was_absolute = was_absolute;
    return true;
}

void name_path_append_url(struct text *path, const char *url_path, size_t length)
{
    size_t root = path->length;
    bool ends_open = true; /* with a '/', or with dots that stand for a directory */
    for (size_t start = 0; start < length; start++) {
        size_t end = component_end(url_path, start, length);
        unsigned dots = dot_count(url_path + start, end - start);
        if (dots == 2)
            drop_last(path, root);
        else if (dots == 0 && end > start)
            name_path_append_segment(path, url_path + start, end - start);
        ends_open = dots > 0 || end == start || end < length;
        start = end;
    }
    if (ends_open)
        append_name(path, "index");
}

void name_path_append_segment(struct text *path, const char *segment, size_t length)
{
    char name[NAME_SIZE];
    append_name(path, name_construct(segment, length, name));
}

size_t name_path_last(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

size_t name_path_follow(const char *from, size_t offset, const char *to)
{
    size_t start = 0;
    size_t to_start = 0;
    for (size_t i = 0; i < offset; i++) {
        if (from[i] != '/')
            continue;
        start = i + 1;
        to_start += strcspn(to + to_start, "/");
        to_start += to[to_start] == '/';
    }
    return to_start + (offset - start);
}

void name_path_limit(struct text *path)
{
    shorten(path, 0, name_path_last(path->data));
}

void name_path_limit_around(struct text *path, size_t *component)
{
    size_t behind = component_end(path->data, *component, path->length) + 1;
    size_t last = name_path_last(path->data);
    shorten(path, behind, last);
    size_t length = path->length;
    shorten(path, 0, *component);
    *component -= length - path->length;
}

bool name_path_is_safe(const char *path)
{
    size_t length = strlen(path);
    if (length > NAME_PATH_MAX || count_components(path, length) > NAME_PATH_DEPTH)
        return false;
    for (size_t start = 0;; start++) {
        size_t end = component_end(path, start, length);
        char name[NAME_SIZE];
        if (end - start >= sizeof name)
            return false;
        memcpy(name, path + start, end - start);
        name[end - start] = '\0';
        if (!name_is_safe(name))
            return false;
        if (end == length)
            return true;
        start = end;
    }
}

bool name_path_holds_digest(const char *path)
{
    size_t run = 0;
    for (; *path != '\0' && run < NAME_DIGEST_LENGTH; path++)
        run = strchr("0123456789abcdefABCDEF", *path) != NULL ? run + 1 : 0;
    return run == NAME_DIGEST_LENGTH;
}
