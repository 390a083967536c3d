/* Says what haul takes image files for, and proves the rules of image probes on real ones.
 *
 *   image_info [--prefixes] FILE...   FORMAT WIDTH HEIGHT ORIENTATION END FILE, a line for each;
 *                                     "none" is the format of what is no image
 *
 * With --prefixes each file must be complete, or of unknown end, no strict prefix may be called
 * complete (but for blanks or zeroes at the end of the file, which fill it up), and a prefix that
 * comes at once must be told the same as one that comes byte by byte.
 * Exit: 0, 1 when a rule is broken, 2 when a file cannot be read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/content_type.h"
#include "model/image.h"

enum {
    FILE_BYTES_MAX = 64 << 20,
    SHORT_BYTES = 20 << 10, /* of files up to this length, each tenth prefix also comes at once */
    SAMPLES = 100,          /* so many of a longer one */
};

static const char *const ENDS[] = {"unknown", "missing", "seen"};

struct body {
    const char *name;
    char *bytes;
    size_t length;
    const char *media_type;
};

static bool read_body(const char *name, struct body *out)
{
    FILE *file = fopen(name, "rb");
    long length = -1;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0)
        length = ftell(file);
    if (length < 0 || length > FILE_BYTES_MAX || fseek(file, 0, SEEK_SET) != 0) {
        fprintf(stderr, "image_info: %s: cannot be read, or too long\n", name);
        if (file != NULL)
            fclose(file);
        return false;
    }
    *out = (struct body){.name = name, .bytes = memory_allocate((size_t)length + 1)};
    out->length = fread(out->bytes, 1, (size_t)length, file);
    fclose(file);
    const struct content_type *type = content_type_detect(out->bytes, out->length);
    out->media_type = type != NULL ? type->media_type : NULL;
    return true;
}

/* The bytes lie in memory of their own, so that a sanitizer sees a probe look behind them. */
static struct image_info probe_at_once(const struct body *body, size_t length)
{
    struct image_probe probe;
    char *copy = length > 0 ? memory_copy_bytes(body->bytes, length) : NULL;
    image_probe_begin(&probe, body->media_type);
    image_probe_add(&probe, copy, length);
    free(copy);
    return image_probe_info(&probe, true);
}

static bool are_equal(struct image_info left, struct image_info right)
{
    return left.format == right.format && left.width == right.width &&
           left.height == right.height && left.orientation == right.orientation &&
           left.end == right.end && left.missing == right.missing;
}

static bool is_filling(const char *bytes, size_t length)
{
    while (length > 0 && (*bytes == '\0' || *bytes == '\n' || *bytes == '\r' || *bytes == ' ')) {
        bytes++;
        length--;
    }
    return length == 0;
}

static bool complain(const struct body *body, size_t length, const char *what)
{
    fprintf(stderr, "image_info: %s: its first %zu of %zu bytes %s\n", body->name, length,
            body->length, what);
    return false;
}

static bool check_prefixes(const struct body *body)
{
    struct image_probe probe;
    size_t stride = body->length <= SHORT_BYTES ? 10 : body->length / SAMPLES;
    if (!image_probe_begin(&probe, body->media_type))
        return complain(body, body->length, "are no image");
    for (size_t length = 0; length <= body->length; length++) {
        struct image_info info = image_probe_info(&probe, true);
        bool is_strict = length < body->length;
        if (info.end == IMAGE_END_SEEN && is_strict &&
            !is_filling(body->bytes + length, body->length - length))
            return complain(body, length, "are called complete");
        if (info.end == IMAGE_END_MISSING && !is_strict)
            return complain(body, length, info.missing);
        if ((length % stride == 0 || !is_strict) && !are_equal(info, probe_at_once(body, length)))
            return complain(body, length, "are told otherwise when they come at once");
        if (is_strict)
            image_probe_add(&probe, body->bytes + length, 1);
    }
    return true;
}

int main(int argc, char **argv)
{
    bool are_checked = argc > 1 && strcmp(argv[1], "--prefixes") == 0;
    int status = EXIT_SUCCESS;
    for (int i = are_checked ? 2 : 1; i < argc; i++) {
        struct body body;
        if (!read_body(argv[i], &body))
            return 2;
        struct image_info info = probe_at_once(&body, body.length);
        printf("%s %u %u %u %s %s\n", info.format != NULL ? info.format : "none", info.width,
               info.height, info.orientation, ENDS[info.end], body.name);
        if (are_checked && !check_prefixes(&body))
            status = EXIT_FAILURE;
        free(body.bytes);
    }
    return status;
}
