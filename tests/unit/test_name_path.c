#include "model/name_path.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *url_path;
    const char *expected;
} url_paths[] = {
    {"/a/b/c.jpg", "a/b/c.jpg"},
    {"/", "index"},
    {"", "index"},
    {"//", "index"},
    {"/a/", "a/index"},
    {"/a//", "a/index"},
    {"//a///b", "a/b"},
    {"/./a/./b", "a/b"},
    {"/a/../b", "b"},
    {"/../../b", "b"},
    {"/a/b/../../../../c", "c"},
    {"/a/..", "index"},
    {"/a/b/..", "a/index"},
    {"/a/.", "a/index"},
    {"/%2e%2E/%2e/a", "a"},
    {"/a/b/.%2e/c", "a/c"},
    {"/a/%2e./c", "c"},
    {"/.../a", "index/a"},
    {"/%20/a", "index/a"},
    {"/a%2F..%2Fb/c", "a%2F..%2Fb/c"},
    {"/.git/config", "%2Egit/config"},
    {"/.haul/state", "%2Ehaul/state"},
    {"/-x/-y", "%2Dx/%2Dy"},
    {"/con/nul.txt", "_con/_nul.txt"},
    {"/%C3%A9/a%20b", "\xc3\xa9/a b"},
    {"/a\\..\\b", "a%5C..%5Cb"},
    {"/a;x/b;y", "a;x/b;y"},
};

START_TEST(the_path_of_a_url_becomes_directories)
{
    struct text path;
    text_init(&path, NAME_PATH_TEXT_MAX);
    name_path_append_url(&path, url_paths[_i].url_path, strlen(url_paths[_i].url_path));
    ck_assert_str_eq(path.data, url_paths[_i].expected);
    ck_assert(name_path_is_safe(path.data));
    /* What is there already is no part of the URL. */
    text_reset(&path);
    text_append_string(&path, "x/y");
    name_path_append_url(&path, url_paths[_i].url_path, strlen(url_paths[_i].url_path));
    ck_assert_int_eq(strncmp(path.data, "x/y/", 4), 0);
    ck_assert_str_eq(path.data + 4, url_paths[_i].expected);
    text_clear(&path);
}
END_TEST

static const struct {
    const char *listed;
    const char *out; /* NULL: refused */
    const char *dir;
    bool was_absolute;
} listed[] = {
    {"a.jpg", "a.jpg", "a.jpg", false},
    {"a/b/c.jpg", "a/b/c.jpg", "a/b/c.jpg", false},
    {"a/", NULL, "a", false},
    {"a/b/", NULL, "a/b", false},
    {"a//", NULL, NULL, false},
    {"a//b", NULL, NULL, false},
    {"/a", NULL, "a", true},
    {"/a/b/", NULL, "a/b", true},
    {"///a", NULL, "a", true},
    {"/", NULL, NULL, true},
    {"//", NULL, NULL, true},
    {"", NULL, NULL, false},
    {".", NULL, NULL, false},
    {"..", NULL, NULL, false},
    {"./a", NULL, NULL, false},
    {"a/.", NULL, NULL, false},
    {"a/..", NULL, NULL, false},
    {"../a", NULL, NULL, false},
    {"a/../b", NULL, NULL, false},
    {"/../etc", NULL, NULL, true},
    {"/etc/passwd", NULL, "etc/passwd", true},
    {"%2e%2e/a", NULL, NULL, false},
    {".%2E/a", NULL, NULL, false},
    {"a/%2e", NULL, NULL, false},
    {"a/%2E%2e/b", NULL, NULL, false},
    {"...", NULL, NULL, false},
    {". .", NULL, NULL, false},
    {"a/ /b", NULL, NULL, false},
    {"a/%20/b", NULL, NULL, false},
    {"a/%2e%20./b", NULL, NULL, false},
    {" ..", NULL, NULL, false},
    {"a%2Fb", "a%2Fb", "a%2Fb", false},
    {"%2Fa", "%2Fa", "%2Fa", false},
    {"..%2Fa", "%2E.%2Fa", "%2E.%2Fa", false},
    {"a\\..\\b", "a%5C..%5Cb", "a%5C..%5Cb", false},
    {"C:\\x", "C%3A%5Cx", "C%3A%5Cx", false},
    {".haul/state", "%2Ehaul/state", "%2Ehaul/state", false},
    {"%2ehaul", "%2Ehaul", "%2Ehaul", false},
    {"a b/ c ", "a b/c", "a b/c", false},
    {"caf%C3%A9", "caf\xc3\xa9", "caf\xc3\xa9", false},
    {"con/a", "_con/a", "_con/a", false},
    {"..a/b..", "%2E.a/b", "%2E.a/b", false},
    {"a\nb", NULL, NULL, false},
    {"a/b\x7f", NULL, NULL, false},
    {"a/\x1b[31m", NULL, NULL, false},
    {"a%0Ab", "a%0Ab", "a%0Ab", false},
};

