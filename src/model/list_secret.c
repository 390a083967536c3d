#include "model/list_secret.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_string.h"
#include "base/memory.h"
#include "model/url.h"

#define HIDDEN "***"
#define REAL_DIGITS 15

static char lower(char character)
{
    return character >= 'A' && character <= 'Z' ? (char)(character | 0x20) : character;
}

static bool is_letter(char character)
{
    return lower(character) >= 'a' && lower(character) <= 'z';
}

static bool is_equal(const char *text, size_t length, const char *word)
{
    if (strlen(word) != length)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (lower(text[i]) != word[i])
            return false;
    }
    return true;
}

static bool is_secret_word(const char *text, size_t length)
{
    static const char *const words[] = {
        "password",      "passwd",  "passphrase",  "pwd",        "secret", "token",
        "cookie",        "cookies", "credentials", "credential", "apikey", "signature",
        "authorization", "auth",    "session",     "sessionid",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        if (is_equal(text, length, words[i]))
            return true;
    }
    return false;
}

bool list_secret_is_key(const char *key, size_t length)
{
    static const char *const whole[] = {"header", "headers", "api-key", "api_key", "x-api-key"};
    for (size_t i = 0; i < ARRAY_LENGTH(whole); i++) {
        if (is_equal(key, length, whole[i]))
            return true;
    }
    for (size_t start = 0; start < length;) {
        size_t end = start;
        while (end < length && is_letter(key[end]))
            end++;
        if (is_secret_word(key + start, end - start))
            return true;
        start = end + 1;
    }
    return false;
}

/* What may be part of a URL in a text. */
static bool is_in_url(char character)
{
    return (unsigned char)character > ' ' && strchr("\"'<>`", character) == NULL;
}

/* Where the URL begins whose "://" is at `mark`, or `mark` when there is none. */
static size_t url_start(const char *text, size_t from, size_t mark)
{
    size_t start = mark;
    while (start > from &&
           (is_letter(text[start - 1]) || strchr("0123456789+-.", text[start - 1]) != NULL))
        start--;
    return start;
}

static void append_masked(struct text *masked, const char *value)
{
    size_t done = 0;
    const char *found;
    while ((found = strstr(value + done, "://")) != NULL) {
        size_t mark = (size_t)(found - value);
        size_t start = url_start(value, done, mark);
        size_t end = mark + 3;
        while (value[end] != '\0' && is_in_url(value[end]))
            end++;
        text_append(masked, value + done, start - done);
        char *url = memory_copy_bytes(value + start, end - start);
        url_append_masked(masked, url, NULL);
        free(url);
        done = end;
    }
    text_append_string(masked, value + done);
}

/* The value with its URLs masked; the caller's. */
static char *mask(const char *value, size_t length)
{
    struct text masked;
    text_init(&masked, 8 * (length + 16));
    append_masked(&masked, value);
    char *taken = text_take(&masked);
    text_clear(&masked);
    return taken;
}

void list_secret_append(struct text *text, const char *value, size_t length)
{
    char *copy = memory_copy_bytes(value, length);
    if (strstr(copy, "://") == NULL) {
        json_string_append(text, value, length);
    } else {
        char *masked = mask(copy, length);
        json_string_append(text, masked, strlen(masked));
        free(masked);
    }
    free(copy);
}

static json_t *masked_string(json_t *string, bool *changed)
{
    char *masked = mask(json_string_value(string), json_string_length(string));
    bool differs = strcmp(masked, json_string_value(string)) != 0;
    json_t *shown = differs ? json_string(masked) : json_incref(string);
    *changed = *changed || differs;
    free(masked);
    return shown;
}

/* The value to show, a new reference; objects and arrays are changed in place. Nothing is deeper
 * than the reader of lists allows. */
static json_t *without_secrets(json_t *value, bool *changed)
{
    const char *key;
    void *next;
    json_t *inner;
    size_t i;
    if (json_is_string(value))
        return masked_string(value, changed);
    if (json_is_object(value)) {
        json_object_foreach_safe(value, next, key, inner)
        {
            bool is_secret = list_secret_is_key(key, strlen(key));
            *changed = *changed || is_secret;
            json_object_set_new(value, key,
                                is_secret ? json_string(HIDDEN) : without_secrets(inner, changed));
        }
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, inner)
            json_array_set_new(value, i, without_secrets(inner, changed));
    }
    return json_incref(value);
}

void list_secret_append_json(struct text *text, const char *json, size_t length)
{
    bool changed = false;
    bool may_hold = memchr(json, '{', length) != NULL || memmem(json, length, "://", 3) != NULL;
    json_t *value = may_hold ? json_loadb(json, length, JSON_DECODE_ANY, NULL) : NULL;
    json_t *shown = value != NULL ? without_secrets(value, &changed) : NULL;
    char *dumped =
        changed
            ? json_dumps(shown, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(REAL_DIGITS))
            : NULL;
    if (dumped != NULL)
        json_string_append_json(text, dumped, strlen(dumped));
    else if (changed)
        text_append_string(text, "null"); /* rather than what was to be hidden */
    else
        json_string_append_json(text, json, length);
    free(dumped);
    json_decref(shown);
    json_decref(value);
}
