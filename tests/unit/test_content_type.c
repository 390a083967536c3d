#include "model/content_type.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define BYTES(literal) (literal), sizeof(literal) - 1

/* `needed`: the fewest first bytes that decide; one less must not give this type. */
static const struct {
    const char *bytes;
    size_t length;
    size_t needed;
    const char *media_type;
    const char *extension;
} binary_cases[] = {
    {BYTES("\xFF\xD8\xFF\xE0\0\x10JFIF"), 3, "image/jpeg", ".jpg"},
    {BYTES("\x89PNG\r\n\x1A\n\0\0\0\rIHDR"), 8, "image/png", ".png"},
    {BYTES("GIF89a\1\0\1\0"), 6, "image/gif", ".gif"},
    {BYTES("GIF87a\1\0\1\0"), 6, "image/gif", ".gif"},
    {BYTES("RIFF\x24\0\0\0WEBPVP8L"), 12, "image/webp", ".webp"},
    {BYTES("RIFF\x24\0\0\0WAVEfmt "), 12, "audio/wav", ".wav"},
    {BYTES("BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\2\0"), 18, "image/bmp", ".bmp"},
    {BYTES("BM\x46\0\0\0\0\0\0\0\x8A\0\0\0\x7C\0\0\0\2\0"), 18, "image/bmp", ".bmp"},
    {BYTES("II*\0\x08\0\0\0"), 4, "image/tiff", ".tif"},
    {BYTES("MM\0*\0\0\0\x08"), 4, "image/tiff", ".tif"},
    {BYTES("II+\0\x08\0\0\0\x10"), 8, "image/tiff", ".tif"},
    {BYTES("\0\0\0\x20"
           "ftypavif\0\0\0\0avifmif1"),
     12, "image/avif", ".avif"},
    {BYTES("\0\0\0\x1C"
           "ftypmif1\0\0\0\0mif1avif"),
     24, "image/avif", ".avif"},
    {BYTES("\0\0\0\x18"
           "ftypmif1\0\0\0\0mif1heic"),
     12, "image/heif", ".heif"},
    {BYTES("\0\0\0\x14"
           "ftypmif1\0\0\0\0mif1avif"),
     12, "image/heif", ".heif"},
    {BYTES("\0\0\0\x18"
           "ftypheic\0\0\0\0mif1heic"),
     11, "image/heic", ".heic"},
    {BYTES("\0\0\0\x18"
           "ftyphevm\0\0\0\0msf1hevm"),
     11, "image/heic", ".heic"},
    {BYTES("\0\0\0\x18"
           "ftypisom\0\0\2\0isomiso2"),
     11, "video/mp4", ".mp4"},
    {BYTES("\0\0\0\x18"
           "ftypmp42\0\0\0\0mp42isom"),
     11, "video/mp4", ".mp4"},
    {BYTES("\0\0\0\x18"
           "ftypM4A \0\0\0\0M4A mp42"),
     12, "audio/mp4", ".m4a"},
    {BYTES("\0\0\0\x14"
           "ftypqt  \0\0\0\0qt  "),
     12, "video/quicktime", ".mov"},
    {BYTES("\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0\x68\4\0\0\x16\0\0\0"), 19, "image/x-icon", ".ico"},
    {BYTES("\xFF\x0A\xFA\x1F"), 2, "image/jxl", ".jxl"},
    {BYTES("\0\0\0\x0CJXL \r\n\x87\n\0\0\0\x14"
           "ftypjxl "),
     12, "image/jxl", ".jxl"},
    {BYTES("%PDF-1.7\n"), 5, "application/pdf", ".pdf"},
    {BYTES("PK\x03\x04\x14\0"), 4, "application/zip", ".zip"},
    {BYTES("PK\x05\x06\0\0"), 4, "application/zip", ".zip"},
    {BYTES("\x1F\x8B\x08\0"), 3, "application/gzip", ".gz"},
    {BYTES("\x28\xB5\x2F\xFD\x24"), 4, "application/zstd", ".zst"},
    {BYTES("\xFD"
           "7zXZ\0\0\4"),
     6, "application/x-xz", ".xz"},
    {BYTES("BZh91AY&SY\x12"), 10, "application/x-bzip2", ".bz2"},
    {BYTES("BZh1\x17rE8P\x90\0"), 10, "application/x-bzip2", ".bz2"},
    {BYTES("7z\xBC\xAF\x27\x1C\0\4"), 6, "application/x-7z-compressed", ".7z"},
    {BYTES("\x1A\x45\xDF\xA3\x9F\x42\x86\x81\1\x42\x82\x84webm\x42\x87"), 16, "video/webm",
     ".webm"},
    {BYTES("\x1A\x45\xDF\xA3\xA3\x42\x82\x88matroska\x42"), 16, "video/x-matroska", ".mkv"},
    {BYTES("ID3\4\0\0\0\0\x21\x76TSSE"), 10, "audio/mpeg", ".mp3"},
    {BYTES("\xFF\xFB\x90\x64\0\x0F"), 3, "audio/mpeg", ".mp3"},
    {BYTES("\xFF\xF3\x48\xC4\0\0"), 3, "audio/mpeg", ".mp3"},
    {BYTES("OggS\0\2\0\0"), 5, "application/ogg", ".ogg"},
    {BYTES("fLaC\0\0\0\x22"), 4, "audio/flac", ".flac"},
    {BYTES("\x7F"
           "ELF\2\1\1\0"),
     4, "application/x-executable", ""},
    {BYTES("<!DOCTYPE html>\n<html>"), 15, "text/html", ".html"},
    {BYTES("<!doctype HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\">"), 15, "text/html", ".html"},
    {BYTES("\xEF\xBB\xBF \r\n\t<HTML lang=en>"), 13, "text/html", ".html"},
    {BYTES("<!-- a --><!-- <svg> -->\n<head><title>"), 31, "text/html", ".html"},
    {BYTES("<Body class='x'>"), 6, "text/html", ".html"},
    {BYTES("<script>location='/'</script>"), 8, "text/html", ".html"},
    {BYTES("<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC 'x'><html>"), 37, "text/html", ".html"},
    {BYTES("<?xml version='1.0'?><html xmlns='x'>"), 27, "text/html", ".html"},
    {BYTES("<svg xmlns='http://www.w3.org/2000/svg'/>"), 5, "image/svg+xml", ".svg"},
    {BYTES("<?xml version='1.0'?>\n<!-- x -->\n<svg>"), 38, "image/svg+xml", ".svg"},
    {BYTES("<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'x'>"), 14, "image/svg+xml", ".svg"},
    {BYTES("<?xml version='1.0' encoding='UTF-8'?><rss>"), 6, "application/xml", ".xml"},
    {BYTES("<?xml version='1.0'?><a href='x'/>"), 6, "application/xml", ".xml"},
    {BYTES("{\"a\": 1}"), 5, "application/json", ".json"},
    {BYTES("\xEF\xBB\xBF{ }"), 6, "application/json", ".json"},
    {BYTES("[]\n"), 2, "application/json", ".json"},
    {BYTES("[1]\n"), 3, "application/json", ".json"},
    {BYTES(" [ -1.5e+3, true, \"\\\"]\", null, {\"k\" : [false]} ] "), 11, "application/json",
     ".json"},
    {BYTES("[[[{\"deep\":[tr"), 11, "application/json", ".json"},
};

