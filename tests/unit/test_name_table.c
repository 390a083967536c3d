#include "model/name_table.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct name_owner nobody = {0};

/* "wanted=claimed" in list order; "+name" was given by an earlier run. */
static const char *const lists[] = {
    "a.jpg=a.jpg a.jpg=a-2.jpg a.jpg=a-3.jpg",
    "a.jpg=a.jpg A.JPG=A-2.JPG a.Jpg=a-3.Jpg",
    "a.jpg=a.jpg a.png=a.png a.gif=a.gif a.png=a-2.png a.gif=a-2.gif a.jpg=a-2.jpg",
    "photo=photo photo.jpg=photo-2.jpg photo.png=photo-2.png",
    "photo.jpg=photo.jpg photo=photo-2 photo.png=photo.png",
    "photo=photo photo=photo-2 photo-2.jpg=photo-2-2.jpg",
    "a-2.jpg=a-2.jpg a.jpg=a.jpg a.jpg=a-3.jpg",
    "a.tar.gz=a.tar.gz a.gz=a.gz a.tar.gz=a-2.tar.gz a.tar=a.tar",
    "a=a a.tar.gz=a-2.tar.gz",
    "a.jpg=a.jpg a.jpg.png=a.jpg.png a.jpg.jpg=a.jpg.jpg",
    "v1.0=v1.0 v1.0.zip=v1.0-2.zip v1.1=v1.1",
    "+a.jpg a.jpg=a-2.jpg",
    "+a.jpg +a-2.jpg +a-3.jpg a.jpg=a-4.jpg",
    "+a.jpg +a.jpg +A.jpg a.jpg=a-2.jpg a.png=a.png",
    "+a.jpg +a a.png=a-2.png",
    "+a +a.jpg a.jpg=a-2.jpg",
    "\xc3\xa9.jpg=\xc3\xa9.jpg e\xcc\x81.jpg=e\xcc\x81-2.jpg \xc3\x89.JPG=\xc3\x89-3.JPG",
    "\xc3\xa9=\xc3\xa9 E\xcc\x81.png=E\xcc\x81-2.png",
    /* the long s folds to s: what has no extension has one to a file system that folds */
    "a.\xc5\xbfvg=a.\xc5\xbfvg a.svg=a-2.svg a.png=a.png",
    "a.svg=a.svg a.\xc5\xbfvg=a.\xc5\xbfvg-2",
    "a.\xc5\xbfvg=a.\xc5\xbfvg a.\xc5\xbfvg.jpg=a.\xc5\xbfvg-2.jpg",
};

START_TEST(names_are_told_apart_in_the_order_of_the_list)
{
    struct name_table *table = name_table_create();
    char list[256];
    strcpy(list, lists[_i]);
    char *rest = list;
    for (char *item; (item = strsep(&rest, " ")) != NULL;) {
        char *wanted = strsep(&item, "=");
        if (wanted[0] == '+') {
            name_table_add(table, wanted + 1);
            continue;
        }
        char name[NAME_SIZE];
        name_table_claim(table, wanted, nobody, name);
        ck_assert_str_eq(name, item);
    }
    name_table_destroy(table);
}
END_TEST

/* Has every name with one of these characters, and counts the questions. */
struct outsider {
    const char *digits;
    int asked;
};

static bool outsider_has(void *context, const char *name)
{
    struct outsider *outsider = context;
    outsider->asked++;
    return strpbrk(name, outsider->digits) != NULL;
}

START_TEST(an_owner_outside_is_asked_about_free_names_only)
{
    struct name_table *table = name_table_create();
    struct outsider outsider = {.digits = "23"};
    struct name_owner owner = {.is_taken = outsider_has, .context = &outsider};
    char name[NAME_SIZE];
    name_table_claim(table, "a.jpg", owner, name);
    ck_assert_str_eq(name, "a.jpg");
    ck_assert_int_eq(outsider.asked, 1);
    name_table_claim(table, "a.jpg", owner, name);
    ck_assert_str_eq(name, "a-4.jpg");
    ck_assert_int_eq(outsider.asked, 4);
    name_table_destroy(table);
}
END_TEST

static int compare(const void *a, const void *b)
{
    return strcasecmp(a, b);
}

