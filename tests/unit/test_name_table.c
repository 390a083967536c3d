#include "model/name_table.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct name_owner nobody = {0};

/* "wanted=claimed" in list order; "+path" was given by an earlier run, "?" before a wanted name:
 * its extension may change, "/": only its directories are claimed. */
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
    /* files that may still change their extension */
    "?a.php=a.php a.jpg=a-2.jpg a=a-3",
    "a.jpg=a.jpg ?a.php=a-2.php a-2.png=a-2-2.png",
    "?a=a ?a=a-2 ?a.php=a-3.php",
    "?a.php=a.php b.jpg=b.jpg ?b.php=b-2.php",
    /* files against directories */
    "a=a a/b=a-2/b",
    "a/b=a/b a=a-2",
    "a=a a/b=a-2/b a/c=a-2/c a/b=a-2/b-2",
    "a=a a=a-2 a/b=a-3/b a=a-4 a/c=a-3/c",
    "a=a a/b=a-2/b a-2/c=a-2/c a-2=a-2-2 a=a-3",
    "a=a a-2/c=a-2/c a/b=a-2/b",
    "a=a a-2=a-2 a/b=a-3/b a-2/c=a-2-2/c",
    "a.jpg/x=a.jpg/x a=a-2",
    "a.jpg/x=a.jpg/x a.jpg=a-2.jpg a.png=a.png",
    "a.jpg/x=a.jpg/x ?a.png=a-2.png",
    "a.jpg=a.jpg a.jpg/x=a-2.jpg/x a.jpg/y=a-2.jpg/y",
    "a.jpg=a.jpg a.png/x=a.png/x a.png=a-2.png",
    "a.jpg=a.jpg a.png=a.png a.png/x=a-2.png/x a.gif/x=a.gif/x a.gif=a-2.gif",
    "a=a a.jpg/x=a-2.jpg/x",
    "?a.php=a.php a/x=a-2/x a.jpg/x=a-2.jpg/x",
    "a.jpg=a.jpg a/x=a/x a.png=a.png a=a-2",
    "a/x=a/x a.jpg=a.jpg ?a.php=a-2.php",
    /* below directories */
    "a/x.jpg=a/x.jpg b/x.jpg=b/x.jpg a/x.jpg=a/x-2.jpg x.jpg=x.jpg b/X.jpg=b/X-2.jpg",
    "x/a=x/a x/a/b/c=x/a-2/b/c x/a/b/d=x/a-2/b/d",
    "x=x x/x=x-2/x x/x/x=x-2/x-2/x x/x/x/x=x-2/x-2/x-2/x x/x/y=x-2/x-2/y",
    "a/b/c=a/b/c a/b=a/b-2 a=a-2 b=b b/c=b-2/c",
    "a/b=a/b b/a=b/a ab=ab",
    /* directories that differ only in case or Unicode form */
    "A/x=A/x a/y=a-2/y A/z=A/z a/z=a-2/z",
    "A/x=A/x a/x=a-2/x a-2/x=a-2/x-2",
    "\xc3\xa9/x=\xc3\xa9/x e\xcc\x81/x=e\xcc\x81-2/x \xc3\x89/x=\xc3\x89-3/x "
    "e\xcc\x81/y=e\xcc\x81-2/y",
    "A/x=A/x a=a-2 a/y=a-3/y",
    "h/A/x=h/A/x h/a/x=h/a-2/x H/a/x=H-2/a/x",
    "a.\xc5\xbfvg/x=a.\xc5\xbfvg/x a.svg/x=a-2.svg/x a.svg=a-3.svg a.\xc5\xbfvg/y=a.\xc5\xbfvg/y",
    /* numbers that are looked for only once */
    "a=a a=a-2 a=a-3 a=a-4 a=a-5 a=a-6 a=a-7 a=a-8 a=a-9 a/x=a-10/x a=a-11 a/y=a-10/y a=a-12",
    "a=a a/x=a-2/x a=a-3 a=a-4 a=a-5 a=a-6 a=a-7 a=a-8 a=a-9 a/y=a-2/y",
    /* earlier runs */
    "+a/b a=a-2 a/b=a/b-2 A/c=A-3/c",
    "+a +a-2/b a/c=a-2/c a-2=a-2-2",
    "+a.jpg/x a=a-2 a.jpg=a-3.jpg",
    "+a/b/c a/b=a/b-2 a/b/d=a/b/d",
    "a=a +a/b a/c=a/c a=a-2",
    /* only directories */
    "/a/b=a/b /a/b=a/b a/b=a/b a=a-2 b=b",
    "a=a /a/b=a-2/b a/b=a-2/b",
    "/b=b b=b",
};