/* On the heap and no longer than said, so that a read behind the end is noticed. */
static const struct content_type *detect(const char *bytes, size_t length)
{
    char *copy = malloc(length > 0 ? length : 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, bytes, length);
    const struct content_type *type = content_type_detect(copy, length);
    free(copy);
    return type;
}

START_TEST(a_type_is_known_as_soon_as_the_bytes_that_decide_are_there)
{
    const char *bytes = binary_cases[_i].bytes;
    const char *expected = binary_cases[_i].media_type;
    for (size_t length = 0; length <= binary_cases[_i].length; length++) {
        const struct content_type *type = detect(bytes, length);
        const char *found = type != NULL ? type->media_type : "none";
        if (length >= binary_cases[_i].needed) {
            ck_assert_msg(strcmp(found, expected) == 0, "%zu bytes of %s: %s", length, expected,
                          found);
            ck_assert_str_eq(type->extension, binary_cases[_i].extension);
        } else {
            ck_assert_msg(strcmp(found, expected) != 0, "%zu bytes are enough for %s", length,
                          expected);
        }
    }
}
END_TEST

static const struct {
    const char *bytes;
    size_t length;
} text_cases[] = {
    {BYTES("hello\n")},
    {BYTES("\xEF\xBB\xBFwith a mark, tabs\tand\fform feeds\r\n")},
    {BYTES("na\xC3\xAFve \xE2\x82\xAC \xF0\x9F\x98\x80")},
    {BYTES("[1] See the notes below.\n")},
    {BYTES("[2026-11-20 12:00:30] started\n")},
    {BYTES("[INFO] started\n")},
    {BYTES("[link](http://a.example/)\n")},
    {BYTES("[1, 2] and then some")},
    {BYTES("{\"a\":1}\n{\"a\":2}\n")},
    {BYTES("{name} {host}")},
    {BYTES("{\"a\"; 1}")},
    {BYTES("{1:2}")},
    {BYTES("[1,]")},
    {BYTES("[01x, 2]")},
    {BYTES("[1.]")},
    {BYTES("[-]")},
    {BYTES("[1}")},
    {BYTES("{\"a\":1]")},
    {BYTES("{\"a\" 1}")},
    {BYTES("[\"a\nb\",1]")},
    {BYTES("[[[[")},
    {BYTES("[")},
    {BYTES("\"just a string\"")},
    {BYTES("42")},
    {BYTES("BM is a prefix of some words, and this is a text.")},
    {BYTES("BZh9 is not enough of a bzip2 file")},
    {BYTES("ID3 tags are found in MP3 files")},
    {BYTES("RIFF, said the guitar")},
    {BYTES("<abbr>x</abbr>")},
    {BYTES("<html")},
    {BYTES("< html>")},
    {BYTES("<!-- no end")},
    {BYTES("<htmlx>")},
    {BYTES("#!/bin/sh\nexit 0\n")},
    {BYTES("<?php echo 1;")},
};