static void check_listed(const char *text, bool is_directory, const char *expected,
                         bool was_absolute)
{
    struct text path;
    text_init(&path, NAME_PATH_TEXT_MAX);
    text_append_string(&path, "x");
    bool absolute = !was_absolute;
    const char *reason = NULL;
    bool appended =
        name_path_append_listed(&path, text, strlen(text), is_directory, &absolute, &reason);
    ck_assert_msg(appended == (expected != NULL), "%s", text);
    if (appended) {
        ck_assert_ptr_null(reason);
        ck_assert_int_eq(absolute, was_absolute);
        ck_assert_int_eq(strncmp(path.data, "x/", 2), 0);
        ck_assert_str_eq(path.data + 2, expected);
        ck_assert(name_path_is_safe(path.data));
    } else {
        ck_assert_ptr_nonnull(reason);
        ck_assert_str_eq(path.data, "x");
        ck_assert_int_eq(absolute, !was_absolute); /* untouched */
    }
    text_clear(&path);
}

START_TEST(what_a_list_says_is_taken_or_refused)
{
    check_listed(listed[_i].listed, false, listed[_i].out, false);
    check_listed(listed[_i].listed, true, listed[_i].dir, listed[_i].was_absolute);
}
END_TEST

START_TEST(dir_and_out_make_one_path)
{
    struct text path;
    const char *reason;
    text_init(&path, NAME_PATH_TEXT_MAX);
    ck_assert(name_path_append_listed(&path, "/a/b/xx", 5, true, NULL, &reason));
    ck_assert_str_eq(path.data, "a/b");
    ck_assert(name_path_append_listed(&path, "c/d.jpg", 7, false, NULL, &reason));
    ck_assert_str_eq(path.data, "a/b/c/d.jpg");
    ck_assert_uint_eq(name_path_last(path.data), 6);
    name_path_append_segment(&path, "e%2f", 4);
    ck_assert_str_eq(path.data, "a/b/c/d.jpg/e%2F");
    text_clear(&path);
}
END_TEST

START_TEST(the_last_component_is_behind_the_last_slash)
{
    ck_assert_uint_eq(name_path_last(""), 0);
    ck_assert_uint_eq(name_path_last("a.jpg"), 0);
    ck_assert_uint_eq(name_path_last("a/b.jpg"), 2);
    ck_assert_uint_eq(name_path_last("a/b/c"), 4);
}
END_TEST

START_TEST(a_place_in_a_path_is_found_when_directories_were_numbered)
{
    ck_assert_uint_eq(name_path_follow("a/b000", 3, "a/b000"), 3);
    ck_assert_uint_eq(name_path_follow("b000", 1, "b000-2"), 1);
    ck_assert_uint_eq(name_path_follow("a/b000.jpg", 3, "a-2/b000-10.jpg"), 5);
    ck_assert_uint_eq(name_path_follow("a/bc/000/d/e", 5, "a/bc-3/000/d-2/e"), 7);
    ck_assert_uint_eq(name_path_follow("000/a/b", 0, "000-2/a-2/b"), 0);
}
END_TEST

static void append_components(struct text *path, const char *component, size_t count)
{
    for (size_t i = 0; i < count; i++)
        name_path_append_segment(path, component, strlen(component));
}

static size_t depth_of(const char *path)
{
    size_t depth = 1;
    for (; *path != '\0'; path++)
        depth += *path == '/';
    return depth;
}

