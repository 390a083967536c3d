#include "model/expectation.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* media_type NULL: unknown. */
static const struct {
    const char *text;
    const char *media_type;
    bool is_met;
} met_cases[] = {
    {"image", "image/jpeg", true},
    {"image", "image/svg+xml", true},
    {"image", "image/x-icon", true},
    {"image/*", "image/avif", true},
    {"IMAGE", "image/png", true},
    {"image", "text/html", false},
    {"image", "application/pdf", false},
    {"image", NULL, false},
    {"jpeg", "image/jpeg", true},
    {"jpg", "image/jpeg", true},
    {"JPG", "image/jpeg", true},
    {"jpg", "image/png", false},
    {"image/jpeg", "image/jpeg", true},
    {"image/jpg", "image/jpeg", true},
    {"image/jpeg", "image/png", false},
    {"heif", "image/heic", true},
    {"heic", "image/heif", true},
    {"image/heic", "image/heif", false},
    {"tif", "image/tiff", true},
    {"jxl", "image/jxl", true},
    {"svg", "image/svg+xml", true},
    {"svg", "application/xml", false},
    {"pdf", "application/pdf", true},
    {"application/pdf", "application/pdf", true},
    {"application", "application/pdf", true},
    {"html", "text/html", true},
    {"text", "text/html", true},
    {"text/plain", "text/html", false},
    {"txt", "text/plain", true},
    {"text/xml", "application/xml", true},
    {"gz", "application/gzip", true},
    {"application/x-gzip", "application/gzip", true},
    {"video", "video/mp4", true},
    {"video", "audio/mp4", false},
    {"mp4", "video/mp4", true},
    {"audio", "audio/mpeg", true},
    {"elf", "application/x-executable", true},
    {"pdf,image", "image/gif", true},
    {"pdf,image", "application/pdf", true},
    {"pdf,image", "application/zip", false},
    {" pdf ,\tPNG ", "image/png", true},
    {"pdf,pdf", "application/pdf", true},
};

START_TEST(an_expectation_is_met_by_any_of_its_types)
{
    struct error error = {0};
    struct expectation *expectation = expectation_create(met_cases[_i].text, &error);
    ck_assert_msg(expectation != NULL, "%s", error.text);
    const struct content_type *type = NULL;
    if (met_cases[_i].media_type != NULL) {
        type = content_type_find(met_cases[_i].media_type);
        ck_assert_ptr_nonnull(type);
    }
    ck_assert(expectation_is_met(expectation, type) == met_cases[_i].is_met);
    ck_assert_str_eq(expectation_text(expectation), met_cases[_i].text);
    expectation_destroy(expectation);
}
END_TEST

static const struct {
    const char *text;
    const char *word;
} bad_cases[] = {
    {"", "''"},
    {",", "''"},
    {"image,", "''"},
    {"image,,pdf", "''"},
    {" ", "''"},
    {"pictures", "'pictures'"},
    {"imag", "'imag'"},
    {"images", "'images'"},
    {"image/", "'image/'"},
    {"image/**", "'image/**'"},
    {"*", "'*'"},
    {"image/x", "'image/x'"},
    {"jpg png", "'jpg png'"},
    {"pdf,Foo", "'foo'"},
    {".jpg", "'.jpg'"},
    {"docx", "'docx'"}, /* is built on ZIP, and cannot be told from it */
    {"\x1B[31m", "'\\x1b[31m'"},
};

START_TEST(a_word_that_is_no_type_is_named_with_some_that_are)
{
    struct error error = {0};
    ck_assert_ptr_null(expectation_create(bad_cases[_i].text, &error));
    ck_assert_int_eq(error.kind, ERROR_USAGE);
    ck_assert_msg(strncmp(error.text, "--expect: ", 10) == 0, "%s", error.text);
    ck_assert_msg(strstr(error.text, bad_cases[_i].word) != NULL, "%s", error.text);
    ck_assert_ptr_nonnull(strstr(error.text, "image, video, jpeg"));
}
END_TEST

START_TEST(every_word_of_the_message_is_known)
{
    struct error error = {0};
    ck_assert_ptr_null(expectation_create("?", &error));
    char *words = strstr(error.text, "(like ");
    ck_assert_ptr_nonnull(words);
    words += strlen("(like ");
    *strchr(words, ')') = '\0';
    struct expectation *expectation = expectation_create(words, &error);
    ck_assert_msg(expectation != NULL, "%s", error.text);
    expectation_destroy(expectation);
}
END_TEST

START_TEST(there_is_a_limit_to_the_number_of_words)
{
    struct error error = {0};
    char text[4 * 65];
    for (size_t i = 0; i < 65; i++)
        memcpy(text + 4 * i, "pdf,", 4);
    text[sizeof(text) - 1] = '\0';
    ck_assert_ptr_null(expectation_create(text, &error));
    ck_assert_str_eq(error.text, "--expect: more than 64 types");
    text[4 * 64 - 1] = '\0';
    struct expectation *expectation = expectation_create(text, &error);
    ck_assert_ptr_nonnull(expectation);
    expectation_destroy(expectation);
    expectation_destroy(NULL);
}
END_TEST

static const struct {
    const char *text;
    bool wants_images;
} image_cases[] = {
    {"image", true},    {"image/*", true},    {"jpeg", true},
    {"pdf,webp", true}, {"image/tiff", true}, {"heif,video", true},
    {"pdf", false},     {"text", false},      {"video,audio", false},
};

START_TEST(images_are_wanted_when_any_word_is_of_images)
{
    struct expectation *expectation = expectation_create(image_cases[_i].text, NULL);
    ck_assert_ptr_nonnull(expectation);
    ck_assert(expectation_wants_images(expectation) == image_cases[_i].wants_images);
    expectation_destroy(expectation);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("expectation");
    tcase_add_loop_test(cases, an_expectation_is_met_by_any_of_its_types, 0,
                        (int)ARRAY_LENGTH(met_cases));
    tcase_add_loop_test(cases, a_word_that_is_no_type_is_named_with_some_that_are, 0,
                        (int)ARRAY_LENGTH(bad_cases));
    tcase_add_test(cases, every_word_of_the_message_is_known);
    tcase_add_test(cases, there_is_a_limit_to_the_number_of_words);
    tcase_add_loop_test(cases, images_are_wanted_when_any_word_is_of_images, 0,
                        (int)ARRAY_LENGTH(image_cases));
    Suite *suite = suite_create("expectation");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
