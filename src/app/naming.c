#include "app/naming.h"

#include "base/memory.h"
#include "model/name_path.h"
#include "model/name_table.h"

#include <stdlib.h>
#include <string.h>

#define WISH_MAX (8 * URL_MAX_BYTES) /* before it is brought within the limits of a path */

struct naming {
    struct naming_settings settings;
    struct name_table *table;
    bool root_is_empty;
    struct text wish; /* memory that is used again */
};

struct naming *naming_create(const struct naming_settings *settings)
{
    struct naming *naming = memory_allocate_zeroed(1, sizeof *naming);
    naming->settings = *settings;
    naming->table = name_table_create();
    naming->root_is_empty = settings->root == NULL || root_is_empty(settings->root);
    text_init(&naming->wish, WISH_MAX);
    return naming;
}

void naming_destroy(struct naming *naming)
{
    if (naming == NULL)
        return;
    name_table_destroy(naming->table);
    text_clear(&naming->wish);
    free(naming);
}

static void set_name(struct job *job, const char *name)
{
    free(job->name);
    job->name = memory_copy_string(name);
}

/* A listed name that content might get as well: which of the two came first, time would decide. */
static bool takes_digest(const struct naming *naming, const char *listed, const char **out_reason)
{
    if (!name_template_has_digest(naming->settings.template) || !name_path_holds_digest(listed))
        return false;
    *out_reason = "64 hex digits in out or dir, which {sha256} alone may give";
    return true;
}

const struct list_field *naming_old_name(const struct naming *naming,
                                         const struct list_field *fields, size_t field_count)
{
    if (!naming->settings.keeps_names)
        return NULL;
    const struct list_field *name = list_field_find(fields, field_count, "name", strlen("name"));
    return name != NULL && name->value_length > 0 ? name : NULL;
}

/* The path goes into naming->wish. */
static bool make_wish(struct naming *naming, const struct job *job, const struct list_field *fields,
                      size_t field_count, size_t *out_digest_offset, bool *out_was_absolute,
                      const char **out_reason)
{
    const struct list_entry *entry = job->entry;
    struct text *wish = &naming->wish;
    text_reset(wish);
    *out_was_absolute = false;
    *out_digest_offset = SIZE_MAX;
    const struct list_field *old_name = naming_old_name(naming, fields, field_count);
    if (old_name != NULL) {
        /* Constructed anew, which changes nothing of a path that haul made. */
        name_path_append_url(wish, old_name->value, old_name->value_length);
        name_path_limit(wish);
        return !takes_digest(naming, wish->data, out_reason);
    }
    if (entry != NULL && entry->dir != NULL &&
        !name_path_append_listed(wish, entry->dir, strlen(entry->dir), true, out_was_absolute,
                                 out_reason))
        return false;
    if (entry != NULL && entry->out != NULL) {
        if (!name_path_append_listed(wish, entry->out, strlen(entry->out), false, NULL, out_reason))
            return false;
        name_path_limit(wish);
        return !takes_digest(naming, wish->data, out_reason);
    }
    if (takes_digest(naming, wish->data, out_reason))
        return false;
    struct name_values values = {
        .url = &job->origin,
        .index = job->index,
        .line = job->line,
        .fields = fields,
        .field_count = field_count,
        .listed = job->listed,
    };
    name_template_expand(naming->settings.template, &values, wish, out_digest_offset);
    return true;
}

bool naming_wish(struct naming *naming, struct job *job, const struct list_field *fields,
                 size_t field_count, bool *out_was_absolute, const char **out_reason)
{
    job->digest_offset = SIZE_MAX;
    size_t digest_offset;
    if (!make_wish(naming, job, fields, field_count, &digest_offset, out_was_absolute, out_reason))
        return false;
    job->digest_offset = digest_offset;
    set_name(job, naming->wish.data);
    return true;
}

const struct name_template *naming_template(const struct naming *naming)
{
    return naming->settings.template;
}

bool naming_resembles(struct naming *naming, const struct job *job, const struct list_field *fields,
                      size_t field_count)
{
    const struct name_template *template = naming->settings.template;
    size_t digest_offset;
    bool was_absolute;
    const char *reason;
    if (naming->settings.keeps_names || name_template_is_default(template) ||
        name_template_has_number(template) ||
        !make_wish(naming, job, fields, field_count, &digest_offset, &was_absolute, &reason) ||
        digest_offset != SIZE_MAX)
        return true; /* nobody can tell */
    return strncmp(job->name, naming->wish.data, name_extension(naming->wish.data)) == 0;
}

void naming_use_server_name(struct job *job)
{
    bool is_listed = job->entry != NULL && job->entry->out != NULL;
    if (job->server_name == NULL || is_listed)
        return;
    char component[NAME_SIZE];
    name_construct_text(job->server_name, strlen(job->server_name), component);
    struct text path;
    text_init(&path, WISH_MAX);
    text_append(&path, job->name, name_path_last(job->name));
    text_append_string(&path, component);
    name_path_limit(&path);
    set_name(job, path.data);
    text_clear(&path);
}

/* Something of somebody else has this path. */
static bool is_taken(void *context, const char *path, bool is_directory)
{
    const struct naming *naming = context;
    const struct naming_settings *settings = &naming->settings;
    struct stat status;
    bool is_there = !naming->root_is_empty && root_stat(settings->root, path, &status) == 0;
    if (is_directory)
        return (is_there && S_ISREG(status.st_mode)) ||
               (settings->state != NULL &&
                state_path_is_taken(settings->state, path, (struct key){0, 0}));
    /* With --if-exists rename, numbers are given here, in list order, and not as files come. */
    if (is_there && S_ISREG(status.st_mode) && settings->existing == EXISTING_RENAME)
        return true;
    if (settings->state == NULL)
        return false;
    if (is_there && S_ISDIR(status.st_mode) && state_has_directory(settings->state, path))
        return true;
    /* The key is zero: a row of this very URL would have been found before. */
    return state_name_is_taken(settings->state, path, (struct key){0, 0});
}

bool naming_claim(struct naming *naming, struct job *job)
{
    char claimed[NAME_PATH_SIZE];
    bool has_digest = job->digest_offset != SIZE_MAX;
    bool is_open = naming->settings.fixes_extension;
    struct name_owner owner = {is_taken, naming};
    if (has_digest)
        name_table_claim_directories(naming->table, job->name, owner, claimed);
    else
        name_table_claim(naming->table, job->name, is_open, owner, claimed);
    bool was_changed = strcmp(claimed, job->name) != 0;
    if (was_changed) {
        if (has_digest)
            job->digest_offset = name_path_follow(job->name, job->digest_offset, claimed);
        set_name(job, claimed);
    }
    bool has_extension = job->name[name_extension(job->name)] != '\0';
    job->wants_extension = !has_extension;
    job->fixes_extension = has_extension && is_open;
    return was_changed;
}

void naming_keep(struct naming *naming, const char *path)
{
    name_table_add(naming->table, path);
}

bool naming_root_is_empty(const struct naming *naming)
{
    return naming->root_is_empty;
}