START_TEST(names_are_told_apart_in_the_order_of_the_list)
{
    struct name_table *table = name_table_create();
    char list[512];
    strcpy(list, lists[_i]);
    char *rest = list;
    for (char *item; (item = strsep(&rest, " ")) != NULL;) {
        char *wanted = strsep(&item, "=");
        if (wanted[0] == '+') {
            name_table_add(table, wanted + 1);
            continue;
        }
        char path[NAME_PATH_SIZE];
        if (wanted[0] == '/')
            name_table_claim_directories(table, wanted + 1, nobody, path);
        else
            name_table_claim(table, wanted + (wanted[0] == '?'), wanted[0] == '?', nobody, path);
        ck_assert_msg(strcmp(path, item) == 0, "%s: %s, not %s", lists[_i], path, item);
        ck_assert(name_path_is_safe(path));
    }
    name_table_destroy(table);
}
END_TEST

/* Has every name with one of these characters, and counts the questions. */
struct outsider {
    const char *digits;
    int asked;
    int asked_directories;
};

static bool outsider_has(void *context, const char *name, bool is_directory)
{
    struct outsider *outsider = context;
    outsider->asked++;
    outsider->asked_directories += is_directory;
    return strpbrk(name, outsider->digits) != NULL;
}

START_TEST(an_owner_outside_is_asked_about_free_names_only)
{
    struct name_table *table = name_table_create();
    struct outsider outsider = {.digits = "23"};
    struct name_owner owner = {.is_taken = outsider_has, .context = &outsider};
    char name[NAME_PATH_SIZE];
    name_table_claim(table, "a.jpg", false, owner, name);
    ck_assert_str_eq(name, "a.jpg");
    ck_assert_int_eq(outsider.asked, 1);
    name_table_claim(table, "a.jpg", false, owner, name);
    ck_assert_str_eq(name, "a-4.jpg");
    ck_assert_int_eq(outsider.asked, 4);
    ck_assert_int_eq(outsider.asked_directories, 0);
    name_table_destroy(table);
}
END_TEST

/* Has files of these two paths, which are in the way of directories only. */
static bool files_are_there(void *context, const char *path, bool is_directory)
{
    struct outsider *outsider = context;
    outsider->asked_directories += is_directory;
    return is_directory && (strcmp(path, "b") == 0 || strcmp(path, "a/b") == 0);
}

START_TEST(an_owner_outside_is_asked_once_about_a_new_directory)
{
    struct name_table *table = name_table_create();
    struct outsider outsider = {0};
    struct name_owner owner = {.is_taken = files_are_there, .context = &outsider};
    char path[NAME_PATH_SIZE];
    for (int i = 0; i < 10; i++)
        name_table_claim(table, "a/x/f.jpg", false, owner, path);
    ck_assert_str_eq(path, "a/x/f-10.jpg");
    ck_assert_int_eq(outsider.asked_directories, 2);
    for (int i = 0; i < 10; i++)
        name_table_claim(table, "b/f.jpg", false, owner, path);
    ck_assert_str_eq(path, "b-2/f-10.jpg");
    ck_assert_int_eq(outsider.asked_directories, 4); /* b and b-2 */
    name_table_claim_directories(table, "a/b/c/f.jpg", owner, path);
    ck_assert_str_eq(path, "a/b-2/c/f.jpg");
    ck_assert_int_eq(outsider.asked_directories, 7);
    name_table_claim(table, "a/b/c/f.jpg", false, owner, path);
    ck_assert_str_eq(path, "a/b-2/c/f.jpg");
    ck_assert_int_eq(outsider.asked_directories, 7);
    name_table_claim(table, "b", false, owner, path); /* a foreign file does not change names */
    ck_assert_str_eq(path, "b");
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
        name_table_claim(table, wanted, false, nobody, names[i]);
    }
    qsort(names, CLAIMS, NAME_SIZE, compare);
    for (int i = 1; i < CLAIMS; i++)
        ck_assert_int_ne(strcasecmp(names[i - 1], names[i]), 0);
    free(names);
    name_table_destroy(table);
}
END_TEST

