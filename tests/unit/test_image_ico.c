#include "model/image.h"

#include <check.h>

#include "image_building.h"

static struct image_draft draft; /* too large for the stack of a test */

static void begin(unsigned count)
{
    memset(&draft, 0, sizeof(draft));
    draft.is_little = true;
    put(&draft, 2, 0);
    put(&draft, 2, 1);
    put(&draft, 2, count);
}

static void put_entry(unsigned width, unsigned height, uint64_t length, uint64_t offset)
{
    put(&draft, 1, width);
    put(&draft, 1, height);
    put_zeroes(&draft, 6);
    put(&draft, 4, length);
    put(&draft, 4, offset);
}

static void check(const char *name, struct image_expectation expected)
{
    check_draft(&draft, name, "image/x-icon", expected);
}

START_TEST(the_largest_image_gives_the_size)
{
    begin(1);
    put_entry(7, 5, 6, 22);
    put_text(&draft, "pixels");
    check("one image", (struct image_expectation){7, 5, 0, IMAGE_END_SEEN, 0});

    begin(3);
    put_entry(7, 5, 6, 60);
    put_entry(32, 16, 2, 58);
    put_entry(16, 16, 4, 54);
    put_zeroes(&draft, 12);
    put_text(&draft, "more");
    check("images in any order", (struct image_expectation){32, 16, 0, IMAGE_END_SEEN, 4});
    patch(&draft, 22, 2, 0);
    check("0 is 256", (struct image_expectation){256, 256, 0, IMAGE_END_SEEN, 4});
    patch(&draft, 22, 2, 0x0100);
    check("0 is 256 for one side too", (struct image_expectation){256, 1, 0, IMAGE_END_SEEN, 4});
}
END_TEST

static const struct {
    const char *name;
    uint64_t length;
    uint64_t offset;
    enum image_end end;
} entry_cases[] = {
    {"up to the end", 6, 22, IMAGE_END_SEEN},
    {"one byte more", 7, 22, IMAGE_END_MISSING},
    {"far beyond the end", UINT32_MAX, UINT32_MAX, IMAGE_END_MISSING},
    {"a sum that wraps in 32 bits", UINT32_MAX, 22, IMAGE_END_MISSING},
    {"in the directory", 6, 21, IMAGE_END_UNKNOWN},
    {"of no length", 0, 22, IMAGE_END_UNKNOWN},
};

START_TEST(an_image_must_lie_behind_the_directory_and_within_the_file)
{
    begin(1);
    put_entry(7, 5, entry_cases[_i].length, entry_cases[_i].offset);
    put_text(&draft, "pixels");
    check(entry_cases[_i].name, (struct image_expectation){7, 5, 0, entry_cases[_i].end, 0});
}
END_TEST

START_TEST(a_directory_may_be_empty_or_long)
{
    begin(0);
    put_zeroes(&draft, 50);
    check("no images", (struct image_expectation){.end = IMAGE_END_UNKNOWN});

    begin(4000);
    for (unsigned i = 0; i < 4000; i++)
        put_entry(i & 15, 5, 6, 6 + 16 * 4000);
    put_text(&draft, "pixels");
    struct image_file file = {"thousands of images", "image/x-icon", draft.bytes, draft.length};
    ck_assert_int_eq(probe_prefix(&file, file.length).end, IMAGE_END_SEEN);
    ck_assert_int_eq(probe_pieces(&file, file.length, 1, true).end, IMAGE_END_SEEN);
    ck_assert_int_eq(probe_prefix(&file, file.length - 1).end, IMAGE_END_MISSING);
    ck_assert_int_eq(probe_prefix(&file, 6 + 16 * 3999).end, IMAGE_END_MISSING);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("image_ico");
    tcase_add_test(cases, the_largest_image_gives_the_size);
    tcase_add_loop_test(cases, an_image_must_lie_behind_the_directory_and_within_the_file, 0,
                        (int)ARRAY_LENGTH(entry_cases));
    tcase_add_test(cases, a_directory_may_be_empty_or_long);
    Suite *suite = suite_create("image_ico");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
