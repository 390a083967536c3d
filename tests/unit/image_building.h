/* Image files for tests put together from numbers and boxes, and what must hold for each. */
#ifndef HAUL_TESTS_IMAGE_BUILDING_H
#define HAUL_TESTS_IMAGE_BUILDING_H

#include "image_probing.h"

struct image_draft {
    size_t length;
    bool is_little; /* byte order of numbers */
    char bytes[1 << 17];
};

static inline void put_bytes(struct image_draft *draft, const char *bytes, size_t length)
{
    ck_assert_uint_le(length, sizeof(draft->bytes) - draft->length);
    memcpy(draft->bytes + draft->length, bytes, length);
    draft->length += length;
}

static inline void put_text(struct image_draft *draft, const char *text)
{
    put_bytes(draft, text, strlen(text));
}

/* The lowest `width` bytes of a number. */
static inline void put(struct image_draft *draft, size_t width, uint64_t number)
{
    for (size_t i = 0; i < width; i++) {
        size_t shift = 8 * (draft->is_little ? i : width - 1 - i);
        char byte = (char)(number >> shift & 0xFF);
        put_bytes(draft, &byte, 1);
    }
}

static inline void put_zeroes(struct image_draft *draft, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put(draft, 1, 0);
}

/* Writes a number over bytes that are there. */
static inline void patch(struct image_draft *draft, size_t at, size_t width, uint64_t number)
{
    size_t length = draft->length;
    draft->length = at;
    put(draft, width, number);
    draft->length = length;
}

/* A box of an ISO base media file; what is put until box_ends is in it. */
static inline size_t box_begins(struct image_draft *draft, const char *type)
{
    size_t at = draft->length;
    put(draft, 4, 0);
    put_bytes(draft, type, 4);
    return at;
}

static inline void box_ends(struct image_draft *draft, size_t at)
{
    patch(draft, at, 4, draft->length - at);
}

struct image_expectation {
    uint32_t width;
    uint32_t height;
    uint8_t orientation;
    enum image_end end;
    size_t surplus; /* bytes that the image could do without, at the end */
};

/* Checks the whole file, each prefix, and pieces of many lengths. */
static inline void check_image(const struct image_file *file, struct image_expectation expected)
{
    struct image_info info = probe_prefix(file, file->length);
    ck_assert_msg(info.width == expected.width && info.height == expected.height &&
                      info.orientation == expected.orientation,
                  "%s: %u x %u, %u", file->name, info.width, info.height, info.orientation);
    ck_assert_msg(info.end == expected.end, "%s: %d %s", file->name, info.end,
                  info.missing != NULL ? info.missing : "");
    for (size_t length = 0; length < file->length; length++) {
        bool is_whole = expected.end == IMAGE_END_SEEN && length >= file->length - expected.surplus;
        bool is_seen = probe_prefix(file, length).end == IMAGE_END_SEEN;
        ck_assert_msg(is_seen == is_whole, "%s: %s with %zu bytes of %zu", file->name,
                      is_seen ? "seen" : "not seen", length, file->length);
    }
    check_pieces(file);
}

static inline void check_draft(const struct image_draft *draft, const char *name,
                               const char *media_type, struct image_expectation expected)
{
    struct image_file file = {name, media_type, draft->bytes, draft->length};
    check_image(&file, expected);
}

#endif
