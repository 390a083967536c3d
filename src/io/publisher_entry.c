#include "io/partial_file.h"
#include "io/publisher_entry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "io/kept_file.h"
#include "model/content_type.h"
#include "model/name_path.h"
#include "model/name_template.h"

/* False when the digits are wanted and not known. */
static bool fill_digits(char *path, const struct job *job)
{
    if (job->digest_offset == SIZE_MAX)
        return true;
    const char *digits = job->outcome.sha256;
    size_t length = strlen(path);
    if (digits == NULL || strlen(digits) != NAME_DIGEST_LENGTH || job->digest_offset > length ||
        length - job->digest_offset < NAME_DIGEST_LENGTH)
        return false;
    memcpy(path + job->digest_offset, digits, NAME_DIGEST_LENGTH);
    return true;
}

/* The path's length without what the type's extension replaces, and that extension; "" = none. */
static size_t find_extension(const struct job *job, const char *path, const char **out_extension)
{
    size_t length = strlen(path);
    *out_extension = "";
    if ((!job->wants_extension && !job->fixes_extension) || job->outcome.detected_type == NULL)
        return length;
    const struct content_type *type = content_type_find(job->outcome.detected_type);
    if (type == NULL || type->extension[0] == '\0')
        return length;
    size_t last = name_path_last(path);
    size_t stem = job->wants_extension ? length : last + name_extension(path + last);
    if (!job->wants_extension && content_type_has_extension(type, path + stem))
        return length;
    *out_extension = type->extension;
    return stem;
}

/* The texts of a row that was found are soon those of another. */
static void keep_row(struct publisher_entry *entry, const struct state_row *row)
{
    entry->row = *row;
    entry->row.url = memory_copy_string(row->url);
    entry->row.name = memory_copy_string(row->name);
    entry->row.etag = memory_copy_string(row->etag);
    entry->row.type = memory_copy_string(row->type);
    entry->row.sha256 = memory_copy_string(row->sha256);
    entry->had_row = true;
}

void publisher_entry_init(struct publisher_entry *entry, struct job *job, struct root *root)
{
    char *path = memory_copy_string(job->name != NULL ? job->name : "");
    *entry = (struct publisher_entry){.job = job, .number = 1};
    bool has_digits = fill_digits(path, job);
    const char *extension;
    size_t stem = find_extension(job, path, &extension);
    if (extension[0] != '\0') {
        size_t size = strlen(extension) + 1;
        path = memory_resize(path, stem + size, 1);
        memcpy(path + stem, extension, size);
    }
    entry->wanted = entry->name = path;
    /* With another path than the one that was asked about, what is there may be anybody's. */
    entry->replaces = job->owns_existing && strcmp(path, job->name) == 0;
    if (!has_digits)
        publisher_entry_refuse(entry, root, FAILURE_INTERNAL,
                               "the digest that its name needs is not known");
}

void publisher_entry_clear(struct publisher_entry *entry)
{
    if (entry->name != entry->wanted)
        free(entry->name);
    free(entry->wanted);
    if (!entry->had_row)
        return;
    free((char *)entry->row.url);
    free((char *)entry->row.name);
    free((char *)entry->row.etag);
    free((char *)entry->row.type);
    free((char *)entry->row.sha256);
}

void publisher_entry_add_number(struct publisher_entry *entry)
{
    size_t last = name_path_last(entry->wanted);
    char numbered[NAME_SIZE];
    name_add_number(entry->wanted + last, ++entry->number, numbered);
    size_t size = strlen(numbered) + 1;
    char *name = memory_allocate(last + size);
    memcpy(name, entry->wanted, last);
    memcpy(name + last, numbered, size);
    if (entry->name != entry->wanted)
        free(entry->name);
    entry->name = name;
}

bool publisher_entry_has_digits(const struct publisher_entry *entry)
{
    /* Not the offset alone: to make room for a number, a long name is cut. */
    size_t offset = entry->job->digest_offset;
    return offset != SIZE_MAX && strlen(entry->name) > offset &&
           strncmp(entry->name + offset, entry->job->outcome.sha256, NAME_DIGEST_LENGTH) == 0;
}

