#include "model/digest.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct digest {
    enum digest_algorithm algorithm;
    bool is_sound; /* every call since begin succeeded */
    EVP_MD *method;
    EVP_MD_CTX *context;
};

struct algorithm {
    const char *name;
    const char *openssl_name;
    size_t length;
    const char *wrong_digits;
};

static const struct algorithm ALGORITHMS[] = {
    [DIGEST_NONE] = {NULL, NULL, 0, NULL},
    [DIGEST_MD5] = {"md5", "MD5", 16, "md5 needs 32 hex digits"},
    [DIGEST_SHA1] = {"sha-1", "SHA1", 20, "sha-1 needs 40 hex digits"},
    [DIGEST_SHA256] = {"sha-256", "SHA256", 32, "sha-256 needs 64 hex digits"},
    [DIGEST_SHA512] = {"sha-512", "SHA512", 64, "sha-512 needs 128 hex digits"},
};

/* True for the name in any case, with its hyphen or without. */
static bool is_name(const char *text, size_t length, const char *name)
{
    size_t used = 0;
    for (; *name != '\0'; name++) {
        char character = used < length ? text[used] : '\0';
        if (character >= 'A' && character <= 'Z')
            character = (char)(character - 'A' + 'a');
        if (character == *name)
            used++;
        else if (*name != '-')
            return false;
    }
    return used == length;
}

static enum digest_algorithm find_algorithm(const char *name, size_t length)
{
    for (size_t i = DIGEST_NONE + 1; i < ARRAY_LENGTH(ALGORITHMS); i++) {
        if (is_name(name, length, ALGORITHMS[i].name))
            return (enum digest_algorithm)i;
    }
    return DIGEST_NONE;
}

/* -1 when it is no hex digit. Not isxdigit, which asks the locale. */
static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

const char *digest_name(enum digest_algorithm algorithm)
{
    return ALGORITHMS[algorithm].name;
}

size_t digest_length(enum digest_algorithm algorithm)
{
    return ALGORITHMS[algorithm].length;
}

bool checksum_parse(const char *text, size_t length, struct checksum *out, const char **out_reason)
{
    const char *equals = length > 0 ? memchr(text, '=', length) : NULL;
    size_t name_length = equals != NULL ? (size_t)(equals - text) : length;
    struct checksum checksum = {.algorithm = find_algorithm(text, name_length)};
    const struct algorithm *algorithm = &ALGORITHMS[checksum.algorithm];
    if (equals == NULL || checksum.algorithm == DIGEST_NONE) {
        *out_reason = "not like sha-256=HEX (or md5, sha-1, sha-512)";
        return false;
    }
    const char *digits = equals + 1;
    bool is_valid = length - name_length - 1 == 2 * algorithm->length;
    for (size_t i = 0; is_valid && i < algorithm->length; i++) {
        int high = hex_value(digits[2 * i]);
        int low = hex_value(digits[2 * i + 1]);
        is_valid = high >= 0 && low >= 0;
        checksum.bytes[i] = (unsigned char)((unsigned)high << 4 | (unsigned)low);
    }
    if (is_valid)
        *out = checksum;
    else
        *out_reason = algorithm->wrong_digits;
    return is_valid;
}

char *checksum_format(const struct checksum *checksum, char out[DIGEST_TEXT_SIZE])
{
    static const char DIGITS[] = "0123456789abcdef";
    size_t length = digest_length(checksum->algorithm);
    for (size_t i = 0; i < length; i++) {
        out[2 * i] = DIGITS[checksum->bytes[i] >> 4];
        out[2 * i + 1] = DIGITS[checksum->bytes[i] & 15];
    }
    out[2 * length] = '\0';
    return out;
}

bool checksum_is_equal(const struct checksum *a, const struct checksum *b)
{
    return a->algorithm != DIGEST_NONE && a->algorithm == b->algorithm &&
           memcmp(a->bytes, b->bytes, digest_length(a->algorithm)) == 0;
}

struct digest *digest_create(enum digest_algorithm algorithm)
{
    struct digest *digest = memory_allocate_zeroed(1, sizeof *digest);
    digest->algorithm = algorithm;
    /* Errors stay out of the thread's queue, where the next TLS call would find them. */
    ERR_set_mark();
    digest->method = EVP_MD_fetch(NULL, ALGORITHMS[algorithm].openssl_name, NULL);
    digest->context = EVP_MD_CTX_new();
    if (digest->method != NULL && digest->context != NULL)
        digest_begin(digest);
    ERR_pop_to_mark();
    if (digest->is_sound)
        return digest;
    digest_destroy(digest);
    return NULL;
}

void digest_destroy(struct digest *digest)
{
    if (digest == NULL)
        return;
    EVP_MD_CTX_free(digest->context);
    EVP_MD_free(digest->method);
    free(digest);
}

void digest_begin(struct digest *digest)
{
    digest->is_sound = EVP_DigestInit_ex2(digest->context, digest->method, NULL) == 1;
}

void digest_add(struct digest *digest, const void *bytes, size_t length)
{
    if (digest->is_sound && length > 0)
        digest->is_sound = EVP_DigestUpdate(digest->context, bytes, length) == 1;
}

struct checksum digest_end(struct digest *digest)
{
    struct checksum checksum = {.algorithm = DIGEST_NONE};
    if (digest->is_sound && EVP_DigestFinal_ex(digest->context, checksum.bytes, NULL) == 1)
        checksum.algorithm = digest->algorithm;
    digest->is_sound = false;
    return checksum;
}