/* `count` directories of this name; how many of them stay before the hash. */
static const struct {
    const char *directory;
    size_t count;
    size_t kept;
} limits[] = {
    {"a", 31, 31},
    {"a", 32, 30},
    {"a", 1000, 30},
    {"abcdefghi", 30, 30},
    {"abcdefghij", 29, 29},
    {"abcdefghijklmnopqrstuvwxyz", 25, 25},
    {"abcdefghijklmnopqrstuvwxyz", 26, 24},
    {"abcdefghijklmnopqrstuvwxyz", 5000, 24},
};

START_TEST(a_path_that_is_too_long_keeps_its_beginning_and_its_last_component)
{
    struct text path;
    text_init(&path, NAME_PATH_TEXT_MAX);
    append_components(&path, limits[_i].directory, limits[_i].count);
    name_path_append_segment(&path, "name.tar.gz", 11);
    struct text whole;
    text_init(&whole, NAME_PATH_TEXT_MAX);
    text_append(&whole, path.data, path.length);
    name_path_limit(&path);
    ck_assert(name_path_is_safe(path.data));
    ck_assert_str_eq(path.data + name_path_last(path.data), "name.tar.gz");
    ck_assert_uint_eq(path.length, strlen(path.data));
    size_t length = (strlen(limits[_i].directory) + 1) * limits[_i].kept;
    ck_assert_int_eq(strncmp(path.data, whole.data, length), 0);
    if (limits[_i].kept == limits[_i].count) {
        ck_assert_str_eq(path.data, whole.data);
    } else {
        ck_assert_uint_eq(strspn(path.data + length, "0123456789abcdef"), 16);
        ck_assert_str_eq(path.data + length + 16, "/name.tar.gz");
    }
    /* A path within the limits stays. */
    text_reset(&whole);
    text_append(&whole, path.data, path.length);
    name_path_limit(&path);
    ck_assert_str_eq(path.data, whole.data);
    text_clear(&whole);
    text_clear(&path);
}
END_TEST

START_TEST(different_directories_stay_different_when_they_are_cut)
{
    struct text a;
    struct text b;
    text_init(&a, NAME_PATH_TEXT_MAX);
    text_init(&b, NAME_PATH_TEXT_MAX);
    append_components(&a, "directory", 300);
    append_components(&b, "directory", 300);
    b.data[1500] = 'X';
    name_path_limit(&a);
    name_path_limit(&b);
    ck_assert_str_ne(a.data, b.data);
    text_clear(&a);
    text_clear(&b);
}
END_TEST

START_TEST(long_components_leave_room_for_numbers_and_an_extension)
{
    static const char segment[] = "%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F"
                                  "%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F"
                                  "%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F"
                                  "%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F%2F";
    for (size_t count = 1; count < 40; count++) {
        struct text path;
        text_init(&path, NAME_PATH_TEXT_MAX);
        append_components(&path, segment, count);
        name_path_limit(&path);
        ck_assert(name_path_is_safe(path.data));
        size_t growth = (depth_of(path.data) + 1) * NAME_NUMBER_MAX + TYPE_EXTENSION_MAX;
        ck_assert_uint_le(path.length + growth, NAME_PATH_MAX);
        text_clear(&path);
    }
}
END_TEST

/* What is before and behind the component that has to stay. */
static const struct {
    size_t before;
    size_t behind;
} surroundings[] = {{0, 0}, {0, 100}, {100, 0}, {100, 100}, {1, 100}, {100, 1}, {2, 30}, {30, 2}};

