/* Digests of file contents (OpenSSL EVP), and checksums as lists write them: sha-256=HEX. */
#ifndef HAUL_MODEL_DIGEST_H
#define HAUL_MODEL_DIGEST_H

#include "base/common.h"

enum digest_algorithm {
    DIGEST_NONE,
    DIGEST_MD5,
    DIGEST_SHA1,
    DIGEST_SHA256,
    DIGEST_SHA512,
};

#define DIGEST_BYTES_MAX 64
#define DIGEST_TEXT_SIZE (2 * DIGEST_BYTES_MAX + 1)

struct checksum {
    enum digest_algorithm algorithm;
    unsigned char bytes[DIGEST_BYTES_MAX];
};

const char *digest_name(enum digest_algorithm algorithm); /* "sha-256"; NONE gives NULL */
size_t digest_length(enum digest_algorithm algorithm);    /* bytes; NONE gives 0 */

/* Reads "sha-256=HEX" (also md5, sha-1, sha-512; case does not count, nor does the hyphen). On
 * failure false, and *out_reason is a static text. */
bool checksum_parse(const char *text, size_t length, struct checksum *out, const char **out_reason);

/* Lower-case hex digits; NONE gives "". Returns out. */
char *checksum_format(const struct checksum *checksum, char out[DIGEST_TEXT_SIZE]);
/* False when either is NONE: nothing known equals nothing. */
bool checksum_is_equal(const struct checksum *a, const struct checksum *b);

/* A digest in progress; reused for many bodies, one after the other, by one thread. */
struct digest;

/* Not NONE. NULL when this machine's OpenSSL refuses the algorithm, as some policies do with MD5:
 * then no body can be checked with it. */
struct digest *digest_create(enum digest_algorithm algorithm);
void digest_destroy(struct digest *digest); /* NULL is fine */
void digest_begin(struct digest *digest);   /* forgets what was added before */
void digest_add(struct digest *digest, const void *bytes, size_t length);
/* What was added since begin; digest_begin must follow before more is added. NONE, which is equal
 * to nothing, when OpenSSL failed on the way. */
struct checksum digest_end(struct digest *digest);

#endif
