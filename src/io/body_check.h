/* Looks at a body while it passes: its type by the first bytes, an image's header and end, digests.
 *
 * One object serves many bodies one after the other: begin, add ..., end, then the questions. Owned
 * and used by one worker. */
#ifndef HAUL_IO_BODY_CHECK_H
#define HAUL_IO_BODY_CHECK_H

#include "model/content_type.h"
#include "model/digest.h"
#include "model/image.h"

#define DIGEST_BIT(algorithm) (1u << (algorithm))

struct body_check;

struct body_check *body_check_create(void);
void body_check_destroy(struct body_check *check); /* NULL is fine */

/* Starts a body. `digests`: those that are wanted, a sum of DIGEST_BIT; DIGEST_NONE counts as none.
 * False when this machine's OpenSSL does not have one of them. */
bool body_check_begin(struct body_check *check, unsigned digests);
void body_check_add(struct body_check *check, const char *bytes, size_t length);
void body_check_end(struct body_check *check);

/* False when the rest of the body can change nothing: no digest and no image is looked for. */
bool body_check_needs_more(const struct body_check *check);

/* True once the type is decided: enough bytes have come, or the body has ended. */
bool body_check_has_type(const struct body_check *check);
const struct content_type *body_check_type(const struct body_check *check); /* NULL = unknown */
struct image_info body_check_image(const struct body_check *check);

/* After the end; NULL when it was not asked for. Valid until begin. */
const struct checksum *body_check_sum(const struct body_check *check,
                                      enum digest_algorithm algorithm);

#endif
