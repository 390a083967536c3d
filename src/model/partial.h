/* A part of a file that an earlier attempt left, and what proves that the rest belongs to it.
 *
 * RFC 9110, 13.1.5 (If-Range) and 14.4 (Content-Range). Two versions of a file are never mixed:
 * only a strong validator, the same resource, the same total and the exact start allow to go on. */
#ifndef HAUL_MODEL_PARTIAL_H
#define HAUL_MODEL_PARTIAL_H

#include "base/common.h"
#include "base/text.h"
#include "model/key.h"
#include "model/url.h"

#define PARTIAL_LEAST_TOTAL (1024 * 1024) /* smaller files are not worth it */
#define PARTIAL_VALIDATOR_BYTES 1024
#define PARTIAL_BOOT_SIZE 37
#define PARTIAL_TEXT_BYTES 4096 /* the most that partial_format writes and partial_parse reads */

struct partial {
    int64_t bytes;    /* what is there, from the start */
    int64_t total;    /* of the whole file */
    struct key place; /* of the URL that sent it: scheme, host, port and path */
    struct key query; /* and the rest of that URL */
    char *validator;  /* for If-Range: a strong ETag, or an HTTP date; owned */

    int64_t synced_bytes;         /* of `bytes`, what survives a power cut */
    char boot[PARTIAL_BOOT_SIZE]; /* id of the boot that wrote the rest; "" = unknown */
};

void partial_clear(struct partial *partial);

/* What a full reply (200) says about itself. `date` and `last_modified` are seconds since 1970, -1
 * = unknown. The validator is the ETag when it is strong (and at most 1 KiB); without any ETag the
 * Last-Modified, when it is at least a minute older than the reply. NULL when nothing proves the
 * version; owned by the caller. */
char *partial_validator(const char *etag, const char *last_modified_text, int64_t last_modified,
                        int64_t date);

/* The part comes from here. */
void partial_set_url(struct partial *partial, const struct url *url);
/* May the rest be asked for here? Validators are a resource's own. Only under an ETag the query may
 * be another: signed links get a new one each time. */
bool partial_is_from(const struct partial *partial, const struct url *url);

/* Content-Range: bytes FIRST-LAST/TOTAL. False when malformed, of another unit, or without a
 * total. */
struct content_range {
    int64_t first;
    int64_t last;
    int64_t total;
};
bool content_range_parse(const char *value, size_t length, struct content_range *out);

/* True when a 206 goes on exactly where the part ends, up to the end of a file of the same length.
 */
bool partial_fits(const struct partial *partial, const struct content_range *range);
/* True when what the 206 says of its version (NULL = nothing) is another than the part's, or lacks
 * the entity tag that the part has. */
bool partial_contradicts(const struct partial *partial, const char *etag,
                         const char *last_modified_text);

/* The text of the file that stands beside a part (.haul/tmp/KEY.info), and back again; `bytes` is
 * not in it. Reading fails for anything that was not written whole. */
void partial_format(const struct partial *partial, struct text *text);
bool partial_parse(const char *bytes, size_t length, struct partial *out);

/* True for a key in hex and then `suffix`: the name of a part (".part") or of what is beside it. */
bool partial_is_name(const char *name, const char *suffix);

#endif
