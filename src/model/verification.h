/* The checks on a body that has arrived whole, one after the other: the first that fails is the
 * outcome. Plain data in, verdict out.
 *
 * Order: type, an image cut short, checksum, size. A checksum says that something is wrong, the two
 * before it say what. The limits on pixels concern images alone; what is none passes them. */
#ifndef HAUL_MODEL_VERIFICATION_H
#define HAUL_MODEL_VERIFICATION_H

#include "base/common.h"
#include "model/digest.h"
#include "model/expectation.h"
#include "model/image.h"
#include "model/outcome.h"

struct verification_rules {
    const struct expectation *expectation; /* NULL = any type */
    uint32_t min_width;                    /* pixels, 0 = any */
    uint32_t min_height;
    uint64_t max_pixels; /* 0 = any */
};

struct verification_evidence {
    const struct content_type *detected; /* NULL = unknown */
    struct image_info image;             /* format NULL = no image */
    const struct checksum *wanted;       /* NULL or DIGEST_NONE = none */
    /* Of the same algorithm; NULL or DIGEST_NONE = could not be computed, a mismatch if wanted. */
    const struct checksum *found;
};

/* FAILURE_NONE, FAILURE_HASH_MISMATCH, FAILURE_BAD_TYPE ("wanted image, got text/html (login
 * page?)") or FAILURE_BAD_IMAGE (cut short when images are expected; too small; too many pixels;
 * size unknown although one is asked for), with a detail for a person: printable ASCII, cut when it
 * does not fit; untouched with FAILURE_NONE. */
enum failure verification_judge(const struct verification_rules *rules,
                                const struct verification_evidence *evidence, char *detail,
                                size_t detail_size);

/* What can be said before the body has ended: too small or too many pixels. FAILURE_NONE when
 * nothing speaks against it yet. */
enum failure verification_judge_size(const struct verification_rules *rules,
                                     const struct image_info *image, char *detail,
                                     size_t detail_size);

#endif
