#include "model/verification.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Longer digests are shown by their ends, so that two of them fit into a detail. */
#define DIGITS_WHOLE 64
#define DIGITS_HEAD 40
#define DIGITS_TAIL 16

struct shown_digest {
    char text[DIGEST_TEXT_SIZE];
};

static struct shown_digest show(const struct checksum *checksum)
{
    char digits[DIGEST_TEXT_SIZE];
    struct shown_digest shown;
    size_t length = strlen(checksum_format(checksum, digits));
    if (length <= DIGITS_WHOLE)
        snprintf(shown.text, sizeof(shown.text), "%s", digits);
    else
        snprintf(shown.text, sizeof(shown.text), "%.*s...%s", DIGITS_HEAD, digits,
                 digits + length - DIGITS_TAIL);
    return shown;
}

static const char *format_title(const char *format)
{
    static const struct {
        const char *format;
        const char *title;
    } TITLES[] = {
        {"jpeg", "JPEG"}, {"png", "PNG"},   {"gif", "GIF"},     {"webp", "WebP"},
        {"bmp", "BMP"},   {"tiff", "TIFF"}, {"avif", "AVIF"},   {"heif", "HEIF"},
        {"ico", "ICO"},   {"svg", "SVG"},   {"jxl", "JPEG XL"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(TITLES); i++) {
        if (strcmp(TITLES[i].format, format) == 0)
            return TITLES[i].title;
    }
    return format;
}

static enum failure judge_type(const struct expectation *expectation,
                               const struct content_type *detected, char *detail, size_t size)
{
    if (expectation == NULL || expectation_is_met(expectation, detected))
        return FAILURE_NONE;
    const char *wanted = expectation_text(expectation);
    bool is_page = detected != NULL && strcmp(detected->media_type, "text/html") == 0;
    snprintf(detail, size, "wanted %.80s%s, got %s%s", wanted, strlen(wanted) > 80 ? "..." : "",
             detected != NULL ? detected->media_type : "an unknown type",
             is_page ? " (login page?)" : "");
    return FAILURE_BAD_TYPE;
}

static enum failure judge_end(const struct expectation *expectation, const struct image_info *image,
                              char *detail, size_t size)
{
    if (expectation == NULL || !expectation_wants_images(expectation) || image->format == NULL ||
        image->end != IMAGE_END_MISSING)
        return FAILURE_NONE;
    const char *title = format_title(image->format);
    if (image->missing != NULL)
        snprintf(detail, size, "the %s is cut short (%s)", title, image->missing);
    else
        snprintf(detail, size, "the %s is cut short", title);
    return FAILURE_BAD_IMAGE;
}

static enum failure judge_checksum(const struct checksum *wanted, const struct checksum *found,
                                   char *detail, size_t size)
{
    if (wanted == NULL || wanted->algorithm == DIGEST_NONE)
        return FAILURE_NONE;
    const char *name = digest_name(wanted->algorithm);
    if (found == NULL || found->algorithm != wanted->algorithm)
        snprintf(detail, size, "%s could not be computed on this machine", name);
    else if (!checksum_is_equal(wanted, found))
        snprintf(detail, size, "%s is %s, the list says %s", name, show(found).text,
                 show(wanted).text);
    else
        return FAILURE_NONE;
    return FAILURE_HASH_MISMATCH;
}

/* A drawing has no pixels of its own: without a size it has not too many. */
static bool is_size_missing(const struct verification_rules *rules, const struct image_info *image)
{
    bool is_drawing = image->format != NULL && strcmp(image->format, "svg") == 0;
    if (rules->max_pixels > 0 && !is_drawing && (image->width == 0 || image->height == 0))
        return true;
    return (rules->min_width > 0 && image->width == 0) ||
           (rules->min_height > 0 && image->height == 0);
}

enum failure verification_judge(const struct verification_rules *rules,
                                const struct verification_evidence *evidence, char *detail,
                                size_t detail_size)
{
    const struct image_info *image = &evidence->image;
    enum failure failure = judge_type(rules->expectation, evidence->detected, detail, detail_size);
    if (failure == FAILURE_NONE)
        failure = judge_end(rules->expectation, image, detail, detail_size);
    if (failure == FAILURE_NONE)
        failure = judge_checksum(evidence->wanted, evidence->found, detail, detail_size);
    if (failure == FAILURE_NONE)
        failure = verification_judge_size(rules, image, detail, detail_size);
    if (failure != FAILURE_NONE)
        return failure;
    bool is_image = image->format != NULL || (evidence->detected != NULL &&
                                              content_type_is_called(evidence->detected, "image"));
    if (!is_image || !is_size_missing(rules, image))
        return FAILURE_NONE;
    snprintf(detail, detail_size, "the size of the image is unknown");
    return FAILURE_BAD_IMAGE;
}

enum failure verification_judge_size(const struct verification_rules *rules,
                                     const struct image_info *image, char *detail,
                                     size_t detail_size)
{
    const char *relation = "below --min-width";
    uint64_t limit = rules->min_width;
    bool is_wrong = image->width > 0 && image->width < limit;
    if (!is_wrong) {
        relation = "below --min-height";
        limit = rules->min_height;
        is_wrong = image->height > 0 && image->height < limit;
    }
    if (!is_wrong) {
        relation = "above --max-pixels";
        limit = rules->max_pixels;
        is_wrong = limit > 0 && (uint64_t)image->width * image->height > limit;
    }
    if (!is_wrong)
        return FAILURE_NONE;
    char width[16] = "?", height[16] = "?";
    if (image->width > 0)
        snprintf(width, sizeof(width), "%" PRIu32, image->width);
    if (image->height > 0)
        snprintf(height, sizeof(height), "%" PRIu32, image->height);
    snprintf(detail, detail_size, "%s x %s is %s %" PRIu64, width, height, relation, limit);
    return FAILURE_BAD_IMAGE;
}
