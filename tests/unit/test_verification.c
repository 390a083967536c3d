#include "model/verification.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define SHA256_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA256_EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA512_ABC                                                                                 \
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"                             \
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
#define SHA512_EMPTY                                                                               \
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"                             \
    "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"

struct verification_case {
    const char *expect;
    uint32_t min_width, min_height;
    uint64_t max_pixels;
    const char *detected; /* NULL = unknown */
    struct image_info image;
    const char *wanted; /* checksums as in a list; NULL = none */
    const char *found;
    enum failure failure;
    const char *detail;
};

#define JPEG(width, height, end, missing)                                                          \
    {                                                                                              \
        "jpeg", (width), (height), 0, (end), (missing)                                             \
    }
#define WHOLE_JPEG JPEG(640, 480, IMAGE_END_SEEN, NULL)
#define CUT_JPEG JPEG(640, 480, IMAGE_END_MISSING, "no EOI marker")
#define NO_IMAGE                                                                                   \
    {                                                                                              \
        NULL, 0, 0, 0, IMAGE_END_UNKNOWN, NULL                                                     \
    }

static const struct verification_case cases_of_judge[] = {
    {NULL, 0, 0, 0, NULL, NO_IMAGE, NULL, NULL, FAILURE_NONE, ""},
    {NULL, 0, 0, 0, "text/html", NO_IMAGE, NULL, NULL, FAILURE_NONE, ""},
    {NULL, 0, 0, 0, "image/jpeg", CUT_JPEG, NULL, NULL, FAILURE_NONE, ""},
    {"image", 640, 480, 640 * 480, "image/jpeg", WHOLE_JPEG, "sha-256=" SHA256_ABC,
     "sha-256=" SHA256_ABC, FAILURE_NONE, ""},
    /* types */
    {"image", 0, 0, 0, "text/html", NO_IMAGE, NULL, NULL, FAILURE_BAD_TYPE,
     "wanted image, got text/html (login page?)"},
    {"image", 0, 0, 0, NULL, NO_IMAGE, NULL, NULL, FAILURE_BAD_TYPE,
     "wanted image, got an unknown type"},
    {"png, pdf", 0, 0, 0, "image/jpeg", CUT_JPEG, NULL, NULL, FAILURE_BAD_TYPE,
     "wanted png, pdf, got image/jpeg"},
    {"image", 0, 0, 0, "text/html", NO_IMAGE, "sha-256=" SHA256_ABC, "sha-256=" SHA256_EMPTY,
     FAILURE_BAD_TYPE, "wanted image, got text/html (login page?)"},
    {"application/pdf,application/pdf,application/pdf,application/pdf,application/pdf,"
     "application/pdf",
     0, 0, 0, "text/plain", NO_IMAGE, NULL, NULL, FAILURE_BAD_TYPE,
     "wanted application/pdf,application/pdf,application/pdf,application/pdf,application/pdf,..., "
     "got text/plain"},
    /* ends */
    {"image", 0, 0, 0, "image/jpeg", CUT_JPEG, NULL, NULL, FAILURE_BAD_IMAGE,
     "the JPEG is cut short (no EOI marker)"},
    {"pdf,jpeg", 0, 0, 0, "image/jpeg", CUT_JPEG, "sha-256=" SHA256_ABC, "sha-256=" SHA256_EMPTY,
     FAILURE_BAD_IMAGE, "the JPEG is cut short (no EOI marker)"},
    {"image",
     0,
     0,
     0,
     "image/jxl",
     {"jxl", 1, 1, 0, IMAGE_END_MISSING, NULL},
     NULL,
     NULL,
     FAILURE_BAD_IMAGE,
     "the JPEG XL is cut short"},
    {"image",
     0,
     0,
     0,
     "image/webp",
     {"webp", 1, 1, 0, IMAGE_END_MISSING, "9 of 20 bytes"},
     NULL,
     NULL,
     FAILURE_BAD_IMAGE,
     "the WebP is cut short (9 of 20 bytes)"},
    {"image", 0, 0, 0, "image/jpeg", JPEG(1, 1, IMAGE_END_UNKNOWN, NULL), NULL, NULL, FAILURE_NONE,
     ""},
    /* checksums */
    {NULL, 0, 0, 0, NULL, NO_IMAGE, "sha-256=" SHA256_ABC, "sha-256=" SHA256_EMPTY,
     FAILURE_HASH_MISMATCH, "sha-256 is " SHA256_EMPTY ", the list says " SHA256_ABC},
    {NULL, 0, 0, 0, NULL, NO_IMAGE, "sha-512=" SHA512_ABC, "sha-512=" SHA512_EMPTY,
     FAILURE_HASH_MISMATCH,
     "sha-512 is cf83e1357eefb8bdf1542850d66d8007d620e405...a538327af927da3e, the list says "
     "ddaf35a193617abacc417349ae20413112e6fa4e...2a9ac94fa54ca49f"},
    {NULL, 0, 0, 0, NULL, NO_IMAGE, "sha-512=" SHA512_ABC, "sha-512=" SHA512_ABC, FAILURE_NONE, ""},
    {NULL, 0, 0, 0, NULL, NO_IMAGE, "sha-512=" SHA512_ABC, NULL, FAILURE_HASH_MISMATCH,
     "sha-512 could not be computed on this machine"},
    {NULL, 0, 0, 0, NULL, NO_IMAGE, "sha-512=" SHA512_ABC, "sha-256=" SHA256_ABC,
     FAILURE_HASH_MISMATCH, "sha-512 could not be computed on this machine"},
    {NULL, 0, 0, 0, NULL, NO_IMAGE, NULL, "sha-256=" SHA256_ABC, FAILURE_NONE, ""},
    {NULL, 800, 0, 0, "image/jpeg", WHOLE_JPEG, "sha-256=" SHA256_ABC, "sha-256=" SHA256_EMPTY,
     FAILURE_HASH_MISMATCH, "sha-256 is " SHA256_EMPTY ", the list says " SHA256_ABC},
    /* sizes */
    {NULL, 800, 0, 0, "image/jpeg", WHOLE_JPEG, NULL, NULL, FAILURE_BAD_IMAGE,
     "640 x 480 is below --min-width 800"},
    {NULL, 640, 481, 0, "image/jpeg", WHOLE_JPEG, NULL, NULL, FAILURE_BAD_IMAGE,
     "640 x 480 is below --min-height 481"},
    {NULL, 0, 0, 307199, "image/jpeg", WHOLE_JPEG, NULL, NULL, FAILURE_BAD_IMAGE,
     "640 x 480 is above --max-pixels 307199"},
    {NULL, 0, 0, UINT64_C(18446744065119617024), "image/jpeg",
     JPEG(UINT32_MAX, UINT32_MAX, IMAGE_END_SEEN, NULL), NULL, NULL, FAILURE_BAD_IMAGE,
     "4294967295 x 4294967295 is above --max-pixels 18446744065119617024"},
    {NULL, 1, 0, 0, "image/jpeg", JPEG(0, 0, IMAGE_END_SEEN, NULL), NULL, NULL, FAILURE_BAD_IMAGE,
     "the size of the image is unknown"},
    {NULL, 0, 1, 0, "image/jpeg", JPEG(7, 0, IMAGE_END_SEEN, NULL), NULL, NULL, FAILURE_BAD_IMAGE,
     "the size of the image is unknown"},
    {NULL, 0, 0, 1, "image/jpeg", JPEG(0, 0, IMAGE_END_SEEN, NULL), NULL, NULL, FAILURE_BAD_IMAGE,
     "the size of the image is unknown"},
    {NULL, 1, 0, 0, "image/jxl", NO_IMAGE, NULL, NULL, FAILURE_BAD_IMAGE,
     "the size of the image is unknown"},
    {NULL, 1, 0, 0, "image/jpeg", JPEG(7, 0, IMAGE_END_SEEN, NULL), NULL, NULL, FAILURE_NONE, ""},
    {NULL, 0, 0, 0, "image/jpeg", JPEG(0, 0, IMAGE_END_SEEN, NULL), NULL, NULL, FAILURE_NONE, ""},
    {NULL,
     0,
     0,
     9,
     "image/svg+xml",
     {"svg", 0, 0, 0, IMAGE_END_SEEN, NULL},
     NULL,
     NULL,
     FAILURE_NONE,
     ""},
    {NULL,
     9,
     0,
     0,
     "image/svg+xml",
     {"svg", 0, 0, 0, IMAGE_END_SEEN, NULL},
     NULL,
     NULL,
     FAILURE_BAD_IMAGE,
     "the size of the image is unknown"},
    /* the limits on pixels concern images alone */
    {"image,pdf", 800, 800, 1, "application/pdf", NO_IMAGE, NULL, NULL, FAILURE_NONE, ""},
    {NULL, 800, 800, 1, NULL, NO_IMAGE, NULL, NULL, FAILURE_NONE, ""},
};