/* What a claimed path may become is never another, nor a directory of another. */
START_TEST(no_file_has_the_name_of_a_directory)
{
    enum { CLAIMS = 4000 };
    static const char *const components[] = {"a",     "A",     "a-2",   "b",
                                             "a.jpg", "A.JPG", "b.x-2", "a.png"};
    struct name_table *table = name_table_create();
    char(*files)[NAME_PATH_SIZE] = calloc(CLAIMS, NAME_PATH_SIZE);
    char(*all)[NAME_PATH_SIZE] = calloc(5 * CLAIMS, NAME_PATH_SIZE);
    ck_assert_ptr_nonnull(files);
    ck_assert_ptr_nonnull(all);
    uint32_t state = 7;
    int count = 0;
    for (int i = 0; i < CLAIMS; i++) {
        char wanted[NAME_PATH_SIZE] = "";
        int depth = 0;
        do {
            state = state * 1664525u + 1013904223u;
            strcat(wanted, depth > 0 ? "/" : "");
            strcat(wanted, components[(state >> 8) % ARRAY_LENGTH(components)]);
        } while (++depth < 4 && (state >> 24) % 3 != 0);
        name_table_claim(table, wanted, false, nobody, files[i]);
        /* "d" or "f" behind a blank: sorted, a directory and a file of one name are neighbours. */
        for (char *slash = files[i]; (slash = strchr(slash + 1, '/')) != NULL;)
            snprintf(all[count++], NAME_PATH_SIZE, "%.*s d", (int)(slash - files[i]), files[i]);
        snprintf(all[count++], NAME_PATH_SIZE, "%s f", files[i]);
    }
    qsort(all, (size_t)count, NAME_PATH_SIZE, compare);
    for (int i = 1; i < count; i++) {
        size_t length = strlen(all[i]) - 1;
        if (strlen(all[i - 1]) - 1 != length || strncasecmp(all[i - 1], all[i], length) != 0)
            continue;
        /* Only a directory may be there twice, and then it is spelled the same. */
        ck_assert_str_eq(all[i - 1], all[i]);
        ck_assert_int_eq(all[i][length], 'd');
    }
    free(files);
    free(all);
    name_table_destroy(table);
}
END_TEST

START_TEST(the_longest_path_has_room_for_all_its_numbers)
{
    struct name_table *table = name_table_create();
    struct text wanted;
    text_init(&wanted, NAME_PATH_TEXT_MAX);
    for (int depth = 0; depth < 100; depth++)
        name_path_append_segment(&wanted, "directory-of-26-characters", 26);
    name_path_limit(&wanted);
    ck_assert_uint_gt(wanted.length, 500);
    char path[NAME_PATH_SIZE];
    /* A file for every directory, so that all are numbered. */
    for (size_t i = 1; i <= wanted.length; i++) {
        if (wanted.data[i] != '/' && wanted.data[i] != '\0')
            continue;
        char *prefix = strndup(wanted.data, i);
        name_table_claim(table, prefix, false, nobody, path);
        free(prefix);
    }
    for (int i = 0; i < 3000; i++) {
        name_table_claim(table, wanted.data, false, nobody, path);
        ck_assert(name_path_is_safe(path));
    }
    ck_assert_int_eq(strncmp(path, "directory-of-26-characters-2/", 29), 0);
    text_clear(&wanted);
    name_table_destroy(table);
}
END_TEST

