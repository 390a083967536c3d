#include "app/retry_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/source.h"
#include "model/outcome.h"

static bool find_last(const struct options *options, char **out_path, struct error *error)
{
    if (asprintf(out_path, "%s/.haul/last/failed.tsv", options->dir) < 0) {
        *out_path = NULL;
        return error_set(error, ERROR_LOCAL, "no memory for a path");
    }
    if (access(*out_path, R_OK) == 0)
        return true;
    if (errno == ENOENT)
        return error_set(error, ERROR_INPUT, "--retry-failed: no run has left a failed.tsv in %s",
                         options->dir);
    return error_set_errno(error, ERROR_INPUT, errno, "--retry-failed: cannot read %s", *out_path);
}

bool retry_list_prepare(struct options *options, struct error *error)
{
    if (!options_is_retry(options))
        return true;
    char *path = NULL;
    bool is_found = true;
    if (options->retry_from != NULL)
        path = memory_copy_string(options->retry_from);
    else
        is_found = find_last(options, &path, error);
    if (is_found)
        is_found = options_set(options, OPTION_ID_input, path, error);
    options->format = SOURCE_FORMAT_TSV;
    free(path);
    return is_found;
}

bool retry_list_is_final(const struct list_field *fields, size_t count)
{
    static const enum failure finals[] = {
        FAILURE_BAD_URL, FAILURE_UNSUPPORTED_SCHEME, FAILURE_BLOCKED_ADDRESS,
        FAILURE_ROBOTS,  FAILURE_NOT_FOUND,          FAILURE_GONE,
    };
    const struct list_field *field = list_field_find(fields, count, "class", strlen("class"));
    for (size_t i = 0; field != NULL && i < ARRAY_LENGTH(finals); i++) {
        const char *name = failure_name(finals[i]);
        if (strlen(name) == field->value_length &&
            memcmp(name, field->value, field->value_length) == 0)
            return true;
    }
    return false;
}
