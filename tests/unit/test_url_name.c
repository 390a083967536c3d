#include "model/name_table.h"
#include "model/name_template.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From a line of a list to the name of its file, by the default template. */
static void name_url(const char *listed, char out[NAME_PATH_SIZE])
{
    struct url url;
    enum failure failure;
    const char *reason;
    ck_assert_msg(url_parse(listed, strlen(listed), &url, &failure, &reason), "%s", listed);
    struct name_template *template = name_template_create("{name}", NULL);
    ck_assert(name_template_is_default(template));
    struct name_values values = {.url = &url, .index = 1, .line = 1};
    struct text path;
    text_init(&path, NAME_PATH_TEXT_MAX);
    size_t digest = 0;
    name_template_expand(template, &values, &path, &digest);
    ck_assert_uint_eq(digest, SIZE_MAX);
    ck_assert_uint_lt(path.length, NAME_SIZE);
    strcpy(out, path.data);
    text_clear(&path);
    name_template_destroy(template);
    url_clear(&url);
}

static const struct {
    const char *url;
    const char *name;
} cases[] = {
    {"http://h", "index"},
    {"http://h/", "index"},
    {"http://h/?q=a.jpg", "index"},
    {"http://h?a.jpg", "index"},
    {"http://h/#a.jpg", "index"},
    {"http://h/dir/", "index"},
    {"http://h/dir//", "index"},
    {"http://h//", "index"},
    {"http://h//a.jpg", "a.jpg"},
    {"http://h/a.jpg?x=1", "a.jpg"},
    {"http://h/a.jpg?x=/b.png", "a.jpg"},
    {"http://h/a.jpg#frag", "a.jpg"},
    {"http://h/a.jpg#/b.png", "a.jpg"},
    {"http://h/a%3Fb.jpg", "a%3Fb.jpg"},
    {"http://h/a%23b.jpg", "a#b.jpg"},
    {"http://h/..", "index"},
    {"http://h/a/..", "index"},
    {"http://h/.", "index"},
    {"http://h/...", "index"},
    {"http://h/%2e%2e", "index"},
    {"http://h/%2E.", "index"},
    {"http://h/%20", "index"},
    {"http://h/%2e%20%2e", "index"},
    {"http://h/..%2F..%2Fetc%2Fpasswd", "%2E.%2F..%2Fetc%2Fpasswd"},
    {"http://h/..%5c..%5cboot.ini", "%2E.%5C..%5Cboot.ini"},
    {"http://h/a\\b.jpg", "a%5Cb.jpg"},
    {"http://h/a%2fb.jpg", "a%2Fb.jpg"},
    {"http://h/%2Fetc%2Fpasswd", "%2Fetc%2Fpasswd"},
    {"http://h/a%252Fb", "a%252Fb"},
    {"http://h/a%00.jpg", "a%00.jpg"},
    {"http://h/%00", "%00"},
    {"http://h/a%0d%0aSet-Cookie:x", "a%0D%0ASet-Cookie%3Ax"},
    {"http://h/a%1b[31m.txt", "a%1B[31m.txt"},
    {"http://h/a%7f", "a%7F"},
    {"http://h/a%09b", "a%09b"},
    {"http://h/a%c2%9b31m", "a%C2%9B31m"},
    {"http://h/photo.jpg.", "photo.jpg"},
    {"http://h/photo.jpg...", "photo.jpg"},
    {"http://h/photo.jpg%20", "photo.jpg"},
    {"http://h/photo.jpg%20.%20.", "photo.jpg"},
    {"http://h/%20photo.jpg", "photo.jpg"},
    {"http://h/my photo.jpg", "my photo.jpg"},
    {"http://h/my%20photo.jpg", "my photo.jpg"},
    {"http://h/my+photo.jpg", "my+photo.jpg"},
    {"http://h/.htaccess", "%2Ehtaccess"},
    {"http://h/%2ehtaccess", "%2Ehtaccess"},
    {"http://h/.haul", "%2Ehaul"},
    {"http://h/.haul/state", "state"},
    {"http://h/-rf", "%2Drf"},
    {"http://h/--version.png", "%2D-version.png"},
    {"http://h/%2drf", "%2Drf"},
    {"http://h/CON", "_CON"},
    {"http://h/con.jpg", "_con.jpg"},
    {"http://h/aux.tar.gz", "_aux.tar.gz"},
    {"http://h/nul", "_nul"},
    {"http://h/nul.", "_nul"},
    {"http://h/com1.txt", "_com1.txt"},
    {"http://h/LPT9", "_LPT9"},
    {"http://h/com%C2%B9.txt", "_com\xc2\xb9.txt"},
    {"http://h/com0.txt", "com0.txt"},
    {"http://h/console.txt", "console.txt"},
    {"http://h/con%20.jpg", "_con .jpg"},
    {"http://h/%F0%9F%98%80.png", "\xf0\x9f\x98\x80.png"},
    {"http://h/\xf0\x9f\x98\x80.png", "\xf0\x9f\x98\x80.png"},
    {"http://h/%F0%9F%91%A8%E2%80%8D%F0%9F%91%A9.png",
     "\xf0\x9f\x91\xa8%E2%80%8D\xf0\x9f\x91\xa9.png"},
    {"http://h/a%E2%80%AEgpj.exe", "a%E2%80%AEgpj.exe"},
    {"http://h/a%E2%80%8F.jpg", "a%E2%80%8F.jpg"},
    {"http://h/%D8%B5%D9%88%D8%B1%D8%A9.jpg", "\xd8\xb5\xd9\x88\xd8\xb1\xd8\xa9.jpg"},
    {"http://h/caf%C3%A9.jpg", "caf\xc3\xa9.jpg"},
    {"http://h/cafe%CC%81.jpg", "cafe\xcc\x81.jpg"},
    {"http://h/caf\xc3\xa9.jpg", "caf\xc3\xa9.jpg"},
    {"http://h/caf%E9.jpg", "caf%E9.jpg"},
    {"http://h/%C0%AE%C0%AE", "%C0%AE%C0%AE"},
    {"http://h/%ED%A0%80.png", "%ED%A0%80.png"},
    {"http://h/%E6%97", "%E6%97"},
    {"http://h/a;v=1.jpg", "a;v=1.jpg"},
    {"http://h/a.jpg;jsessionid=1F", "a.jpg;jsessionid=1F"},
    {"http://h/a;b/c;d.png", "c;d.png"},
    {"http://h/~user", "~user"},
    {"http://h/~user/a~1.jpg", "a~1.jpg"},
    {"http://h/it's.jpg", "it's.jpg"},
    {"http://h/%22quoted%22.jpg", "%22quoted%22.jpg"},
    {"http://h/\"quoted\".jpg", "%22quoted%22.jpg"},
    {"http://h/a<b>c|d*e.jpg", "a%3Cb%3Ec%7Cd%2Ae.jpg"},
    {"http://h/a:b.jpg", "a%3Ab.jpg"},
    {"http://h/100%.jpg", "100%25.jpg"},
    {"http://h/100%25.jpg", "100%25.jpg"},
    {"http://h/a%2.jpg", "a%252.jpg"},
    {"http://h/a%zz.jpg", "a%25zz.jpg"},
    {"http://h/%%32%46", "%252F"},
    {"http://h/a=b&c=d.jpg", "a=b&c=d.jpg"},
    {"http://h/(1)[2]{3}.jpg", "(1)[2]{3}.jpg"},
    {"http://h/a@2x.png", "a@2x.png"},
    {"http://user:pass@h/a.png", "a.png"},
    {"http://h:8080/a.png", "a.png"},
    {"http://[::1]/a.png", "a.png"},
    {"http://[::1]:8080/", "index"},
    {"http://[fe80::1%25eth0]/x.gif", "x.gif"},
    {"http://b\xc3\xbc"
     "cher.example/\xc3\xbc.jpg",
     "\xc3\xbc.jpg"},
    {"https://H.EXAMPLE/A.JPG", "A.JPG"},
    {"http://h/a/b/c/d.tar.gz", "d.tar.gz"},
    {"http://h/archive.tar.zst", "archive.tar.zst"},
    {"http://h/v1.0", "v1.0"},
    {"http://h/a.b.c.d", "a.b.c.d"},
    {"http://h/a..jpg", "a..jpg"},
    {"http://h/$HOME", "$HOME"},
    {"http://h/`id`.jpg", "`id`.jpg"},
    {"http://h/$(id).jpg", "$(id).jpg"},
    {"http://h/a!b,c.jpg", "a!b,c.jpg"},
    {"http://h/%EF%BB%BFa.jpg", "%EF%BB%BFa.jpg"},
    {"http://h/a%E3%80%80", "a\xe3\x80\x80"},
    {"http://h/a%C2%A0", "a\xc2\xa0"},
    {"http://h/%E2%81%A0", "%E2%81%A0"},
};