bool publisher_entry_has_content(const struct publisher_entry *entry, struct root *root)
{
    char text[DIGEST_TEXT_SIZE + 16];
    struct checksum wanted;
    const char *reason;
    int length = snprintf(text, sizeof(text), "sha-256=%s", entry->job->outcome.sha256);
    return checksum_parse(text, (size_t)length, &wanted, &reason) &&
           kept_file_has_checksum(root, entry->name, &wanted, NULL);
}

bool publisher_entry_meets_own(const struct publisher_entry *entry, struct root *root)
{
    const struct job *job = entry->job;
    struct stat status;
    if (job->existing_mtime_ns == 0 || root_stat(root, entry->name, &status) < 0)
        return true;
    return S_ISREG(status.st_mode) && status.st_size == job->existing_bytes &&
           root_mtime_ns(&status) == job->existing_mtime_ns;
}

bool publisher_entry_is_proven(struct publisher_entry *entry, struct root *root)
{
    struct job *job = entry->job;
    int64_t size = job->outcome.file_bytes;
    struct stat status;
    if (job->entry == NULL || job->entry->checksum.algorithm == DIGEST_NONE ||
        root_stat(root, entry->name, &status) < 0 || status.st_size != size ||
        !kept_file_has_checksum(root, entry->name, &job->entry->checksum, NULL))
        return false;
    publisher_entry_drop(entry, root);
    job->outcome.status = STATUS_KEPT;
    job->outcome.failure = FAILURE_NONE;
    job->outcome.file_bytes = size;
    free(job->outcome.path);
    job->outcome.path = memory_copy_string(entry->name);
    return true;
}

bool publisher_entry_put(struct publisher_entry *entry, struct state *state, bool has_history,
                         int64_t now_us, struct error *error)
{
    const struct job *job = entry->job;
    struct state_row old;
    if (has_history && !entry->is_noted && !entry->had_row && state_find(state, job->key, &old))
        keep_row(entry, &old);
    struct state_row row = {
        .key = job->key,
        .url = job->listed,
        .name = entry->name,
        .size = job->outcome.file_bytes,
        .modified_ns = job->file_mtime_ns,
        .etag = job->outcome.etag,
        .last_modified = job->outcome.last_modified,
        .type = job->outcome.detected_type,
        .sha256 = job->outcome.sha256,
        .width = job->outcome.image.width,
        .height = job->outcome.image.height,
        .downloaded_us = now_us,
        .checks = (int64_t)job->checks,
    };
    /* In a new state, only what this run has noted itself is there; it does so once for each key,
     * unless the name turns out to be taken. */
    bool is_new = !has_history && !entry->is_noted;
    return is_new ? state_add(state, &row, error) : state_put(state, &row, error);
}

bool publisher_entry_forget(const struct publisher_entry *entry, struct state *state,
                            struct error *error)
{
    return entry->had_row ? state_put(state, &entry->row, error)
                          : state_remove(state, entry->job->key, error);
}

enum failure publisher_failure_of(int errno_value)
{
    return errno_value == ENOSPC || errno_value == EDQUOT ? FAILURE_DISK_FULL : FAILURE_IO;
}

void publisher_entry_end_temporary(struct publisher_entry *entry, struct root *root)
{
    char *temporary = entry->job->temporary;
    char part[PARTIAL_NAME_SIZE];
    /* Until now, a kill would have left a part that the next run completes. */
    if (strchr(temporary, '.') != NULL &&
        strcmp(temporary, partial_file_name(entry->job->key, part)) == 0)
        partial_file_end(root, entry->job->key, false);
    temporary[0] = '\0';
}

void publisher_entry_drop(struct publisher_entry *entry, struct root *root)
{
    root_remove_temporary(root, entry->job->temporary);
    publisher_entry_end_temporary(entry, root);
    entry->job->outcome.file_bytes = -1;
    entry->stage = ENTRY_REFUSED;
}

void publisher_entry_refuse(struct publisher_entry *entry, struct root *root, enum failure failure,
                            const char *detail)
{
    job_fail(entry->job, failure, detail);
    publisher_entry_drop(entry, root);
}

void publisher_entry_refuse_errno(struct publisher_entry *entry, struct root *root, int errno_value)
{
    struct error reason;
    error_set_errno(&reason, ERROR_LOCAL, errno_value, "cannot name the file %s", entry->name);
    publisher_entry_refuse(entry, root, publisher_failure_of(errno_value), reason.text);
}
