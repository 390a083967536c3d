/* Assertions on values inside a JSON document, named by their keys: "failures.0.count". */
#ifndef HAUL_UNIT_JSON_CHECK_H
#define HAUL_UNIT_JSON_CHECK_H

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* The value under keys separated by dots; a number is a place in an array. */
static inline const json_t *at(const json_t *value, const char *path)
{
    char key[64];
    while (*path != '\0') {
        size_t length = strcspn(path, ".");
        ck_assert_uint_lt(length, sizeof(key));
        memcpy(key, path, length);
        key[length] = '\0';
        value = json_is_array(value) ? json_array_get(value, strtoul(key, NULL, 10))
                                     : json_object_get(value, key);
        ck_assert_msg(value != NULL, "%s is missing", key);
        path += length + (path[length] == '.');
    }
    return value;
}

static inline void assert_integer(const json_t *report, const char *path, json_int_t expected)
{
    const json_t *value = at(report, path);
    ck_assert_msg(json_is_integer(value), "%s is no integer", path);
    ck_assert_msg(json_integer_value(value) == expected, "%s is %lld", path,
                  (long long)json_integer_value(value));
}

static inline void assert_string(const json_t *report, const char *path, const char *expected)
{
    const json_t *value = at(report, path);
    ck_assert_msg(json_is_string(value), "%s is no string", path);
    ck_assert_str_eq(json_string_value(value), expected);
}

static inline void assert_real(const json_t *report, const char *path, double expected)
{
    const json_t *value = at(report, path);
    ck_assert_msg(json_is_real(value), "%s is no real", path);
    ck_assert_double_eq_tol(json_real_value(value), expected, 1e-6);
}

static inline void assert_null(const json_t *report, const char *path)
{
    ck_assert_msg(json_is_null(at(report, path)), "%s is not null", path);
}

#endif