START_TEST(a_listed_url_gives_a_name)
{
    char name[NAME_PATH_SIZE];
    name_url(cases[_i].url, name);
    ck_assert_msg(strcmp(name, cases[_i].name) == 0, "%s: %s, not %s", cases[_i].url, name,
                  cases[_i].name);
    ck_assert(name_is_safe(name));
    ck_assert(name_path_is_safe(name));
}
END_TEST

/* A last segment of `count` times `unit`, then `tail`: how many times the unit stays as `shown`
 * before the hash; 0 = nothing is cut. */
static const struct {
    const char *unit;
    size_t count;
    const char *tail;
    const char *shown;
    size_t kept;
    const char *extension;
} long_cases[] = {
    {"a", 195, "", "a", 0, ""},
    {"a", 196, "", "a", 178, ""},
    {"a", 196, ".jpg", "a", 0, ".jpg"},
    {"a", 300, "", "a", 178, ""},
    {"a", 300, ".jpg", "a", 179, ".jpg"},
    {"a", 300, ".jpeg?size=1", "a", 178, ".jpeg"},
    {"a", 300, ".tar.gz", "a", 176, ".tar.gz"},
    {"a", 300, ".tar.zst", "a", 175, ".tar.zst"},
    {"a", 300, ".notanextension", "a", 178, ""},
    {"%61", 300, ".jpg", "a", 179, ".jpg"},
    {"\xc3\xa9", 150, ".jpg", "\xc3\xa9", 89, ".jpg"},
    {"%C3%A9", 150, ".jpg", "\xc3\xa9", 89, ".jpg"},
    {"%E6%97%A5", 100, "", "\xe6\x97\xa5", 59, ""},
    {"\xf0\x9f\x98\x80", 75, ".png", "\xf0\x9f\x98\x80", 44, ".png"},
    {"%01", 300, ".jpg", "%01", 59, ".jpg"},
    {"%2F", 300, ".tar.gz", "%2F", 58, ".tar.gz"},
    {"%2e%2f", 300, ".jpg", "", 0, NULL},
};

