/* WebP (RFC 9649): a RIFF file whose length stands in its head. Its size is in VP8X, else in the
 * head of the one image, lossy (VP8, RFC 6386, 9.1) or lossless (VP8L). */
#include "model/image_reader.h"

#include <assert.h>
#include <string.h>

#include "model/image_exif.h"

enum step {
    STEP_RIFF,  /* "RIFF", length, "WEBP" */
    STEP_CHUNK, /* type and length */
    STEP_SIZE,  /* the first bytes of a chunk that tells a size */
    STEP_DATA,
    STEP_EXIF,
    STEP_BROKEN,
};

#define RIFF_BYTES 12
#define CHUNK_BYTES 8
#define SIZE_BYTES 10 /* of VP8 and VP8X, the most of all */
#define FLAG_EXIF 0x08

struct webp {
    enum step step;
    bool has_image;
    bool awaits_exif; /* VP8X announces it */
    unsigned char buffer[RIFF_BYTES];
    unsigned char type[4];
    size_t have;
    size_t wanted;
    uint64_t file_left;  /* up to the end that the head tells */
    uint64_t chunk_left; /* up to the next chunk */
    uint64_t exif_left;
    uint32_t width;
    uint32_t height;
    struct image_exif exif;
};

static_assert(sizeof(struct webp) <= IMAGE_STATE_BYTES, "the state does not fit");

static bool is_type(const struct webp *webp, const char *type)
{
    return memcmp(webp->type, type, sizeof(webp->type)) == 0;
}

static void webp_begin(void *state)
{
    struct webp *webp = state;
    webp->wanted = RIFF_BYTES;
    webp->file_left = RIFF_BYTES;
}

static enum step read_riff(struct webp *webp)
{
    if (memcmp(webp->buffer, "RIFF", 4) != 0 || memcmp(webp->buffer + 8, "WEBP", 4) != 0)
        return STEP_BROKEN;
    uint32_t length = image_little32(webp->buffer + 4);
    webp->file_left = length > 4 ? length - 4 : 0;
    webp->wanted = CHUNK_BYTES;
    return STEP_CHUNK;
}

/* How many first bytes of a chunk of this type tell a size; 0 = none do. */
static size_t size_bytes(const struct webp *webp)
{
    if (is_type(webp, "VP8X") || is_type(webp, "VP8 "))
        return SIZE_BYTES;
    return is_type(webp, "VP8L") ? 5 : 0;
}

static enum step begin_chunk(struct webp *webp)
{
    memcpy(webp->type, webp->buffer, sizeof(webp->type));
    uint64_t length = image_little32(webp->buffer + 4);
    bool is_whole = length <= webp->file_left;
    /* A pad byte makes the length even. It may be missing at the end of the file. */
    webp->chunk_left = length + (length & 1);
    if (webp->chunk_left > webp->file_left)
        webp->chunk_left = webp->file_left;

    bool is_image = is_type(webp, "VP8 ") || is_type(webp, "VP8L") || is_type(webp, "ANMF");
    webp->has_image = webp->has_image || (is_image && is_whole);
    size_t wanted = size_bytes(webp);
    if (wanted > 0 && wanted <= length && is_whole && webp->width == 0) {
        webp->wanted = wanted;
        return STEP_SIZE;
    }
    if (!is_type(webp, "EXIF") || webp->exif.orientation != 0)
        return STEP_DATA;
    webp->exif = (struct image_exif){0};
    webp->exif_left = length < webp->file_left ? length : webp->file_left;
    return STEP_EXIF;
}

static enum step read_size(struct webp *webp)
{
    const unsigned char *bytes = webp->buffer;
    if (is_type(webp, "VP8X")) {
        webp->awaits_exif = (bytes[0] & FLAG_EXIF) != 0;
        webp->width = (image_little32(bytes + 4) & 0xFFFFFF) + 1;
        webp->height = (image_little32(bytes + 6) >> 8) + 1;
    } else if (is_type(webp, "VP8L") && bytes[0] == 0x2F) {
        uint32_t bits = image_little32(bytes + 1);
        webp->width = (bits & 0x3FFF) + 1;
        webp->height = (bits >> 14 & 0x3FFF) + 1;
    } else if (is_type(webp, "VP8 ") && memcmp(bytes + 3, "\x9D\x01\x2A", 3) == 0) {
        /* The two bits above each are a scale for the screen, which nobody uses. */
        webp->width = image_little16(bytes + 6) & 0x3FFF;
        webp->height = image_little16(bytes + 8) & 0x3FFF;
    }
    webp->chunk_left -= webp->wanted;
    return STEP_DATA;
}

/* The bytes of this piece that the current step is about; *bytes, *length and the end of the file
 * move on together. */
static void collect(struct webp *webp, const unsigned char **bytes, size_t *length)
{
    const unsigned char *from = *bytes;
    size_t usable = webp->file_left < *length ? (size_t)webp->file_left : *length;
    size_t rest = usable;
    bool is_complete = image_collect(webp->buffer, &webp->have, webp->wanted, bytes, &rest);
    *length -= usable - rest;
    webp->file_left -= (uint64_t)(*bytes - from);
    if (!is_complete)
        return;
    webp->have = 0;
    switch (webp->step) {
    case STEP_RIFF:
        webp->step = read_riff(webp);
        break;
    case STEP_CHUNK:
        webp->step = begin_chunk(webp);
        break;
    default:
        webp->step = read_size(webp);
    }
}

static void pass_chunk(struct webp *webp, const unsigned char **bytes, size_t *length)
{
    const unsigned char *from = *bytes;
    image_skip(&webp->chunk_left, bytes, length);
    size_t passed = (size_t)(*bytes - from);
    webp->file_left -= passed;
    if (webp->step == STEP_EXIF) {
        size_t of_exif = webp->exif_left < passed ? (size_t)webp->exif_left : passed;
        image_exif_add(&webp->exif, from, of_exif);
        webp->exif_left -= of_exif;
    }
    if (webp->chunk_left == 0) {
        webp->awaits_exif = webp->awaits_exif && webp->step != STEP_EXIF;
        webp->step = STEP_CHUNK;
        webp->wanted = CHUNK_BYTES;
    }
}

static void webp_add(void *state, const unsigned char *bytes, size_t length)
{
    struct webp *webp = state;
    while (length > 0 && webp->file_left > 0 && webp->step != STEP_BROKEN) {
        if (webp->step == STEP_DATA || webp->step == STEP_EXIF)
            pass_chunk(webp, &bytes, &length);
        else
            collect(webp, &bytes, &length);
    }
}

static const char *find_missing(const struct webp *webp)
{
    if (webp->step == STEP_RIFF || webp->step == STEP_BROKEN)
        return "no RIFF header";
    if (webp->file_left > 0)
        return "fewer bytes than the RIFF header tells";
    return webp->has_image ? NULL : "no image chunk";
}

static void webp_describe(const void *state, bool has_ended, struct image_info *out)
{
    const struct webp *webp = state;
    /* An orientation that is announced could exchange the two. */
    if (!webp->awaits_exif || has_ended) {
        out->width = webp->width;
        out->height = webp->height;
    }
    out->orientation = webp->exif.orientation;
    image_orient(out);
    image_conclude(out, has_ended, find_missing(webp));
}

const struct image_reader IMAGE_WEBP = {"webp", webp_begin, webp_add, webp_describe};
