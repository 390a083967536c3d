#include "model/image.h"

#include <string.h>

#include "model/image_reader.h"

/* No format, and no viewer, goes beyond; such a header is a lie. */
#define SIDE_MAX (UINT32_C(1) << 31)

static const struct {
    const char *media_type;
    const struct image_reader *reader;
} READERS[] = {
    {"image/jpeg", &IMAGE_JPEG},  {"image/png", &IMAGE_PNG},     {"image/gif", &IMAGE_GIF},
    {"image/webp", &IMAGE_WEBP},  {"image/bmp", &IMAGE_BMP},     {"image/tiff", &IMAGE_TIFF},
    {"image/avif", &IMAGE_AVIF},  {"image/heic", &IMAGE_HEIF},   {"image/heif", &IMAGE_HEIF},
    {"image/x-icon", &IMAGE_ICO}, {"image/svg+xml", &IMAGE_SVG}, {"image/jxl", &IMAGE_JXL},
};

static const struct image_reader *find_reader(const char *media_type)
{
    if (media_type == NULL)
        return NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(READERS); i++) {
        if (strcmp(READERS[i].media_type, media_type) == 0)
            return READERS[i].reader;
    }
    return NULL;
}

static uint32_t plausible_side(uint32_t side)
{
    return side <= SIDE_MAX ? side : 0;
}

bool image_probe_begin(struct image_probe *probe, const char *media_type)
{
    probe->reader = find_reader(media_type);
    if (probe->reader == NULL)
        return false;
    memset(probe->state, 0, sizeof(probe->state));
    if (probe->reader->begin != NULL)
        probe->reader->begin(probe->state);
    return true;
}

void image_probe_add(struct image_probe *probe, const char *bytes, size_t length)
{
    if (probe->reader != NULL && length > 0)
        probe->reader->add(probe->state, (const unsigned char *)bytes, length);
}

struct image_info image_probe_info(const struct image_probe *probe, bool has_ended)
{
    struct image_info info = {0};
    if (probe->reader == NULL)
        return info;
    info.format = probe->reader->format;
    probe->reader->describe(probe->state, has_ended, &info);
    info.width = plausible_side(info.width);
    info.height = plausible_side(info.height);
    return info;
}
