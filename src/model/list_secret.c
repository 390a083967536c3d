#include "model/list_secret.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_string.h"
#include "base/memory.h"
#include "model/url.h"

static char lower(char character)
{
    return character >= 'A' && character <= 'Z' ? (char)(character | 0x20) : character;
}

static bool contains(const char *key, size_t length, const char *word)
{
    size_t word_length = strlen(word);
    for (size_t i = 0; i + word_length <= length; i++) {
        size_t same = 0;
        while (same < word_length && lower(key[i + same]) == word[same])
            same++;
        if (same == word_length)
            return true;
    }
    return false;
}

bool list_secret_is_key(const char *key, size_t length)
{
    static const char *const words[] = {"passw",  "passphrase",    "secret",     "token",
                                        "cookie", "authorization", "credential", "api-key",
                                        "apikey", "api_key",       "header"};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        if (contains(key, length, words[i]))
            return true;
    }
    return false;
}

void list_secret_append(struct text *text, const char *value, size_t length)
{
    char *copy = memory_copy_bytes(value, length);
    if (strstr(copy, "://") == NULL) {
        json_string_append(text, value, length);
    } else {
        struct text masked;
        text_init(&masked, 8 * (length + 16));
        url_append_masked(&masked, copy, NULL);
        json_string_append(text, masked.data, masked.length);
        text_clear(&masked);
    }
    free(copy);
}
