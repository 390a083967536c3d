#include "app/history.h"

#include "base/clock.h"
#include "base/memory.h"
#include "io/kept_file.h"
#include "model/name_path.h"
#include "model/name_template.h"

#define TOUCHED_AFTER_US (2 * CLOCK_SECOND_US) /* some file systems keep time that roughly */

uint64_t history_checks(const struct history *history, const struct job *job)
{
    const struct verification_rules *rules = history->rules;
    const struct list_entry *entry = job->entry;
    bool has_checksum = entry != NULL && entry->checksum.algorithm != DIGEST_NONE;
    bool has_rules = rules->expectation != NULL || rules->min_width > 0 || rules->min_height > 0 ||
                     rules->max_pixels > 0;
    if (!has_checksum && !has_rules)
        return 0;
    char digits[DIGEST_TEXT_SIZE] = "";
    if (has_checksum)
        checksum_format(&entry->checksum, digits);
    struct text text;
    text_init(&text, SIZE_MAX / 4);
    text_append_format(&text, "%s\n%u\n%u\n%llu\n%s",
                       rules->expectation != NULL ? expectation_text(rules->expectation) : "",
                       rules->min_width, rules->min_height, (unsigned long long)rules->max_pixels,
                       digits);
    uint64_t hash = key_of(text.data, text.length).low;
    text_clear(&text);
    return hash | 1; /* never 0 */
}

/* Nobody wrote the file after haul did: its time is the one that it was stored with. Rows of older
 * states do not have that; then a server's date is seldom later than the download. */
static bool is_untouched(const struct state_row *row, const struct stat *status)
{
    if (row->modified_ns != 0)
        return root_mtime_ns(status) == row->modified_ns;
    return root_mtime_ns(status) / 1000 - TOUCHED_AFTER_US <= row->downloaded_us;
}

/* What was asked of the file when it came is known to hold; anything else is looked at now. */
static bool still_passes(const struct history *history, const struct job *job,
                         const struct state_row *row, bool is_own)
{
    if (row->checks == STATE_CHECKS_REFUSED)
        return false;
    if (job->checks == 0 || (is_own && job->checks == (uint64_t)row->checks))
        return true;
    return kept_file_passes(history->root, row->name, history->rules,
                            job->entry != NULL ? &job->entry->checksum : NULL, history->cancel);
}

/* What the state knows of a file that is kept. */
static void note_kept(struct job *job, const struct state_row *row)
{
    const struct content_type *type = row->type != NULL ? content_type_find(row->type) : NULL;
    job->has_new_checks = job->checks != 0 && job->checks != (uint64_t)row->checks;
    job->outcome.detected_type = type != NULL ? type->media_type : NULL;
    job->outcome.path = memory_copy_string(row->name);
    job->outcome.file_bytes = row->size;
    job->outcome.etag = memory_copy_string(row->etag);
    job->outcome.last_modified = row->last_modified;
    job->outcome.sha256 = memory_copy_string(row->sha256);
}

/* What the server is asked with: the validators of the file that is there. */
static void ask_server(struct job *job, const struct state_row *row)
{
    char date[CLOCK_TEXT_SIZE] = "";
    if (row->last_modified >= 0)
        clock_format_http(date, row->last_modified);
    job->wants_update = true;
    job->known_etag = memory_copy_string(row->etag);
    job->known_date = date[0] != '\0' ? memory_copy_string(date) : NULL;
}

/* The file fails what is asked now: it is replaced when what comes passes. But not one that another
 * URL has as well: then this URL gets a file of its own. */
static void own_existing(const struct history *history, struct job *job, const struct stat *status)
{
    job->has_history = !state_path_is_taken(history->state, job->name, job->key);
    job->owns_existing = job->has_history;
    job->existing_bytes = status->st_size;
    job->existing_mtime_ns = root_mtime_ns(status);
}

/* What an earlier run made of this URL. True when the job needs nothing more. */
bool history_keeps(const struct history *history, struct job *job)
{
    struct state_row row;
    if (history->state == NULL || !state_find(history->state, job->key, &row))
        return false;
    if (!name_path_is_safe(row.name))
        return false; /* whoever wrote that, it was not haul */
    struct stat status;
    int result = root_stat(history->root, row.name, &status);
    bool is_there = result == 0 && S_ISREG(status.st_mode) && status.st_size == row.size;
    bool is_own = is_there && is_untouched(&row, &status);
    bool passes = is_there && still_passes(history, job, &row, is_own);
    /* A name made of the content says nothing about what comes in its place. */
    if (!passes && name_path_holds_digest(row.name))
        return false;
    job->name = memory_copy_string(row.name);
    job->has_history = true;
    if (history->naming != NULL)
        naming_keep(history->naming, job->name);
    bool is_kept = passes && !history->wants_update && !history->wants_all;
    /* What somebody else has changed is theirs: the server is not even asked. */
    if (passes && is_own && history->wants_update)
        ask_server(job, &row);
    if (is_kept)
        note_kept(job, &row);
    else if (is_own)
        own_existing(history, job, &status);
    return is_kept;
}
