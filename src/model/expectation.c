#include "model/expectation.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define WORDS_MAX 64 /* more than there are types */

struct expectation {
    bool wants_images;
    size_t count;
    char *text;
    char *words[WORDS_MAX]; /* in lower case; owned */
};

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

/* Between blanks, in lower case. */
static char *copy_word(const char *start, const char *end)
{
    while (start < end && is_blank(*start))
        start++;
    while (end > start && is_blank(end[-1]))
        end--;
    char *word = memory_copy_bytes(start, (size_t)(end - start));
    for (char *at = word; *at != '\0'; at++) {
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    }
    return word;
}

static bool add_word(struct expectation *expectation, const char *start, const char *end,
                     struct error *error)
{
    if (expectation->count == WORDS_MAX)
        return error_set(error, ERROR_USAGE, "--expect: more than %d types", WORDS_MAX);
    char *word = copy_word(start, end);
    expectation->words[expectation->count++] = word;
    if (content_type_is_known_word(word)) {
        expectation->wants_images = expectation->wants_images || content_type_is_image_word(word);
        return true;
    }
    return error_set(error, ERROR_USAGE,
                     "--expect: '%s' is no type that haul knows by its first bytes (like image, "
                     "video, jpeg, png, pdf, zip, html, json, image/webp)",
                     word);
}

struct expectation *expectation_create(const char *text, struct error *error)
{
    struct expectation *expectation = memory_allocate_zeroed(1, sizeof *expectation);
    expectation->text = memory_copy_string(text);
    const char *start = text;
    for (;;) {
        const char *end = start + strcspn(start, ",");
        if (!add_word(expectation, start, end, error)) {
            expectation_destroy(expectation);
            return NULL;
        }
        if (*end == '\0')
            return expectation;
        start = end + 1;
    }
}

void expectation_destroy(struct expectation *expectation)
{
    if (expectation == NULL)
        return;
    for (size_t i = 0; i < expectation->count; i++)
        free(expectation->words[i]);
    free(expectation->text);
    free(expectation);
}

bool expectation_is_met(const struct expectation *expectation, const struct content_type *detected)
{
    for (size_t i = 0; i < expectation->count && detected != NULL; i++) {
        if (content_type_is_called(detected, expectation->words[i]))
            return true;
    }
    return false;
}

bool expectation_wants_images(const struct expectation *expectation)
{
    return expectation->wants_images;
}

const char *expectation_text(const struct expectation *expectation)
{
    return expectation->text;
}
