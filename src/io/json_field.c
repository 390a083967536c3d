#include "io/json_field.h"

#include <string.h>

#define KEY_SIZE 64 /* longer keys are none of ours */

const json_t *json_field_find(const json_t *value, const char *path)
{
    while (value != NULL) {
        char key[KEY_SIZE];
        size_t length = strcspn(path, ".");
        if (length >= sizeof(key))
            return NULL;
        memcpy(key, path, length);
        key[length] = '\0';
        value = json_object_get(value, key);
        if (path[length] == '\0')
            break;
        path += length + 1;
    }
    return value;
}

const char *json_field_string(const json_t *value, const char *path)
{
    return json_string_value(json_field_find(value, path));
}

int64_t json_field_integer(const json_t *value, const char *path, int64_t unknown)
{
    const json_t *found = json_field_find(value, path);
    return json_is_integer(found) ? json_integer_value(found) : unknown;
}

int64_t json_field_count(const json_t *value, const char *path, int64_t unknown)
{
    int64_t count = json_field_integer(value, path, -1);
    return count >= 0 ? count : unknown;
}

double json_field_real(const json_t *value, const char *path, double unknown)
{
    const json_t *found = json_field_find(value, path);
    return json_is_number(found) ? json_number_value(found) : unknown;
}