START_TEST(a_long_segment_gives_a_short_name)
{
    char url[4096] = "http://h/d/";
    for (size_t i = 0; i < long_cases[_i].count; i++)
        strcat(url, long_cases[_i].unit);
    strcat(url, long_cases[_i].tail);
    char name[NAME_PATH_SIZE];
    name_url(url, name);
    ck_assert(name_is_safe(name));
    ck_assert_uint_le(strlen(name), NAME_MAX_BYTES);
    if (long_cases[_i].extension == NULL) {
        ck_assert_int_eq(strncmp(name, "%2E%2F.%2F", 10), 0);
        return;
    }
    const char *at = name;
    size_t kept = long_cases[_i].kept > 0 ? long_cases[_i].kept : long_cases[_i].count;
    for (size_t i = 0; i < kept; i++) {
        size_t length = strlen(long_cases[_i].shown);
        ck_assert_int_eq(strncmp(at, long_cases[_i].shown, length), 0);
        at += length;
    }
    if (long_cases[_i].kept > 0) {
        ck_assert_int_eq(*at, '-');
        ck_assert_uint_eq(strspn(at + 1, "0123456789abcdef"), 16);
        at += 17;
    }
    ck_assert_str_eq(at, long_cases[_i].extension);
}
END_TEST

/* "URL's path=name" in the order of the list. */
static const char *const lists[] = {
    "a.jpg=a.jpg b/a.jpg=a-2.jpg c/a.jpg=a-3.jpg",
    "a.jpg=a.jpg a.jpg?2=a-2.jpg a.jpg?3=a-3.jpg",
    "Photo.JPG=Photo.JPG photo.jpg=photo-2.jpg PHOTO.jpg=PHOTO-3.jpg",
    "%C3%A9.jpg=\xc3\xa9.jpg e%CC%81.jpg=e\xcc\x81-2.jpg %C3%89.jpg=\xc3\x89-3.jpg",
    "stra%C3%9Fe.png=stra\xc3\x9f"
    "e.png STRASSE.PNG=STRASSE-2.PNG",
    "a/=index b/=index-2 ?q=index-3 index=index-4 index.html=index-5.html",
    "photo=photo photo.jpg=photo-2.jpg photo.png=photo-2.png",
    "photo.jpg=photo.jpg photo.png=photo.png photo=photo-2",
    "a-2.jpg=a-2.jpg a.jpg=a.jpg x/a.jpg=a-3.jpg",
    "con.jpg=_con.jpg _con.jpg=_con-2.jpg",
    "%2Ea=%2Ea .a=%2Ea-2 .A=%2EA-3",
    "a.tar.gz=a.tar.gz x/a.tar.gz=a-2.tar.gz a.gz=a.gz",
    "a%2Fb=a%2Fb a/b=b a%252Fb=a%252Fb",
    "a.jpg.=a.jpg a.jpg%20=a-2.jpg",
    "%66oo.jpg=foo.jpg foo.jpg=foo-2.jpg",
};

START_TEST(equal_names_are_told_apart_in_the_order_of_the_list)
{
    char list[256];
    strcpy(list, lists[_i]);
    struct name_table *table = name_table_create();
    char *rest = list;
    for (char *item; (item = strsep(&rest, " ")) != NULL;) {
        char *name = strrchr(item, '=');
        *name++ = '\0';
        char url[256];
        snprintf(url, sizeof url, "http://host.example/%s", item);
        char wanted[NAME_PATH_SIZE];
        char claimed[NAME_PATH_SIZE];
        name_url(url, wanted);
        name_table_claim(table, wanted, false, (struct name_owner){0}, claimed);
        ck_assert_str_eq(claimed, name);
    }
    name_table_destroy(table);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("url_name");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, a_listed_url_gives_a_name, 0, ARRAY_LENGTH(cases));
    tcase_add_loop_test(tests, a_long_segment_gives_a_short_name, 0, ARRAY_LENGTH(long_cases));
    tcase_add_loop_test(tests, equal_names_are_told_apart_in_the_order_of_the_list, 0,
                        ARRAY_LENGTH(lists));
    Suite *suite = suite_create("url_name");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
