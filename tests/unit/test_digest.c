#include "model/digest.h"

#include <check.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* RFC 1321, A.5; FIPS 180 examples of NIST. */
static const struct {
    enum digest_algorithm algorithm;
    const char *message;
    size_t times;
    const char *hex;
} vectors[] = {
    {DIGEST_MD5, "", 1, "d41d8cd98f00b204e9800998ecf8427e"},
    {DIGEST_MD5, "abc", 1, "900150983cd24fb0d6963f7d28e17f72"},
    {DIGEST_MD5, "message digest", 1, "f96b697d7cb7938d525a2f31aaf161d0"},
    {DIGEST_MD5, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
     "8215ef0796a20bcaaae116d3876c664a"},
    {DIGEST_MD5,
     "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnop"
     "qrsmnopqrstnopqrstu",
     1, "03dd8807a93175fb062dfb55dc7d359c"},
    {DIGEST_MD5, "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
     1, "57edf4a22be3c955ac49da2e2107b67a"},
    {DIGEST_MD5, "a", 1000000, "7707d6ae4e027c70eea2a935c2296f21"},
    {DIGEST_SHA1, "", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {DIGEST_SHA1, "abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {DIGEST_SHA1, "message digest", 1, "c12252ceda8be8994d5fa0290a47231c1d16aae3"},
    {DIGEST_SHA1, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
     "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
    {DIGEST_SHA1,
     "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnop"
     "qrsmnopqrstnopqrstu",
     1, "a49b2446a02c645bf419f995b67091253a04a259"},
    {DIGEST_SHA1,
     "12345678901234567890123456789012345678901234567890123456789012345678901234567890", 1,
     "50abf5706a150990a08b2c5ea40fa0e585554732"},
    {DIGEST_SHA1, "a", 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"},
    {DIGEST_SHA256, "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {DIGEST_SHA256, "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {DIGEST_SHA256, "message digest", 1,
     "f7846f55cf23e14eebeab5b4e1550cad5b509e3348fbc4efa3a1413d393cb650"},
    {DIGEST_SHA256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {DIGEST_SHA256,
     "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnop"
     "qrsmnopqrstnopqrstu",
     1, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    {DIGEST_SHA256,
     "12345678901234567890123456789012345678901234567890123456789012345678901234567890", 1,
     "f371bc4a311f2b009eef952dd83ca80e2b60026c8e935592d0f9c308453c813e"},
    {DIGEST_SHA256, "a", 1000000,
     "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    {DIGEST_SHA512, "", 1,
     "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877ee"
     "c2f63b931bd47417a81a538327af927da3e"},
    {DIGEST_SHA512, "abc", 1,
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fee"
     "bbd454d4423643ce80e2a9ac94fa54ca49f"},
    {DIGEST_SHA512, "message digest", 1,
     "107dbf389d9e9f71a3a95f6c055b9251bc5268c2be16d6c13492ea45b0199f3309e16455ab1e96118e8a905d5597b"
     "72038ddb372a89826046de66687bb420e7c"},
    {DIGEST_SHA512, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
     "204a8fc6dda82f0a0ced7beb8e08a41657c16ef468b228a8279be331a703c33596fd15c13b1b07f9aa1d3bea57789"
     "ca031ad85c7a71dd70354ec631238ca3445"},
    {DIGEST_SHA512,
     "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnop"
     "qrsmnopqrstnopqrstu",
     1,
     "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b54"
     "33ac7d329eeb6dd26545e96e55b874be909"},
    {DIGEST_SHA512,
     "12345678901234567890123456789012345678901234567890123456789012345678901234567890", 1,
     "72ec1ef1124a45b047e8b7c75a932195135bb61de24ec0d1914042246e0aec3a2354e093d76f3048b456764346900"
     "cb130d2a4fd5dd16abb5e30bcb850dee843"},
    {DIGEST_SHA512, "a", 1000000,
     "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973ebde0ff244877ea60a4cb0432ce577c"
     "31beb009c5c2c49aa2e4eadb217ad8cc09b"},
};

static const char *end_as_hex(struct digest *digest)
{
    static char text[DIGEST_TEXT_SIZE];
    struct checksum checksum = digest_end(digest);
    ck_assert_int_ne(checksum.algorithm, DIGEST_NONE);
    return checksum_format(&checksum, text);
}

START_TEST(digests_are_those_of_the_standards)
{
    struct digest *digest = digest_create(vectors[_i].algorithm);
    ck_assert_ptr_nonnull(digest);
    digest_begin(digest);
    for (size_t i = 0; i < vectors[_i].times; i++)
        digest_add(digest, vectors[_i].message, strlen(vectors[_i].message));
    ck_assert_str_eq(end_as_hex(digest), vectors[_i].hex);
    digest_destroy(digest);
}
END_TEST

START_TEST(the_pieces_of_a_body_do_not_matter)
{
    const char *message = vectors[_i].message;
    size_t length = strlen(message);
    struct digest *digest = digest_create(vectors[_i].algorithm);
    ck_assert_ptr_nonnull(digest);
    for (size_t cut = 0; cut <= length && vectors[_i].times == 1; cut++) {
        digest_begin(digest);
        digest_add(digest, message, cut);
        digest_add(digest, NULL, 0);
        digest_add(digest, message + cut, length - cut);
        ck_assert_str_eq(end_as_hex(digest), vectors[_i].hex);
    }
    digest_destroy(digest);
}
END_TEST

START_TEST(a_digest_forgets_the_body_before)
{
    struct digest *digest = digest_create(DIGEST_SHA256);
    digest_begin(digest);
    digest_add(digest, "left unfinished", 15);
    digest_begin(digest);
    digest_add(digest, "abc", 3);
    ck_assert_str_eq(end_as_hex(digest),
                     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    /* Without a begin there is no digest, and nothing equals it. */
    digest_add(digest, "abc", 3);
    struct checksum none = digest_end(digest);
    ck_assert_int_eq(none.algorithm, DIGEST_NONE);
    ck_assert(!checksum_is_equal(&none, &none));
    digest_destroy(digest);
    digest_destroy(NULL);
}
END_TEST

START_TEST(an_algorithm_that_the_machine_refuses_gives_no_digest)
{
    /* No provider of this property is loaded: as on a machine with a policy against MD5. */
    ck_assert_int_eq(EVP_set_default_properties(NULL, "provider=none-such"), 1);
    struct digest *digest = digest_create(DIGEST_MD5);
    unsigned long error = ERR_peek_error();
    ck_assert_int_eq(EVP_set_default_properties(NULL, ""), 1);
    ck_assert_ptr_null(digest);
    ck_assert_uint_eq(error, 0);
    digest = digest_create(DIGEST_MD5);
    ck_assert_ptr_nonnull(digest);
    digest_destroy(digest);
}
END_TEST

#define MD5_ABC "900150983cd24fb0d6963f7d28e17f72"
#define SHA1_ABC "a9993e364706816aba3e25717850c26c9cd0d89d"
#define SHA256_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA512_ABC                                                                                 \
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"                             \
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"

static const struct {
    const char *text;
    enum digest_algorithm algorithm;
    const char *expected; /* the digits, or the reason */
} parse_cases[] = {
    {"md5=" MD5_ABC, DIGEST_MD5, MD5_ABC},
    {"MD5=900150983CD24FB0D6963F7D28E17F72", DIGEST_MD5, MD5_ABC},
    {"sha-1=" SHA1_ABC, DIGEST_SHA1, SHA1_ABC},
    {"sha1=" SHA1_ABC, DIGEST_SHA1, SHA1_ABC},
    {"Sha-256=" SHA256_ABC, DIGEST_SHA256, SHA256_ABC},
    {"SHA256=" SHA256_ABC, DIGEST_SHA256, SHA256_ABC},
    {"sha-512=" SHA512_ABC, DIGEST_SHA512, SHA512_ABC},
    {"sha512=" SHA512_ABC, DIGEST_SHA512, SHA512_ABC},
    {"", DIGEST_NONE, "not like sha-256=HEX (or md5, sha-1, sha-512)"},
    {"=", DIGEST_NONE, "not like sha-256=HEX (or md5, sha-1, sha-512)"},
    {SHA256_ABC, DIGEST_NONE, "not like sha-256=HEX (or md5, sha-1, sha-512)"},
    {"sha-256", DIGEST_NONE, "not like sha-256=HEX (or md5, sha-1, sha-512)"},
    {"sha-256:" SHA256_ABC, DIGEST_NONE, "not like sha-256=HEX (or md5, sha-1, sha-512)"},
    {"sha--256=" SHA256_ABC, DIGEST_NONE, "not like sha-256=HEX (or md5, sha-1, sha-512)"},
    {"sha-25=" SHA256_ABC, DIGEST_NONE, "not like sha-256=HEX (or md5, sha-1, sha-512)"},
    {"sha-2567=" SHA256_ABC, DIGEST_NONE, "not like sha-256=HEX (or md5, sha-1, sha-512)"},
    {"sha-224=" SHA256_ABC, DIGEST_NONE, "not like sha-256=HEX (or md5, sha-1, sha-512)"},
    {" md5=" MD5_ABC, DIGEST_NONE, "not like sha-256=HEX (or md5, sha-1, sha-512)"},
    {"md5=", DIGEST_NONE, "md5 needs 32 hex digits"},
    {"md5=" MD5_ABC " ", DIGEST_NONE, "md5 needs 32 hex digits"},
    {"md5=90015098", DIGEST_NONE, "md5 needs 32 hex digits"},
    {"md5=" SHA1_ABC, DIGEST_NONE, "md5 needs 32 hex digits"},
    {"md5=900150983cd24fb0d6963f7d28e17f7g", DIGEST_NONE, "md5 needs 32 hex digits"},
    {"md5=g00150983cd24fb0d6963f7d28e17f72", DIGEST_NONE, "md5 needs 32 hex digits"},
    {"sha-1=" MD5_ABC, DIGEST_NONE, "sha-1 needs 40 hex digits"},
    {"sha256=" MD5_ABC, DIGEST_NONE, "sha-256 needs 64 hex digits"},
    {"sha-512=" SHA256_ABC, DIGEST_NONE, "sha-512 needs 128 hex digits"},
};

START_TEST(checksums_are_read_as_lists_write_them)
{
    const char *text = parse_cases[_i].text;
    char *copy = malloc(strlen(text) + 1); /* without the NUL: a read behind the end is noticed */
    ck_assert_ptr_nonnull(copy);
    copy = memcpy(realloc(copy, strlen(text) > 0 ? strlen(text) : 1), text, strlen(text));
    struct checksum checksum = {.algorithm = DIGEST_NONE};
    const char *reason = NULL;
    bool is_read = checksum_parse(copy, strlen(text), &checksum, &reason);
    free(copy);
    ck_assert(is_read == (parse_cases[_i].algorithm != DIGEST_NONE));
    ck_assert_int_eq(checksum.algorithm, parse_cases[_i].algorithm);
    char digits[DIGEST_TEXT_SIZE];
    ck_assert_str_eq(checksum_format(&checksum, digits), is_read ? parse_cases[_i].expected : "");
    if (!is_read)
        ck_assert_str_eq(reason, parse_cases[_i].expected);
}
END_TEST

START_TEST(checksums_are_equal_when_algorithm_and_all_bytes_are)
{
    struct checksum a = {.algorithm = DIGEST_SHA1};
    for (size_t i = 0; i < DIGEST_BYTES_MAX; i++) {
        struct checksum b = a;
        ck_assert(checksum_is_equal(&a, &b));
        b.bytes[i] ^= 1;
        /* What is behind the digest does not count. */
        ck_assert(checksum_is_equal(&a, &b) == (i >= digest_length(DIGEST_SHA1)));
    }
    struct checksum other = a;
    other.algorithm = DIGEST_SHA256;
    ck_assert(!checksum_is_equal(&a, &other));
}
END_TEST

START_TEST(names_and_lengths_belong_together)
{
    ck_assert_ptr_null(digest_name(DIGEST_NONE));
    ck_assert_uint_eq(digest_length(DIGEST_NONE), 0);
    ck_assert_str_eq(digest_name(DIGEST_MD5), "md5");
    ck_assert_uint_eq(digest_length(DIGEST_MD5), 16);
    ck_assert_str_eq(digest_name(DIGEST_SHA1), "sha-1");
    ck_assert_uint_eq(digest_length(DIGEST_SHA1), 20);
    ck_assert_str_eq(digest_name(DIGEST_SHA256), "sha-256");
    ck_assert_uint_eq(digest_length(DIGEST_SHA256), 32);
    ck_assert_str_eq(digest_name(DIGEST_SHA512), "sha-512");
    ck_assert_uint_eq(digest_length(DIGEST_SHA512), DIGEST_BYTES_MAX);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("digest");
    tcase_add_loop_test(cases, digests_are_those_of_the_standards, 0, (int)ARRAY_LENGTH(vectors));
    tcase_add_loop_test(cases, the_pieces_of_a_body_do_not_matter, 0, (int)ARRAY_LENGTH(vectors));
    tcase_add_test(cases, a_digest_forgets_the_body_before);
    tcase_add_test(cases, an_algorithm_that_the_machine_refuses_gives_no_digest);
    tcase_add_loop_test(cases, checksums_are_read_as_lists_write_them, 0,
                        (int)ARRAY_LENGTH(parse_cases));
    tcase_add_test(cases, checksums_are_equal_when_algorithm_and_all_bytes_are);
    tcase_add_test(cases, names_and_lengths_belong_together);
    Suite *suite = suite_create("digest");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
