#include "app/planner.h"

#include "app/history.h"
#include "app/planner_warnings.h"
#include "app/retry_row.h"
#include "base/memory.h"
#include "io/kept_file.h"
#include "model/name_path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct planner {
    struct planner_settings settings;
    struct naming *naming;
    struct key_set *seen;
    struct url_memo memo; /* lists name one host again and again */
    bool has_clash;
    struct planner_warnings warnings;
    struct retry_places places; /* where the rows of a retry come from */
};

struct planner *planner_create(const struct planner_settings *settings)
{
    struct planner *planner = memory_allocate_zeroed(1, sizeof *planner);
    planner->settings = *settings;
    planner->warnings.out = settings->warnings;
    planner->naming = naming_create(&settings->naming);
    planner->seen = key_set_create();
    return planner;
}

void planner_destroy(struct planner *planner)
{
    if (planner == NULL)
        return;
    naming_destroy(planner->naming);
    key_set_destroy(planner->seen);
    url_memo_clear(&planner->memo);
    retry_places_clear(&planner->places);
    free(planner);
}

struct job *planner_make_job(struct planner *planner, uint64_t index, const char *source,
                             const struct source_item *item)
{
    char problem[LIST_PROBLEM_SIZE];
    const char *url = item->url;
    size_t url_length = item->url_length;
    struct list_entry *entry = NULL;
    const struct list_field *unknown = NULL;
    bool is_usable = item->problem == NULL;
    if (is_usable)
        is_usable = list_entry_build(item->url, item->url_length, item->fields, item->field_count,
                                     &url, &url_length, &entry, &unknown, problem);
    struct job *job = job_create(index, source, item->line, url, url_length);
    job->entry = entry;
    if (planner->settings.naming.keeps_names)
        retry_places_set(&planner->places, job, item->fields, item->field_count);
    if (!is_usable) {
        bool is_whole = item->problem == NULL;
        job_fail(job, FAILURE_BAD_URL, is_whole ? problem : item->problem);
        job->refused = list_refused_create(item->fields, item->field_count, is_whole);
    }
    if (unknown != NULL && item->has_options)
        planner_warn_unknown(&planner->warnings, job, unknown);
    return job;
}

/* The same URL under another out or dir is another file. */
static struct key key_of_job(const struct job *job)
{
    struct key key = url_key(&job->origin);
    const struct list_entry *entry = job->entry;
    if (entry == NULL || (entry->out == NULL && entry->dir == NULL))
        return key;
    char digits[KEY_TEXT_SIZE];
    struct text text;
    text_init(&text, SIZE_MAX / 4);
    text_append_string(&text, key_format(key, digits));
    text_append_char(&text, '\n'); /* no part can hold one */
    text_append_string(&text, entry->dir != NULL ? entry->dir : "");
    text_append_char(&text, '\n');
    text_append_string(&text, entry->out != NULL ? entry->out : "");
    key = key_of(text.data, text.length);
    text_clear(&text);
    return key;
}

/* What a line looks like that was meant for another format. */
static const char *hint_of(const char *listed)
{
    if (strstr(listed, "://") == listed + strspn(listed, "abcdefghijklmnopqrstuvwxyz"))
        return "";
    if (listed[0] == '{' || listed[0] == '[')
        return "; JSON? (--format jsonl reads an object in each line)";
    if (strchr(listed, ',') != NULL)
        return "; a table? (--format csv reads them)";
    return strchr(listed, '=') != NULL ? "; an option? (those begin with a blank)" : "";
}

/* A mirror that haul cannot ask (ftp) is left out; text that is no URL makes the line one that
 * cannot be used. */
static bool check_mirrors(struct planner *planner, struct job *job)
{
    struct list_entry *entry = job->entry;
    size_t kept = 0;
    for (size_t i = 0; entry != NULL && i < entry->mirror_count; i++) {
        struct url url;
        enum failure failure = FAILURE_BAD_URL;
        const char *reason = NULL;
        char *mirror = entry->mirrors[i];
        if (url_parse(mirror, strlen(mirror), &url, &failure, &reason)) {
            url_clear(&url);
            entry->mirrors[kept++] = mirror;
        } else if (failure == FAILURE_UNSUPPORTED_SCHEME) {
            planner_warn_mirror(&planner->warnings, job);
        } else {
            job_fail(job, failure, NULL);
            outcome_set_detail(&job->outcome,
                               "what follows a TAB is no mirror: %s (--format tsv reads tables)",
                               reason);
            return false;
        }
    }
    if (entry != NULL)
        entry->mirror_count = kept;
    return true;
}

