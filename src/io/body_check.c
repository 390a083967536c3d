#include "io/body_check.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define DIGESTS (DIGEST_SHA512 + 1)

struct body_check {
    char head[CONTENT_TYPE_SNIFF_BYTES];
    size_t head_length;
    bool has_type;
    bool has_ended;
    const struct content_type *type;
    struct image_probe probe;

    struct digest *digests[DIGESTS]; /* made when first asked for, then kept */
    enum digest_algorithm active[DIGESTS];
    size_t active_count;
    struct checksum sums[DIGESTS];
};

struct body_check *body_check_create(void)
{
    return memory_allocate_zeroed(1, sizeof(struct body_check));
}

void body_check_destroy(struct body_check *check)
{
    if (check == NULL)
        return;
    for (size_t i = 0; i < ARRAY_LENGTH(check->digests); i++)
        digest_destroy(check->digests[i]);
    free(check);
}

static bool use_digest(struct body_check *check, enum digest_algorithm algorithm)
{
    if (check->digests[algorithm] == NULL)
        check->digests[algorithm] = digest_create(algorithm);
    if (check->digests[algorithm] == NULL)
        return false;
    digest_begin(check->digests[algorithm]);
    check->active[check->active_count++] = algorithm;
    return true;
}

bool body_check_begin(struct body_check *check, unsigned digests)
{
    check->head_length = 0;
    check->has_type = false;
    check->has_ended = false;
    check->type = NULL;
    check->active_count = 0;
    check->probe.reader = NULL;
    for (enum digest_algorithm algorithm = DIGEST_NONE + 1; algorithm < DIGESTS; algorithm++) {
        if ((digests & DIGEST_BIT(algorithm)) != 0 && !use_digest(check, algorithm))
            return false;
    }
    return true;
}

/* The bytes that decided the type are the first ones that the probe sees. */
static void decide_type(struct body_check *check)
{
    check->has_type = true;
    check->type = content_type_detect(check->head, check->head_length);
    if (image_probe_begin(&check->probe, check->type != NULL ? check->type->media_type : NULL))
        image_probe_add(&check->probe, check->head, check->head_length);
}

static void look(struct body_check *check, const char *bytes, size_t length)
{
    if (!check->has_type) {
        size_t room = sizeof(check->head) - check->head_length;
        size_t piece = length < room ? length : room;
        memcpy(check->head + check->head_length, bytes, piece);
        check->head_length += piece;
        bytes += piece;
        length -= piece;
        if (check->head_length < sizeof(check->head))
            return;
        decide_type(check);
    }
    if (check->probe.reader != NULL && length > 0)
        image_probe_add(&check->probe, bytes, length);
}

void body_check_add(struct body_check *check, const char *bytes, size_t length)
{
    look(check, bytes, length);
    for (size_t i = 0; i < check->active_count; i++)
        digest_add(check->digests[check->active[i]], bytes, length);
}

void body_check_end(struct body_check *check)
{
    if (!check->has_type)
        decide_type(check);
    check->has_ended = true;
    for (size_t i = 0; i < check->active_count; i++)
        check->sums[i] = digest_end(check->digests[check->active[i]]);
}

bool body_check_needs_more(const struct body_check *check)
{
    return !check->has_type || check->probe.reader != NULL || check->active_count > 0;
}

bool body_check_has_type(const struct body_check *check)
{
    return check->has_type;
}

const struct content_type *body_check_type(const struct body_check *check)
{
    return check->type;
}

struct image_info body_check_image(const struct body_check *check)
{
    if (check->probe.reader == NULL)
        return (struct image_info){0};
    return image_probe_info(&check->probe, check->has_ended);
}

const struct checksum *body_check_sum(const struct body_check *check,
                                      enum digest_algorithm algorithm)
{
    for (size_t i = 0; i < check->active_count; i++) {
        if (check->active[i] == algorithm)
            return &check->sums[i];
    }
    return NULL;
}
