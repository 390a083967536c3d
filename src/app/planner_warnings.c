#include "app/planner_warnings.h"

#include "base/vis.h"
#include "model/key.h"

#include <string.h>

#define SHOWN_SIZE 64

/* False when it was told before; it is from now on. */
static bool is_news(bool *has_told)
{
    bool is_first = !*has_told;
    *has_told = true;
    return is_first;
}

void planner_warn_unknown(struct planner_warnings *warnings, const struct job *job,
                          const struct list_field *field)
{
    uint64_t hash = key_of(field->key, field->key_length).low;
    for (size_t i = 0; i < warnings->told_count; i++) {
        if (warnings->told_keys[i] == hash)
            return;
    }
    if (warnings->told_count == PLANNER_WARNINGS_KEYS)
        return;
    warnings->told_keys[warnings->told_count++] = hash;
    char shown[SHOWN_SIZE];
    vis_format(shown, sizeof shown, field->key, field->key_length);
    warnings_add(warnings->out,
                 "%s:%llu: the option '%s' is none of haul's; it goes to the record as extra",
                 job->source, (unsigned long long)job->line, shown);
}

void planner_warn_missing(struct planner_warnings *warnings, const struct naming *naming,
                          const struct job *job, const struct source_item *item)
{
    const char *column;
    size_t length;
    bool has_out = (job->entry != NULL && job->entry->out != NULL) ||
                   naming_old_name(naming, item->fields, item->field_count) != NULL;
    if (warnings->has_told_missing || has_out ||
        !name_template_lacks(naming_template(naming), item->fields, item->field_count, &column,
                             &length) ||
        !is_news(&warnings->has_told_missing))
        return;
    char shown[SHOWN_SIZE];
    vis_format(shown, sizeof shown, column, length);
    warnings_add(warnings->out, "%s:%llu: has no column or key '%s', which --name asks for",
                 job->source, (unsigned long long)job->line, shown);
}

void planner_warn_old_name(struct planner_warnings *warnings, struct naming *naming,
                           const struct job *job, const struct source_item *item)
{
    if (warnings->has_told_old_name ||
        naming_resembles(naming, job, item->fields, item->field_count) ||
        !is_news(&warnings->has_told_old_name))
        return;
    char shown[SHOWN_SIZE];
    vis_format(shown, sizeof shown, job->name, strlen(job->name));
    warnings_add(warnings->out,
                 "%s:%llu: what an earlier run has stored stays under its name (%s); --name is for "
                 "new files",
                 job->source, (unsigned long long)job->line, shown);
}

void planner_warn_mirror(struct planner_warnings *warnings, const struct job *job)
{
    if (is_news(&warnings->has_told_mirror))
        warnings_add(warnings->out, "%s:%llu: mirrors that are neither http nor https are left out",
                     job->source, (unsigned long long)job->line);
}

void planner_warn_absolute(struct planner_warnings *warnings, const struct job *job)
{
    if (is_news(&warnings->has_told_absolute))
        warnings_add(warnings->out, "%s:%llu: an absolute dir is taken below the output directory",
                     job->source, (unsigned long long)job->line);
}