START_TEST(plain_text_is_taken_for_nothing_else_and_keeps_its_bare_name)
{
    const struct content_type *type = detect(text_cases[_i].bytes, text_cases[_i].length);
    ck_assert_msg(type != NULL, "unknown: %s", text_cases[_i].bytes);
    ck_assert_msg(strcmp(type->media_type, "text/plain") == 0, "%s: %s", type->media_type,
                  text_cases[_i].bytes);
    ck_assert_str_eq(type->extension, "");
}
END_TEST

static const struct {
    const char *bytes;
    size_t length;
} unknown_cases[] = {
    {BYTES("")},
    {BYTES("text with a NUL\0byte")},
    {BYTES("text with an \x1B[31mescape")},
    {BYTES("text with DEL \x7F")},
    {BYTES("text in Latin-1: na\xEFve")},
    {BYTES("cut in a character \xE2\x82")},
    {BYTES("\xFF\xFEh\0i\0")},
    {BYTES("\xFF\xFD\xFF\xFF")}, /* a frame of another layer */
    {BYTES("\xFF\xFB\xF0\0")},   /* MP3 without a valid bit rate */
    {BYTES("\xFF\xFB\x0C\0")},
    {BYTES("\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")}, /* an icon file without icons */
    {BYTES("\0\0\1\xBA\x44\0\4\0")},
    {BYTES("\0\0\0\x18"
           "ftypcrx \0\0\0\1crx isom")},
    {BYTES("\x1A\x45\xDF\xA3\x9F\x42\x82\x84weba")},
    {BYTES("\x89PNG\n\x1A\n")},
    {BYTES("RIFF\x24\0\0\0AVI LIST")},
};