START_TEST(no_two_claims_give_the_same_name)
{
    enum { CLAIMS = 20000 };
    static const char *const stems[] = {"a", "A", "a-2", "a-2-2", "b", "b-10", "photo.x"};
    static const char *const suffixes[] = {"", ".jpg", ".JPG", ".png", ".tar.gz"};
    struct name_table *table = name_table_create();
    char(*names)[NAME_SIZE] = calloc(CLAIMS, NAME_SIZE);
    ck_assert_ptr_nonnull(names);
    uint32_t state = 99;
    for (int i = 0; i < CLAIMS; i++) {
        char wanted[NAME_SIZE];
        state = state * 1664525u + 1013904223u;
        snprintf(wanted, sizeof wanted, "%s%s", stems[(state >> 8) % ARRAY_LENGTH(stems)],
                 suffixes[(state >> 20) % ARRAY_LENGTH(suffixes)]);
        name_table_claim(table, wanted, nobody, names[i]);
    }
    qsort(names, CLAIMS, NAME_SIZE, compare);
    for (int i = 1; i < CLAIMS; i++)
        ck_assert_int_ne(strcasecmp(names[i - 1], names[i]), 0);
    free(names);
    name_table_destroy(table);
}
END_TEST

START_TEST(equal_names_cost_the_same_each)
{
    /* Were it not so, this would take hours. */
    struct name_table *table = name_table_create();
    char name[NAME_SIZE];
    for (int i = 0; i < 200000; i++)
        name_table_claim(table, "image.jpg", nobody, name);
    ck_assert_str_eq(name, "image-200000.jpg");
    ck_assert_uint_le(name_table_bytes(table), 200000 * 16 + 65536);
    name_table_destroy(table);
}
END_TEST

START_TEST(long_names_with_common_beginnings_share_their_search)
{
    struct name_table *table = name_table_create();
    char wanted[NAME_SIZE];
    char name[NAME_SIZE];
    memset(wanted, 'a', 192);
    for (int i = 0; i < 20000; i++) {
        snprintf(wanted + 192, sizeof wanted - 192, "%04d.jpg", i % 10000);
        name_table_claim(table, wanted, nobody, name);
        ck_assert_uint_le(strlen(name), NAME_MAX_BYTES);
    }
    ck_assert_str_eq(name + strlen(name) - 10, "-10001.jpg");
    name_table_destroy(table);
}
END_TEST

START_TEST(names_that_were_given_before_are_searched_in_steps)
{
    struct name_table *table = name_table_create();
    char name[NAME_SIZE];
    for (int i = 1; i <= 100000; i++) {
        snprintf(name, sizeof name, "a-%d", i);
        name_table_add(table, name);
    }
    name_table_add(table, "a");
    struct outsider outsider = {.digits = "x"};
    struct name_owner owner = {.is_taken = outsider_has, .context = &outsider};
    for (int i = 0; i < 2000; i++) {
        char wanted[NAME_SIZE];
        snprintf(wanted, sizeof wanted, "a.z%d", i);
        name_table_claim(table, wanted, owner, name);
        ck_assert_int_gt(atoi(name + 2), 100001); /* one by one it would be this */
    }
    ck_assert_int_eq(outsider.asked, 2000);
    name_table_destroy(table);
}
END_TEST

START_TEST(a_million_names_take_at_most_16_bytes_each)
{
    struct name_table *table = name_table_create();
    char wanted[NAME_SIZE];
    char name[NAME_SIZE];
    int changed = 0;
    for (size_t i = 1; i <= 1000000; i++) {
        snprintf(wanted, sizeof wanted, "IMG_%07zu.jpg", i);
        name_table_claim(table, wanted, nobody, name);
        changed += strcmp(wanted, name) != 0;
        if (i % 1000 == 0)
            ck_assert_uint_le(name_table_bytes(table), i * 16 + 65536);
    }
    ck_assert_uint_ge(name_table_bytes(table), 1000000 * 12);
    ck_assert_int_eq(changed, 0); /* no needless numbers either */
    name_table_destroy(table);
}
END_TEST

START_TEST(destroy_accepts_nothing)
{
    name_table_destroy(NULL);
    struct name_table *table = name_table_create();
    ck_assert_uint_le(name_table_bytes(table), 65536);
    name_table_destroy(table);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("name_table");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, names_are_told_apart_in_the_order_of_the_list, 0,
                        ARRAY_LENGTH(lists));
    tcase_add_test(tests, an_owner_outside_is_asked_about_free_names_only);
    tcase_add_test(tests, no_two_claims_give_the_same_name);
    tcase_add_test(tests, equal_names_cost_the_same_each);
    tcase_add_test(tests, long_names_with_common_beginnings_share_their_search);
    tcase_add_test(tests, names_that_were_given_before_are_searched_in_steps);
    tcase_add_test(tests, a_million_names_take_at_most_16_bytes_each);
    tcase_add_test(tests, destroy_accepts_nothing);
    Suite *suite = suite_create("name_table");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