START_TEST(a_component_can_be_kept_where_it_is)
{
    static const char *const names[] = {"a", "sixteen-letters-",
                                        "a-directory-with-a-name-of-38-bytes.jp"};
    static const char kept[] = "0000000000000000000000000000000000000000000000000000000000000000";
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        struct text path;
        text_init(&path, NAME_PATH_TEXT_MAX);
        append_components(&path, names[i], surroundings[_i].before);
        size_t component = path.length > 0 ? path.length + 1 : 0;
        append_components(&path, kept, 1);
        append_components(&path, names[i], surroundings[_i].behind);
        name_path_limit_around(&path, &component);
        ck_assert(name_path_is_safe(path.data));
        ck_assert_uint_eq(path.length, strlen(path.data));
        ck_assert_int_eq(strncmp(path.data + component, kept, 64), 0);
        ck_assert(component == 0 || path.data[component - 1] == '/');
        size_t growth = (depth_of(path.data) + 1) * NAME_NUMBER_MAX + TYPE_EXTENSION_MAX;
        ck_assert_uint_le(path.length + growth, NAME_PATH_MAX);
        if (surroundings[_i].behind > 0)
            ck_assert_str_eq(path.data + name_path_last(path.data), names[i]);
        text_clear(&path);
    }
}
END_TEST

START_TEST(a_full_text_still_holds_a_path)
{
    for (size_t limit = 1; limit < 40; limit++) {
        struct text path;
        text_init(&path, limit);
        name_path_append_url(&path, "/abc/def/ghi/../jkl", 19);
        ck_assert(path.length == 0 || name_path_is_safe(path.data));
        text_clear(&path);
    }
}
END_TEST

static const struct {
    const char *path;
    bool is_safe;
} foreign[] = {
    {"a.jpg", true},  {"a/b/c.jpg", true}, {"%2Ehaul/x", true}, {"", false},      {"/a", false},
    {"a/", false},    {"a//b", false},     {"/", false},        {"../a", false},  {"a/../b", false},
    {"a/..", false},  {"./a", false},      {".haul/x", false},  {"a/.b", false},  {"a/-b", false},
    {"a/b ", false},  {"a /b", false},     {"a\\b/c", false},   {"a/b\n", false}, {"a/\xff", false},
    {"a/b:c", false}, {"a/ b", false},
};

START_TEST(foreign_paths_are_safe_only_as_haul_makes_them)
{
    ck_assert_msg(name_path_is_safe(foreign[_i].path) == foreign[_i].is_safe, "%s",
                  foreign[_i].path);
}
END_TEST

START_TEST(foreign_paths_have_the_same_limits)
{
    char path[2 * NAME_PATH_MAX] = "a";
    for (int depth = 2; depth <= NAME_PATH_DEPTH; depth++) {
        strcat(path, "/a");
        ck_assert(name_path_is_safe(path));
    }
    strcat(path, "/a");
    ck_assert(!name_path_is_safe(path));
    memset(path, 'a', sizeof path);
    path[NAME_SIZE] = '\0';
    ck_assert(!name_path_is_safe(path));
    path[NAME_SIZE] = 'a';
    for (size_t i = 199; i < sizeof path; i += 200)
        path[i] = '/';
    path[NAME_PATH_MAX + 1] = '\0';
    ck_assert(!name_path_is_safe(path));
    path[NAME_PATH_MAX - 1] = '\0';
    ck_assert(name_path_is_safe(path));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("name_path");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, the_path_of_a_url_becomes_directories, 0, ARRAY_LENGTH(url_paths));
    tcase_add_loop_test(tests, what_a_list_says_is_taken_or_refused, 0, ARRAY_LENGTH(listed));
    tcase_add_test(tests, dir_and_out_make_one_path);
    tcase_add_test(tests, the_last_component_is_behind_the_last_slash);
    tcase_add_test(tests, a_place_in_a_path_is_found_when_directories_were_numbered);
    tcase_add_loop_test(tests, a_path_that_is_too_long_keeps_its_beginning_and_its_last_component,
                        0, ARRAY_LENGTH(limits));
    tcase_add_test(tests, different_directories_stay_different_when_they_are_cut);
    tcase_add_test(tests, long_components_leave_room_for_numbers_and_an_extension);
    tcase_add_loop_test(tests, a_component_can_be_kept_where_it_is, 0, ARRAY_LENGTH(surroundings));
    tcase_add_test(tests, a_full_text_still_holds_a_path);
    tcase_add_loop_test(tests, foreign_paths_are_safe_only_as_haul_makes_them, 0,
                        ARRAY_LENGTH(foreign));
    tcase_add_test(tests, foreign_paths_have_the_same_limits);
    Suite *suite = suite_create("name_path");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