static const struct checksum *read_checksum(const char *text, struct checksum *checksum)
{
    const char *reason;
    if (text == NULL)
        return NULL;
    ck_assert(checksum_parse(text, strlen(text), checksum, &reason));
    return checksum;
}

START_TEST(the_first_check_that_fails_is_the_verdict)
{
    const struct verification_case *c = &cases_of_judge[_i];
    struct expectation *expectation = NULL;
    if (c->expect != NULL) {
        expectation = expectation_create(c->expect, NULL);
        ck_assert_ptr_nonnull(expectation);
    }
    struct verification_rules rules = {expectation, c->min_width, c->min_height, c->max_pixels};
    struct checksum wanted, found;
    struct verification_evidence evidence = {
        .detected = c->detected != NULL ? content_type_find(c->detected) : NULL,
        .image = c->image,
        .wanted = read_checksum(c->wanted, &wanted),
        .found = read_checksum(c->found, &found),
    };
    ck_assert((c->detected == NULL) == (evidence.detected == NULL));
    char detail[OUTCOME_DETAIL_SIZE] = "";
    enum failure failure = verification_judge(&rules, &evidence, detail, sizeof(detail));
    ck_assert_int_eq(failure, c->failure);
    ck_assert_str_eq(detail, c->detail);
    char little[8] = "";
    ck_assert_int_eq(verification_judge(&rules, &evidence, little, sizeof(little)), c->failure);
    ck_assert(strncmp(little, c->detail, sizeof(little) - 1) == 0);
    expectation_destroy(expectation);
}
END_TEST

