#include "io/body_check.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define BODY_BYTES 5000

static char body[BODY_BYTES];
static struct body_check *check;

static void setup(void)
{
    check = body_check_create();
    for (size_t i = 0; i < sizeof body; i++)
        body[i] = (char)(i * 31);
    memcpy(body, "GIF89a\x40\x01\x20\x00", 10);
}

static void teardown(void)
{
    body_check_destroy(check);
}

static void feed(size_t length, size_t piece)
{
    for (size_t at = 0; at < length; at += piece)
        body_check_add(check, body + at, piece < length - at ? piece : length - at);
}

static const struct {
    size_t length, piece;
} cases[] = {{5000, 5000}, {5000, 1}, {5000, 511}, {5000, 513}, {512, 512}, {100, 100}, {100, 1}};

START_TEST(type_image_and_digest_do_not_depend_on_the_pieces)
{
    size_t length = cases[_i].length;
    struct digest *digest = digest_create(DIGEST_SHA256);
    digest_begin(digest);
    digest_add(digest, body, length);
    struct checksum expected = digest_end(digest);
    digest_destroy(digest);
    for (int round = 0; round < 2; round++) { /* one object serves many bodies */
        ck_assert(body_check_begin(check, DIGEST_BIT(DIGEST_SHA1) | DIGEST_BIT(DIGEST_SHA256)));
        ck_assert(!body_check_has_type(check));
        feed(length, cases[_i].piece);
        ck_assert(body_check_has_type(check) == (length >= CONTENT_TYPE_SNIFF_BYTES));
        body_check_end(check);
        ck_assert_str_eq(body_check_type(check)->media_type, "image/gif");
        struct image_info image = body_check_image(check);
        ck_assert_str_eq(image.format, "gif");
        ck_assert_uint_eq(image.width, 0x140);
        ck_assert_uint_eq(image.height, 0x20);
        ck_assert_int_eq(image.end, IMAGE_END_MISSING);
        ck_assert(checksum_is_equal(body_check_sum(check, DIGEST_SHA256), &expected));
        ck_assert_int_eq(body_check_sum(check, DIGEST_SHA1)->algorithm, DIGEST_SHA1);
        ck_assert_ptr_null(body_check_sum(check, DIGEST_MD5));
    }
}
END_TEST

/* FIPS 180-4: of "abc". */
static const char sha256_abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char sha512_abc[] = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                                 "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

static const unsigned digest_sets[] = {
    DIGEST_BIT(DIGEST_SHA512),
    DIGEST_BIT(DIGEST_SHA256),
    DIGEST_BIT(DIGEST_SHA256) | DIGEST_BIT(DIGEST_SHA512),
    DIGEST_BIT(DIGEST_MD5) | DIGEST_BIT(DIGEST_SHA1) | DIGEST_BIT(DIGEST_SHA256) |
        DIGEST_BIT(DIGEST_SHA512),
};

static void assert_sum(enum digest_algorithm algorithm, unsigned digests, const char *expected)
{
    char digits[DIGEST_TEXT_SIZE];
    const struct checksum *sum = body_check_sum(check, algorithm);
    ck_assert_int_eq(sum != NULL, (digests & DIGEST_BIT(algorithm)) != 0);
    if (sum != NULL)
        ck_assert_str_eq(checksum_format(sum, digits), expected);
}

START_TEST(sha512_is_made_beside_sha256_or_alone)
{
    unsigned digests = digest_sets[_i];
    for (int round = 0; round < 2; round++) {
        ck_assert(body_check_begin(check, digests));
        body_check_add(check, "a", 1);
        body_check_add(check, "bc", 2);
        body_check_end(check);
        assert_sum(DIGEST_SHA256, digests, sha256_abc);
        assert_sum(DIGEST_SHA512, digests, sha512_abc);
    }
    ck_assert(body_check_begin(check, 0)); /* what was asked for before is forgotten */
    body_check_end(check);
    assert_sum(DIGEST_SHA512, 0, NULL);
}
END_TEST

START_TEST(sha256_is_made_once_when_it_is_asked_for_twice)
{
    ck_assert(body_check_begin(check, DIGEST_BIT(DIGEST_SHA256)));
    feed(100, 100);
    body_check_end(check);
    ck_assert_int_eq(body_check_sum(check, DIGEST_SHA256)->algorithm, DIGEST_SHA256);
}
END_TEST

START_TEST(a_body_without_a_type_is_no_image)
{
    ck_assert(body_check_begin(check, DIGEST_BIT(DIGEST_NONE)));
    body_check_end(check);
    ck_assert(body_check_has_type(check));
    ck_assert_ptr_null(body_check_type(check));
    ck_assert_ptr_null(body_check_image(check).format);
    ck_assert_ptr_null(body_check_sum(check, DIGEST_SHA256));
    body_check_destroy(NULL);
}
END_TEST

START_TEST(more_is_needed_for_a_type_an_image_or_a_digest_only)
{
    static const struct {
        const char *head;
        bool wants_sha256;
        bool needs_more;
    } bodies[] = {
        {"plain", false, false}, {"plain", true, true}, {"\x89PNG\r\n\x1a\n", false, true}};
    for (size_t i = 0; i < ARRAY_LENGTH(bodies); i++) {
        char bytes[CONTENT_TYPE_SNIFF_BYTES];
        memset(bytes, 'x', sizeof bytes);
        memcpy(bytes, bodies[i].head, strlen(bodies[i].head));
        ck_assert(body_check_begin(check, bodies[i].wants_sha256 ? DIGEST_BIT(DIGEST_SHA256) : 0));
        body_check_add(check, bytes, sizeof bytes - 1);
        ck_assert(body_check_needs_more(check));
        body_check_add(check, bytes + sizeof bytes - 1, 1);
        ck_assert_int_eq(body_check_needs_more(check), bodies[i].needs_more);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("body_check");
    TCase *tests = tcase_create("body_check");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, type_image_and_digest_do_not_depend_on_the_pieces, 0,
                        (int)ARRAY_LENGTH(cases));
    tcase_add_loop_test(tests, sha512_is_made_beside_sha256_or_alone, 0,
                        (int)ARRAY_LENGTH(digest_sets));
    tcase_add_test(tests, sha256_is_made_once_when_it_is_asked_for_twice);
    tcase_add_test(tests, a_body_without_a_type_is_no_image);
    tcase_add_test(tests, more_is_needed_for_a_type_an_image_or_a_digest_only);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
