#include "model/image_reader.h"

#include <assert.h>

#include "model/image_number.h"

/* A directory of images: a header of 6 bytes, then 16 bytes for each. */
enum {
    HEADER_BYTES = 6,
    ENTRY_BYTES = 16,
};

struct ico {
    uint64_t position; /* bytes received */
    uint64_t needed;   /* where the image that lies last ends */
    size_t have;
    unsigned char buffer[ENTRY_BYTES];
    uint32_t count;
    uint32_t left;
    uint16_t width; /* of the largest image */
    uint16_t height;
    bool has_header;
    bool is_unsure; /* an entry makes no sense: where the file ends cannot be told */
};

static_assert(sizeof(struct ico) <= IMAGE_STATE_BYTES, "the state must fit the probe");

static void take_header(struct ico *ico)
{
    ico->count = ico->left = image_little16(ico->buffer + 4);
    ico->has_header = true;
    ico->is_unsure = ico->count == 0;
}

static void take_entry(struct ico *ico)
{
    const unsigned char *entry = ico->buffer;
    uint16_t width = entry[0] != 0 ? entry[0] : 256;
    uint16_t height = entry[1] != 0 ? entry[1] : 256;
    uint32_t length = image_little32(entry + 8);
    uint32_t offset = image_little32(entry + 12);
    ico->left--;
    if ((uint32_t)width * height > (uint32_t)ico->width * ico->height) {
        ico->width = width;
        ico->height = height;
    }
    if (length == 0 || offset < HEADER_BYTES + ENTRY_BYTES * ico->count)
        ico->is_unsure = true;
    else
        image_raise(&ico->needed, (uint64_t)offset + length);
}

static void ico_add(void *state, const unsigned char *bytes, size_t length)
{
    struct ico *ico = state;
    ico->position += length;
    while (!ico->has_header || ico->left > 0) {
        size_t wanted = ico->has_header ? ENTRY_BYTES : HEADER_BYTES;
        if (!image_collect(ico->buffer, &ico->have, wanted, &bytes, &length))
            return;
        ico->have = 0;
        if (ico->has_header)
            take_entry(ico);
        else
            take_header(ico);
    }
}

static void ico_describe(const void *state, bool has_ended, struct image_info *out)
{
    const struct ico *ico = state;
    out->width = ico->width;
    out->height = ico->height;
    const char *missing = NULL;
    if (!ico->has_header || ico->left > 0)
        missing = "no whole directory";
    else if (ico->needed > ico->position)
        missing = "an image that the directory names";
    if (missing != NULL || !ico->is_unsure)
        image_conclude(out, has_ended, missing);
}

const struct image_reader IMAGE_ICO = {"ico", NULL, ico_add, ico_describe};