START_TEST(what_is_not_known_is_not_guessed)
{
    const struct content_type *type = detect(unknown_cases[_i].bytes, unknown_cases[_i].length);
    ck_assert_msg(type == NULL, "case %d is %s", _i, type != NULL ? type->media_type : "");
}
END_TEST

START_TEST(a_tar_archive_is_known_by_bytes_257_to_262)
{
    static const char *const MAGICS[] = {"ustar", "ustar "};
    for (size_t i = 0; i < ARRAY_LENGTH(MAGICS); i++) {
        char head[CONTENT_TYPE_SNIFF_BYTES] = "photos/a.jpg";
        strcpy(head + 257, MAGICS[i]);
        ck_assert_str_eq(detect(head, sizeof(head))->media_type, "application/x-tar");
        ck_assert_str_eq(detect(head, 263)->extension, ".tar");
        ck_assert_ptr_null(detect(head, 262));
    }
}
END_TEST

START_TEST(a_full_head_may_end_inside_a_character_but_a_short_file_may_not)
{
    char head[CONTENT_TYPE_SNIFF_BYTES + 2];
    memset(head, 'a', sizeof(head));
    memcpy(head + CONTENT_TYPE_SNIFF_BYTES - 2, "\xE2\x82\xAC\0", 4);
    ck_assert_str_eq(detect(head, CONTENT_TYPE_SNIFF_BYTES)->media_type, "text/plain");
    /* More than the head is never looked at: the NUL behind it does not count. */
    ck_assert_str_eq(detect(head, sizeof(head))->media_type, "text/plain");
    ck_assert_ptr_null(detect(head, CONTENT_TYPE_SNIFF_BYTES - 1));
}
END_TEST

START_TEST(json_is_followed_through_a_whole_head)
{
    char head[CONTENT_TYPE_SNIFF_BYTES];
    memset(head, 'x', sizeof(head));
    memset(head, '[', 60);
    memcpy(head + 60, "{\"a\":\"", 6);
    ck_assert_str_eq(detect(head, sizeof(head))->media_type, "application/json");
    memcpy(head + sizeof(head) - 2, "\"}", 2);
    ck_assert_str_eq(detect(head, sizeof(head))->media_type, "application/json");
    memcpy(head + sizeof(head) - 2, "\"x", 2);
    ck_assert_str_eq(detect(head, sizeof(head))->media_type, "text/plain");
    memset(head, '[', sizeof(head)); /* deeper than anybody nests */
    ck_assert_str_eq(detect(head, sizeof(head))->media_type, "text/plain");
}
END_TEST

static const struct {
    const char *value;
    const char *expected;
} declared_cases[] = {
    {"image/jpeg", "image/jpeg"},
    {"Image/JPEG", "image/jpeg"},
    {" text/html ; charset=utf-8", "text/html"},
    {"text/html;charset=utf-8", "text/html"},
    {"application/vnd.ms-excel+x.y", "application/vnd.ms-excel+x.y"},
    {"image/png\t", "image/png"},
    {"", ""},
    {NULL, ""},
    {"image", ""},
    {"image/", ""},
    {"/png", ""},
    {"image//png", ""},
    {"image/png/x", ""},
    {"image /png", ""},
    {"image/png, image/png", ""},
    {"image/png x", ""},
    {"image/p\x1B[31mng", ""},
    {"image/\xC3\xA9", ""},
    {"a/0123456789012345678901234567", "a/0123456789012345678901234567"},
    {"a/01234567890123456789012345678", "a/01234567890123456789012345678"},
    {"a/012345678901234567890123456789", ""}, /* does not fit */
};

START_TEST(a_declared_type_is_its_name_in_lower_case_or_nothing)
{
    char out[32];
    memset(out, 'x', sizeof(out));
    ck_assert_ptr_eq(content_type_declared(declared_cases[_i].value, out, sizeof(out)), out);
    ck_assert_str_eq(out, declared_cases[_i].expected);
}
END_TEST

