#include "base/memory.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"

START_TEST(zeroed_memory_is_zero)
{
    unsigned char *bytes = memory_allocate_zeroed(100, 3);
    for (size_t i = 0; i < 300; i++)
        ck_assert_uint_eq(bytes[i], 0);
    free(bytes);
}
END_TEST

START_TEST(nothing_is_still_a_block)
{
    void *block = memory_allocate(0);
    ck_assert_ptr_nonnull(block);
    block = memory_resize(block, 0, 8);
    ck_assert_ptr_nonnull(block);
    free(block);
    block = memory_allocate_zeroed(0, 8);
    ck_assert_ptr_nonnull(block);
    free(block);
}
END_TEST

START_TEST(resizing_keeps_what_was_there)
{
    char *block = memory_resize(NULL, 4, 1);
    memcpy(block, "haul", 4);
    block = memory_resize(block, 1000, 16);
    ck_assert_mem_eq(block, "haul", 4);
    free(block);
}
END_TEST

START_TEST(copies_end_with_a_nul)
{
    char *copy = memory_copy_bytes("ab\0cd", 5);
    ck_assert_mem_eq(copy, "ab\0cd", 6);
    free(copy);
    copy = memory_copy_bytes(NULL, 0);
    ck_assert_str_eq(copy, "");
    free(copy);
    copy = memory_copy_string("list");
    ck_assert_str_eq(copy, "list");
    free(copy);
    ck_assert_ptr_null(memory_copy_string(NULL));
}
END_TEST

static void overflow_allocate_zeroed(void)
{
    free(memory_allocate_zeroed(SIZE_MAX / 2, 3));
}

static void overflow_resize(void)
{
    free(memory_resize(NULL, SIZE_MAX / 2, 3));
}

static void overflow_copy(void)
{
    free(memory_copy_bytes("", SIZE_MAX));
}

static void (*const overflows[])(void) = {overflow_allocate_zeroed, overflow_resize, overflow_copy};

START_TEST(a_size_that_overflows_ends_the_program_with_4)
{
    struct child child = child_run(overflows[_i]);
    ck_assert(WIFEXITED(child.status));
    ck_assert_int_eq(WEXITSTATUS(child.status), 4);
    ck_assert_str_eq(child.text, "haul: out of memory\n");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("memory");
    tcase_add_test(tests, zeroed_memory_is_zero);
    tcase_add_test(tests, nothing_is_still_a_block);
    tcase_add_test(tests, resizing_keeps_what_was_there);
    tcase_add_test(tests, copies_end_with_a_nul);
    tcase_add_loop_test(tests, a_size_that_overflows_ends_the_program_with_4, 0,
                        ARRAY_LENGTH(overflows));
    Suite *suite = suite_create("memory");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