START_TEST(a_checksum_that_is_none_is_not_checked)
{
    struct verification_rules rules = {0};
    struct checksum none = {.algorithm = DIGEST_NONE};
    struct verification_evidence evidence = {.wanted = &none, .found = NULL};
    char detail[OUTCOME_DETAIL_SIZE] = "as before";
    ck_assert_int_eq(verification_judge(&rules, &evidence, detail, sizeof(detail)), FAILURE_NONE);
    ck_assert_str_eq(detail, "as before");
}
END_TEST

static const struct {
    uint32_t width, height;
    enum failure failure;
    const char *detail;
} early_cases[] = {
    {0, 0, FAILURE_NONE, ""}, /* not known yet */
    {100, 0, FAILURE_NONE, ""},
    {0, 100, FAILURE_NONE, ""},
    {100, 50, FAILURE_NONE, ""},
    {200, 200, FAILURE_NONE, ""},
    {99, 0, FAILURE_BAD_IMAGE, "99 x ? is below --min-width 100"},
    {0, 49, FAILURE_BAD_IMAGE, "? x 49 is below --min-height 50"},
    {99, 49, FAILURE_BAD_IMAGE, "99 x 49 is below --min-width 100"},
    {201, 200, FAILURE_BAD_IMAGE, "201 x 200 is above --max-pixels 40000"},
};

START_TEST(a_size_is_judged_as_soon_as_it_is_known)
{
    struct verification_rules rules = {.min_width = 100, .min_height = 50, .max_pixels = 40000};
    struct image_info image = {
        .format = "png", .width = early_cases[_i].width, .height = early_cases[_i].height};
    char detail[OUTCOME_DETAIL_SIZE] = "";
    ck_assert_int_eq(verification_judge_size(&rules, &image, detail, sizeof(detail)),
                     early_cases[_i].failure);
    ck_assert_str_eq(detail, early_cases[_i].detail);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("verification");
    tcase_add_loop_test(cases, the_first_check_that_fails_is_the_verdict, 0,
                        (int)ARRAY_LENGTH(cases_of_judge));
    tcase_add_test(cases, a_checksum_that_is_none_is_not_checked);
    tcase_add_loop_test(cases, a_size_is_judged_as_soon_as_it_is_known, 0,
                        (int)ARRAY_LENGTH(early_cases));
    Suite *suite = suite_create("verification");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