/* What a name may end in, by media type. */
static const struct {
    const char *media_type;
    const char *right;
    const char *wrong;
} extension_cases[] = {
    {"image/jpeg", ".jpg .jpeg .jpe .jfif .JPG .Jpeg", ".png .webp .txt .jp .jpgx . .html"},
    {"image/png", ".png .PNG", ".jpg .gif"},
    {"image/gif", ".gif", ".png"},
    {"image/webp", ".webp", ".jpg .png .web"},
    {"image/bmp", ".bmp .dib", ".ico"},
    {"image/tiff", ".tif .tiff .dng", ".jpg"},
    {"image/avif", ".avif", ".heic .jpg"},
    {"image/heic", ".heic .heif .hif", ".avif .jpg"},
    {"image/heif", ".heif .heic .avif", ".jpg"},
    {"image/x-icon", ".ico", ".png .cur"},
    {"image/jxl", ".jxl", ".jpg"},
    {"image/svg+xml", ".svg", ".svgz .xml .png"},
    {"text/html", ".html .htm .xhtml .HTM", ".jpg .php .txt .pdf .svg"},
    {"application/xml", ".xml .rss .atom .xsl .xhtml .svg", ".json .jpg"},
    {"application/json", ".json .jsonl .geojson", ".xml .jpg"},
    {"application/pdf", ".pdf", ".doc .html"},
    {"application/zip", ".zip .docx .epub .apk .jar .odt .XLSX", ".doc .gz .tar .rar"},
    {"application/gzip", ".gz .tgz .tar.gz .svgz .csv.GZ", ".zip .gz.zip .tar"},
    {"application/zstd", ".zst .tar.zst", ".gz"},
    {"application/x-xz", ".xz .tar.xz .txz", ".gz"},
    {"application/x-bzip2", ".bz2 .tbz2", ".gz"},
    {"application/x-7z-compressed", ".7z", ".zip"},
    {"application/x-tar", ".tar", ".tar.gz"},
    {"application/ogg", ".ogg .ogv .opus", ".mp3"},
    {"audio/flac", ".flac", ".mp3"},
    {"audio/mpeg", ".mp3", ".mp4 .jpg"},
    {"audio/wav", ".wav", ".mp3"},
    {"audio/mp4", ".m4a .m4b .mp4", ".mp3"},
    {"video/mp4", ".mp4 .m4v .mpg4 .MOV", ".avi .mkv .jpg"},
    {"video/quicktime", ".mov .qt", ".jpg"},
    {"video/3gpp", ".3gp", ".jpg"},
    {"video/webm", ".webm", ".mkv .webp"},
    {"video/x-matroska", ".mkv .mka", ".webm"},
    {"application/x-executable", ".so .elf .bin .so.6.so", ".jpg .exe"},
    /* Whatever belongs to no binary type: nobody can list what texts are called. */
    {"text/plain",
     ".txt .csv .md .log .c .py .html .json .xml .svg .key .m3u8 .TXT .x .averyverylongextension",
     ".jpg .JPEG .png .pdf .zip .docx .gz .tar.gz .mp4 .exe .doc .woff2"},
};

static void check_extensions(const char *media_type, const char *list, bool is_right)
{
    const struct content_type *type = content_type_find(media_type);
    ck_assert_msg(type != NULL, "%s", media_type);
    while (*list != '\0') {
        char extension[64];
        size_t length = strcspn(list, " ");
        memcpy(extension, list, length);
        extension[length] = '\0';
        ck_assert_msg(content_type_has_extension(type, extension) == is_right, "%s %s", media_type,
                      extension);
        list += length + (list[length] == ' ');
    }
}

START_TEST(an_extension_is_right_for_its_type_and_those_built_on_it)
{
    const char *media_type = extension_cases[_i].media_type;
    const struct content_type *type = content_type_find(media_type);
    check_extensions(media_type, extension_cases[_i].right, true);
    check_extensions(media_type, extension_cases[_i].wrong, false);
    ck_assert(content_type_has_extension(type, type->extension));
    ck_assert(content_type_has_extension(type, "") == (type->extension[0] == '\0'));
}
END_TEST