/* The first URL cannot be asked: its first mirror takes its place. */
static void promote_mirror(struct planner *planner, struct job *job)
{
    struct list_entry *entry = job->entry;
    planner_warn_mirror(&planner->warnings, job);
    free(job->listed);
    job->listed = memory_copy_string(entry->mirrors[0]);
    job->listed_length = strlen(job->listed);
    entry->mirrors++;
    entry->mirror_count--;
}

/* The listed URL, and its mirrors, as URLs. */
static bool parse_urls(struct planner *planner, struct job *job)
{
    enum failure failure = FAILURE_BAD_URL;
    const char *reason = NULL;
    if (memchr(job->listed, '\0', job->listed_length) != NULL) {
        job_fail(job, FAILURE_BAD_URL, "NUL byte in the URL");
        return false;
    }
    if (!check_mirrors(planner, job))
        return false;
    if (job_use_listed(job, &planner->memo, &failure, &reason))
        return true;
    if (failure == FAILURE_UNSUPPORTED_SCHEME && job_mirror_count(job) > 1) {
        promote_mirror(planner, job);
        return job_use_listed(job, &planner->memo, &failure, &reason);
    }
    job_fail(job, failure, NULL);
    outcome_set_detail(&job->outcome, "%s%s", reason, hint_of(job->listed));
    return false;
}

static enum plan end_as(struct job *job, enum status status, enum plan plan)
{
    job->outcome.status = status;
    job->outcome.failure = FAILURE_NONE;
    return plan;
}

/* False when the list's out or dir cannot be used. */
static bool give_name(struct planner *planner, struct job *job, const struct source_item *item)
{
    const struct planner_settings *settings = &planner->settings;
    const char *reason = NULL;
    bool was_absolute = false;
    planner->has_clash = false;
    if (job->has_history)
        return true; /* an earlier run gave it */
    if (!naming_wish(planner->naming, job, item->fields, item->field_count, &was_absolute,
                     &reason)) {
        job_fail(job, FAILURE_BAD_URL, reason);
        return false;
    }
    if (was_absolute)
        planner_warn_absolute(&planner->warnings, job);
    planner_warn_missing(&planner->warnings, planner->naming, job, item);
    if (!settings->names_later)
        planner->has_clash = naming_claim(planner->naming, job);
    return true;
}

static bool has_final_name(const struct planner *planner, const struct job *job)
{
    return job->has_history || (!planner->settings.names_later && !job->wants_extension &&
                                !job->fixes_extension && job->digest_offset == SIZE_MAX);
}

/* A file that this URL did not make, but that has the checksum of the list. */
static bool is_proven(struct planner *planner, struct job *job)
{
    const struct list_entry *entry = job->entry;
    if (entry == NULL || entry->checksum.algorithm == DIGEST_NONE ||
        !kept_file_passes(planner->settings.naming.root, job->name, planner->settings.rules,
                          &entry->checksum, planner->settings.cancel))
        return false;
    job->outcome.path = memory_copy_string(job->name);
    return true;
}

/* Something is under the name already. PLAN_DOWNLOAD when that decides nothing. */
static enum plan look_in_the_way(struct planner *planner, struct job *job)
{
    const struct naming_settings *place = &planner->settings.naming;
    struct stat status;
    /* The publisher has the last word in any case. */
    if (job->owns_existing || naming_root_is_empty(planner->naming) ||
        !has_final_name(planner, job))
        return PLAN_DOWNLOAD;
    int result = root_stat(place->root, job->name, &status);
    if (result == -ENOENT)
        return PLAN_DOWNLOAD;
    if (result == -ENOTDIR || result == -ELOOP) {
        job_fail(job, FAILURE_EXISTS, "something that is no directory has the name of one");
        return PLAN_IN_THE_WAY;
    }
    if (result != 0) {
        job_fail(job, FAILURE_IO, strerror(-result));
        return PLAN_IN_THE_WAY;
    }
    if (!S_ISREG(status.st_mode)) {
        job_fail(job, FAILURE_EXISTS, "something that is no regular file has this name");
        return PLAN_IN_THE_WAY;
    }
    if (is_proven(planner, job)) {
        job->outcome.file_bytes = status.st_size;
        return end_as(job, STATUS_KEPT, PLAN_KEPT);
    }
    if (place->existing == EXISTING_OVERWRITE || place->existing == EXISTING_RENAME)
        return PLAN_DOWNLOAD;
    job_fail(job, FAILURE_EXISTS,
             job->has_history
                 ? "the file has changed since it was downloaded (--if-exists overwrite "
                   "fetches it again)"
                 : "a file that this URL did not make has this name");
    if (place->existing == EXISTING_SKIP)
        job->outcome.status = STATUS_SKIPPED;
    return PLAN_IN_THE_WAY;
}