START_TEST(equal_names_cost_the_same_each)
{
    /* Were it not so, this would take hours. */
    struct name_table *table = name_table_create();
    char name[NAME_PATH_SIZE];
    for (int i = 0; i < 200000; i++)
        name_table_claim(table, "image.jpg", false, nobody, name);
    ck_assert_str_eq(name, "image-200000.jpg");
    ck_assert_uint_le(name_table_bytes(table), 200000 * 16 + 65536);
    name_table_destroy(table);
}
END_TEST

START_TEST(long_names_with_common_beginnings_share_their_search)
{
    struct name_table *table = name_table_create();
    char wanted[NAME_SIZE];
    char name[NAME_PATH_SIZE];
    memset(wanted, 'a', 192);
    for (int i = 0; i < 20000; i++) {
        snprintf(wanted + 192, sizeof wanted - 192, "%04d.jpg", i % 10000);
        name_table_claim(table, wanted, false, nobody, name);
        ck_assert_uint_le(strlen(name), NAME_MAX_BYTES);
    }
    ck_assert_str_eq(name + strlen(name) - 10, "-10001.jpg");
    name_table_destroy(table);
}
END_TEST

START_TEST(names_that_were_given_before_are_searched_in_steps)
{
    struct name_table *table = name_table_create();
    char name[NAME_PATH_SIZE];
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
        name_table_claim(table, wanted, false, owner, name);
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
    char name[NAME_PATH_SIZE];
    int changed = 0;
    for (size_t i = 1; i <= 1000000; i++) {
        snprintf(wanted, sizeof wanted, "IMG_%07zu.jpg", i);
        name_table_claim(table, wanted, false, nobody, name);
        changed += strcmp(wanted, name) != 0;
        if (i % 1000 == 0)
            ck_assert_uint_le(name_table_bytes(table), i * 16 + 65536);
    }
    ck_assert_uint_ge(name_table_bytes(table), 1000000 * 12);
    ck_assert_int_eq(changed, 0); /* no needless numbers either */
    name_table_destroy(table);
}
END_TEST

START_TEST(directories_take_at_most_16_bytes_each)
{
    enum { DIRECTORIES = 200000 };
    struct name_table *table = name_table_create();
    char wanted[NAME_SIZE];
    char path[NAME_PATH_SIZE];
    int changed = 0;
    for (int i = 0; i < DIRECTORIES; i++) {
        snprintf(wanted, sizeof wanted, "d%d/e%d/x.jpg", i / 10, i);
        name_table_claim(table, wanted, false, nobody, path);
        changed += strcmp(wanted, path) != 0;
    }
    ck_assert_int_eq(changed, 0);
    ck_assert_uint_le(name_table_bytes(table), (2 * DIRECTORIES + DIRECTORIES / 10) * 16 + 65536);
    name_table_destroy(table);
}
END_TEST

START_TEST(many_spellings_of_a_directory_share_their_search)
{
    struct name_table *table = name_table_create();
    char path[NAME_PATH_SIZE];
    for (int round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 1u << 15; i++) {
            char wanted[] = "abcdefghijklmno/x.jpg";
            for (unsigned letter = 0; letter < 15; letter++)
                wanted[letter] = (char)(i >> letter & 1 ? wanted[letter] - 32 : wanted[letter]);
            name_table_claim(table, wanted, false, nobody, path);
        }
        ck_assert_str_eq(path, round == 0 ? "ABCDEFGHIJKLMNO-32768/x.jpg"
                                          : "ABCDEFGHIJKLMNO-32768/x-2.jpg");
    }
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
    tcase_add_test(tests, an_owner_outside_is_asked_once_about_a_new_directory);
    tcase_add_test(tests, no_file_has_the_name_of_a_directory);
    tcase_add_test(tests, the_longest_path_has_room_for_all_its_numbers);
    tcase_add_test(tests, directories_take_at_most_16_bytes_each);
    tcase_add_test(tests, many_spellings_of_a_directory_share_their_search);
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