START_TEST(every_type_that_detection_gives_has_words)
{
    const struct content_type *type = detect(binary_cases[_i].bytes, binary_cases[_i].length);
    char word[64];
    strcpy(word, type->media_type);
    ck_assert(content_type_is_known_word(word));
    ck_assert(content_type_is_called(type, word));
    bool is_image = strncmp(word, "image/", 6) == 0;
    ck_assert(content_type_is_image_word(word) == is_image);
    strcpy(strchr(word, '/') + 1, "*");
    ck_assert(content_type_is_called(type, word));
    ck_assert(content_type_is_image_word(word) == is_image);
    *strchr(word, '/') = '\0';
    ck_assert(content_type_is_called(type, word));
    ck_assert(content_type_is_known_word(word));
    if (type->extension[0] != '\0')
        ck_assert(content_type_is_called(type, type->extension + 1));
    ck_assert(content_type_has_extension(type, type->extension));
    ck_assert(content_type_find(type->media_type) != NULL);
    ck_assert(!content_type_is_called(type, ""));
    ck_assert(!content_type_is_called(type, "/"));
    ck_assert(!content_type_is_called(type, "none-such"));
}
END_TEST

START_TEST(words_to_offer_are_known_and_stand_once)
{
    struct text words;
    text_init(&words, 4096);
    content_type_append_words(&words);
    char *rest = words.data;
    const char *seen[100];
    size_t count = 0;
    for (char *word = strsep(&rest, " "); word != NULL; word = strsep(&rest, " ")) {
        ck_assert_msg(content_type_is_known_word(word), "'%s'", word);
        for (size_t i = 0; i < count; i++)
            ck_assert_str_ne(seen[i], word);
        ck_assert_uint_lt(count, ARRAY_LENGTH(seen));
        seen[count++] = word;
    }
    ck_assert_uint_gt(count, 30);
    ck_assert_str_eq(seen[0], "image");
    text_clear(&words);
}
END_TEST

START_TEST(words_that_name_no_type_are_unknown)
{
    static const char *const WORDS[] = {"",      " ",    "imag", "images", "image/",   "image/j",
                                        "IMAGE", "*",    "*/*",  "docx",   "jpg jpeg", "jpg ",
                                        ".jpg",  "svgz", "php",  "gz zip"};
    for (size_t i = 0; i < ARRAY_LENGTH(WORDS); i++) {
        ck_assert_msg(!content_type_is_known_word(WORDS[i]), "%s", WORDS[i]);
        ck_assert(!content_type_is_image_word(WORDS[i]));
    }
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("content_type");
    tcase_add_loop_test(cases, a_type_is_known_as_soon_as_the_bytes_that_decide_are_there, 0,
                        (int)ARRAY_LENGTH(binary_cases));
    tcase_add_loop_test(cases, plain_text_is_taken_for_nothing_else_and_keeps_its_bare_name, 0,
                        (int)ARRAY_LENGTH(text_cases));
    tcase_add_loop_test(cases, what_is_not_known_is_not_guessed, 0,
                        (int)ARRAY_LENGTH(unknown_cases));
    tcase_add_test(cases, a_tar_archive_is_known_by_bytes_257_to_262);
    tcase_add_test(cases, a_full_head_may_end_inside_a_character_but_a_short_file_may_not);
    tcase_add_test(cases, json_is_followed_through_a_whole_head);
    tcase_add_loop_test(cases, a_declared_type_is_its_name_in_lower_case_or_nothing, 0,
                        (int)ARRAY_LENGTH(declared_cases));
    tcase_add_loop_test(cases, an_extension_is_right_for_its_type_and_those_built_on_it, 0,
                        (int)ARRAY_LENGTH(extension_cases));
    tcase_add_loop_test(cases, every_type_that_detection_gives_has_words, 0,
                        (int)ARRAY_LENGTH(binary_cases));
    tcase_add_test(cases, words_to_offer_are_known_and_stand_once);
    tcase_add_test(cases, words_that_name_no_type_are_unknown);
    Suite *suite = suite_create("content_type");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