static struct history history_of(const struct planner *planner)
{
    const struct planner_settings *settings = &planner->settings;
    return (struct history){
        .root = settings->naming.root,
        .state = settings->naming.state,
        .rules = settings->rules,
        .cancel = settings->cancel,
        .naming = settings->names_later ? NULL : planner->naming,
        .wants_all = settings->wants_all,
        .wants_update = settings->wants_update,
    };
}

/* What is there by now, however it has come, is kept. */
static enum plan leave_out(struct planner *planner, struct job *job, const struct source_item *item)
{
    struct history history = history_of(planner);
    bool was_absolute;
    const char *reason;
    if (job->outcome.failure != FAILURE_BAD_URL && parse_urls(planner, job)) {
        job->key = key_of_job(job);
        if (!key_set_add(planner->seen, job->key, job->index, &job->outcome.duplicate_of))
            return end_as(job, STATUS_DUPLICATE, PLAN_DUPLICATE);
        if (!planner->settings.is_check && history_keeps(&history, job))
            return end_as(job, STATUS_KEPT, PLAN_KEPT);
        /* For the next retry. */
        (void)naming_wish(planner->naming, job, item->fields, item->field_count, &was_absolute,
                          &reason);
    }
    retry_row_leave_out(job, item->fields, item->field_count);
    return PLAN_LEFT_OUT;
}

enum plan planner_decide(struct planner *planner, struct job *job, const struct source_item *item,
                         bool is_stopping)
{
    if (planner->settings.leaves_final && retry_row_is_final(item->fields, item->field_count))
        return leave_out(planner, job, item);
    if (job->outcome.failure == FAILURE_BAD_URL || !parse_urls(planner, job))
        return PLAN_BAD;
    job->key = key_of_job(job);
    if (!key_set_add(planner->seen, job->key, job->index, &job->outcome.duplicate_of))
        return end_as(job, STATUS_DUPLICATE, PLAN_DUPLICATE);
    if (is_stopping)
        return end_as(job, STATUS_NOT_TRIED, PLAN_STOPPED);
    job->is_checked = planner->settings.is_check;
    if (job->is_checked)
        return PLAN_DOWNLOAD;
    struct history history = history_of(planner);
    job->checks = history_checks(&history, job);
    bool is_kept = history_keeps(&history, job);
    if (job->has_history && !planner->settings.names_later)
        planner_warn_old_name(&planner->warnings, planner->naming, job, item);
    if (is_kept)
        return end_as(job, STATUS_KEPT, PLAN_KEPT);
    if (!give_name(planner, job, item))
        return PLAN_BAD;
    enum plan plan = look_in_the_way(planner, job);
    /* A file that was being read when the run was stopped has proven nothing. */
    const struct cancel *cancel = planner->settings.cancel;
    if (plan == PLAN_IN_THE_WAY && cancel != NULL && cancel_level(cancel) != CANCEL_NONE) {
        outcome_set_detail(&job->outcome, "%s", "");
        return end_as(job, STATUS_NOT_TRIED, PLAN_STOPPED);
    }
    return plan;
}

bool planner_is_list_line(const struct job *job, const struct source_item *item)
{
    bool has_bad_field = item->problem == NULL && job->refused != NULL;
    return job->outcome.status == STATUS_SKIPPED || job->outcome.failure != FAILURE_BAD_URL ||
           job->origin.host != NULL || has_bad_field;
}

bool planner_has_clash(const struct planner *planner)
{
    return planner->has_clash;
}
