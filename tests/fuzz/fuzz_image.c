/* Image probes: the first byte of an input chooses the media type, the rest is the body. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The order is that of the seeds: 0 is JPEG, 11 is JPEG XL. */
static const struct {
    const char *media_type;
    bool has_firm_end; /* no bytes that follow can take the end away */
} TYPES[] = {
    {"image/jpeg", true},  {"image/png", true},     {"image/gif", true},      {"image/webp", true},
    {"image/bmp", true},   {"image/tiff", false},   {"image/avif", false},    {"image/heic", false},
    {"image/heif", false}, {"image/x-icon", false}, {"image/svg+xml", false}, {"image/jxl", false},
};

#define SHORT_BYTES 4096 /* up to here a body is also fed byte by byte */

struct body {
    const char *bytes;
    size_t length;
};

static void demand(bool holds)
{
    if (!holds)
        abort();
}

/* On the heap: a reader that writes behind its state is noticed. */
static struct image_probe *begin(const char *media_type)
{
    struct image_probe *probe = malloc(sizeof(*probe));
    demand(probe != NULL && image_probe_begin(probe, media_type));
    return probe;
}

/* A piece of exactly its length: so is a reader that looks behind it. */
static void add(struct image_probe *probe, struct body body, size_t from, size_t length)
{
    char *copy = malloc(length);
    demand(copy != NULL || length == 0);
    if (length > 0)
        memcpy(copy, body.bytes + from, length);
    image_probe_add(probe, copy, length);
    free(copy);
}

static void demand_sense(struct image_info info, bool has_ended)
{
    demand(info.format != NULL);
    demand(info.orientation <= 8);
    demand(info.width <= UINT32_C(1) << 31 && info.height <= UINT32_C(1) << 31);
    demand(has_ended || info.end == IMAGE_END_UNKNOWN);
    demand((info.end == IMAGE_END_MISSING) == (info.missing != NULL));
}

static void demand_equal(struct image_info left, struct image_info right)
{
    demand(left.format == right.format && left.width == right.width);
    demand(left.height == right.height && left.orientation == right.orientation);
    demand(left.end == right.end && left.missing == right.missing);
}

/* The same is known, whether or not the body ends here. */
static void demand_same(const struct image_probe *left, const struct image_probe *right)
{
    demand_equal(image_probe_info(left, false), image_probe_info(right, false));
    demand_equal(image_probe_info(left, true), image_probe_info(right, true));
}

/* A place that depends on all bytes, so that cuts fall everywhere (FNV-1a). */
static size_t choose_cut(struct body body)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < body.length; i++)
        hash = (hash ^ (unsigned char)body.bytes[i]) * UINT64_C(0x100000001B3);
    return (size_t)((hash >> 16) % (body.length + 1));
}

static void check_cuts(const struct image_probe *whole, const char *media_type, struct body body)
{
    size_t cut = choose_cut(body);
    struct image_probe *halves = begin(media_type);
    add(halves, body, 0, cut);
    add(halves, body, cut, body.length - cut);
    demand_same(halves, whole);
    free(halves);

    if (body.length > SHORT_BYTES)
        return;
    struct image_probe *bytewise = begin(media_type);
    for (size_t i = 0; i < body.length; i++)
        add(bytewise, body, i, 1);
    demand_same(bytewise, whole);
    free(bytewise);
}

/* The body once more behind its own end: markers, chunks and blocks that could mislead. */
static void check_end(struct image_probe *probe, struct body body)
{
    struct image_info before = image_probe_info(probe, true);
    add(probe, body, 0, body.length);
    if (before.end == IMAGE_END_SEEN)
        demand_equal(image_probe_info(probe, true), before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t type = data[0] % ARRAY_LENGTH(TYPES);
    struct body body = {(const char *)data + 1, size - 1};
    struct image_probe *whole = begin(TYPES[type].media_type);
    demand_sense(image_probe_info(whole, true), true);
    add(whole, body, 0, body.length);
    demand_sense(image_probe_info(whole, false), false);
    demand_sense(image_probe_info(whole, true), true);
    check_cuts(whole, TYPES[type].media_type, body);
    if (TYPES[type].has_firm_end)
        check_end(whole, body);
    free(whole);
    return 0;
}
