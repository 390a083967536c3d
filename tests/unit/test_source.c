#include "io/source.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "scratch.h"
#include "source_items.h"

static const struct source_settings AUTO = {.format = SOURCE_FORMAT_AUTO, .stop_descriptor = -1};

START_TEST(the_format_is_in_the_extension)
{
    static const struct {
        const char *path;
        enum source_format format;
    } cases[] = {
        {"-", SOURCE_FORMAT_TEXT},
        {"list", SOURCE_FORMAT_TEXT},
        {"list.txt", SOURCE_FORMAT_TEXT},
        {"a.csv/list", SOURCE_FORMAT_TEXT},
        {"list.csv.txt", SOURCE_FORMAT_TEXT},
        {"listcsv", SOURCE_FORMAT_TEXT},
        {"list.csv", SOURCE_FORMAT_CSV},
        {"LIST.CSV", SOURCE_FORMAT_CSV},
        {"/a/b.c/list.Csv.gz", SOURCE_FORMAT_CSV},
        {"list.csv.ZST", SOURCE_FORMAT_CSV},
        {"list.tsv", SOURCE_FORMAT_TSV},
        {"list.tab.gz", SOURCE_FORMAT_TSV},
        {"list.jsonl", SOURCE_FORMAT_JSONL},
        {"list.ndjson.zst", SOURCE_FORMAT_JSONL},
        {"list.json", SOURCE_FORMAT_JSONL},
        {"list.csv.xz", SOURCE_FORMAT_TEXT},
        {"list.gz", SOURCE_FORMAT_TEXT},
        {"", SOURCE_FORMAT_TEXT},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        ck_assert_int_eq(source_format_of(cases[i].path), cases[i].format);
}
END_TEST

START_TEST(a_list_is_opened_in_the_format_of_its_extension_unless_told)
{
    struct source_settings settings = AUTO;
    scratch_write("list.jsonl", "{\"url\":\"http://a/1\"}\n");
    char *items =
        source_items_of(source_open(in_scratch("list.jsonl"), &settings, NULL), NULL, NULL);
    ck_assert_str_eq(items, "1:http://a/1\n");
    free(items);
    settings.format = SOURCE_FORMAT_TEXT;
    items = source_items_of(source_open(in_scratch("list.jsonl"), &settings, NULL), NULL, NULL);
    ck_assert_str_eq(items, "1:{\"url\":\"http://a/1\"}\n");
    free(items);
}
END_TEST

START_TEST(a_missing_list_and_a_directory_are_errors_of_input)
{
    static const struct {
        const char *name, *text;
    } cases[] = {{"missing", "No such file"}, {".", "directory"}};
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct error error = {0};
        ck_assert(!source_check(in_scratch(cases[i].name), &error));
        ck_assert_int_eq(error.kind, ERROR_INPUT);
        ck_assert_ptr_nonnull(strstr(error.text, cases[i].text));
        error = (struct error){0};
        ck_assert_ptr_null(source_open(in_scratch(cases[i].name), &AUTO, &error));
        ck_assert_int_eq(error.kind, ERROR_INPUT);
        ck_assert_ptr_nonnull(strstr(error.text, cases[i].text));
    }
    scratch_write("list", "");
    ck_assert(source_check(in_scratch("list"), NULL));
    ck_assert(source_check("-", NULL));
}
END_TEST

/* A pipe as standard input, and one to stop with. */
struct pipes {
    int list[2];
    int stop[2];
};

static struct source *open_pipes(struct pipes *pipes, enum source_format format)
{
    ck_assert_int_eq(pipe(pipes->list), 0);
    ck_assert_int_eq(pipe(pipes->stop), 0);
    ck_assert_int_eq(dup2(pipes->list[0], STDIN_FILENO), STDIN_FILENO);
    struct source_settings settings = {.format = format, .stop_descriptor = pipes->stop[0]};
    struct error error = {0};
    struct source *source = source_open("-", &settings, &error);
    ck_assert_msg(source != NULL, "%s", error.text);
    ck_assert(!source_is_regular(source));
    ck_assert_str_eq(source_name(source), "-");
    return source;
}

static void close_pipes(struct pipes *pipes)
{
    for (int i = 0; i < 2; i++) {
        close(pipes->list[i]);
        close(pipes->stop[i]);
    }
}

static void write_pipe(const int ends[2], const char *text)
{
    ck_assert_int_eq(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
}

START_TEST(waiting_for_a_pipe_ends_when_told)
{
    struct pipes pipes;
    struct source_item item;
    struct source *source = open_pipes(&pipes, SOURCE_FORMAT_TEXT);
    /* The first byte of the next line tells that no options follow: nothing to wait for. */
    write_pipe(pipes.list, "http://a/1\nhalf");
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_ITEM);
    ck_assert_uint_eq(item.line, 1);
    write_pipe(pipes.stop, "x");
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_STOPPED);
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_STOPPED);
    ck_assert_uint_eq(source_counts(source).lines, 1);
    source_close(source);
    close_pipes(&pipes);
}
END_TEST

START_TEST(a_url_that_may_get_options_is_given_before_a_stop)
{
    struct pipes pipes;
    struct source_item item;
    struct source *source = open_pipes(&pipes, SOURCE_FORMAT_TEXT);
    write_pipe(pipes.list, "http://a/1\n out=x\n");
    write_pipe(pipes.stop, "x");
    /* A stop comes before bytes that are there: the first read sees it. */
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_STOPPED);
    char byte;
    ck_assert_int_eq(read(pipes.stop[0], &byte, 1), 1);
    write_pipe(pipes.list, " dir=y\nhttp://a/4\n");
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_ITEM);
    ck_assert_uint_eq(item.field_count, 2);
    write_pipe(pipes.stop, "x");
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_ITEM);
    ck_assert_uint_eq(item.line, 4);
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_STOPPED);
    source_close(source);
    close_pipes(&pipes);
}
END_TEST

START_TEST(a_stop_inside_a_row_counts_no_line_that_gave_nothing)
{
    struct pipes pipes;
    struct source_item item;
    struct source *source = open_pipes(&pipes, SOURCE_FORMAT_CSV);
    write_pipe(pipes.list, "url,t\nhttp://a/1,x\nhttp://a/2,\"a\nb\nc\n");
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_ITEM);
    write_pipe(pipes.stop, "x");
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_STOPPED);
    ck_assert_uint_eq(source_counts(source).lines, 3);
    source_close(source);
    close_pipes(&pipes);
}
END_TEST

START_TEST(a_fifo_without_a_writer_is_waited_for_and_not_at_its_end)
{
    struct source_item item;
    int stop[2];
    ck_assert_int_eq(mkfifo(in_scratch("fifo"), 0600), 0);
    ck_assert_int_eq(pipe(stop), 0);
    struct source_settings settings = {.format = SOURCE_FORMAT_AUTO, .stop_descriptor = stop[0]};
    struct source *source = source_open(in_scratch("fifo"), &settings, NULL);
    ck_assert_ptr_nonnull(source);
    int writer = open(in_scratch("fifo"), O_WRONLY | O_CLOEXEC);
    ck_assert_int_eq(write(writer, "http://a/1\nhttp://a/2\n", 22), 22);
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_ITEM);
    close(writer);
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_ITEM);
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_END);
    source_close(source);

    source = source_open(in_scratch("fifo"), &settings, NULL);
    write_pipe(stop, "x");
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_STOPPED);
    source_close(source);
    close(stop[0]);
    close(stop[1]);
}
END_TEST

START_TEST(a_long_list_without_items_gives_chances_to_stop)
{
    enum { BYTES = 32 * 1024 * 1024 };
    for (enum source_format format = SOURCE_FORMAT_TEXT; format <= SOURCE_FORMAT_JSONL; format++) {
        int descriptor = memfd_create("list", MFD_CLOEXEC);
        ck_assert_int_eq(ftruncate(descriptor, BYTES), 0);
        ck_assert_int_eq(pwrite(descriptor, "url\n", 4, 0), 4);
        ck_assert_int_eq(pwrite(descriptor, "\n", 1, BYTES - 1), 1);
        struct source *source = source_items_open(descriptor, format, NULL);
        struct source_item item;
        struct error error;
        enum source_answer answer;
        unsigned chances = 0;
        while ((answer = source_next(source, &item, &error)) != SOURCE_END &&
               answer != SOURCE_ERROR)
            chances += answer == SOURCE_NOTHING;
        ck_assert_uint_ge(chances, 1);
        source_close(source);
    }
}
END_TEST

/* Lists in which every kind of item occurs; several blocks long. */
static void append_list(struct text *list, enum source_format format)
{
    char separator = format == SOURCE_FORMAT_TSV ? '\t' : ',';
    if (format == SOURCE_FORMAT_CSV || format == SOURCE_FORMAT_TSV)
        text_append_format(list, "url%cname%cheader%cheader\n", separator, separator, separator);
    for (unsigned i = 0; i < 2000; i++) {
        switch (format) {
        case SOURCE_FORMAT_AUTO:
        case SOURCE_FORMAT_TEXT:
            text_append_format(list, "http://a/%u\thttp://b/%u\r\n  out=%u\n# note\n\n", i, i, i);
            text_append_format(list, "http://a/\xFF%u\n header=A: b\n dir=%s\n", i,
                               i % 3 == 0 ? "\xFF" : "d");
            break;
        case SOURCE_FORMAT_CSV:
        case SOURCE_FORMAT_TSV:
            text_append_format(list, "http://a/%u%c\"a \"\"b\n\"\"\n\"%cA: b%c\r\n\n", i, separator,
                               separator, separator);
            text_append_format(list, "http://b/%u%c%s\n", i, separator,
                               i % 100 == 99 ? "\"open"
                               : i % 3 == 0  ? "few"
                                             : "\"x\"y");
            break;
        case SOURCE_FORMAT_JSONL:
            text_append_format(list, "{\"url\":[\"http://a/%u\",\"http://b/\"],\"n\":%u.5}\n\n", i,
                               i);
            text_append_string(list,
                               i % 3 == 0 ? "{\"url\":\"c\",\"header\":[\"\xFF\"]}\n" : "[1]\n");
            break;
        }
    }
    for (unsigned i = 0; i < 80000; i++)
        text_append_char(list, 'x');
    text_append_string(list, "\nthe end");
}

static void append_gzip(struct text *text, const char *bytes, size_t length)
{
    unsigned char out[256 * 1024];
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)bytes, .avail_in = (uInt)length};
    stream.next_out = out;
    stream.avail_out = sizeof(out);
    ck_assert_int_eq(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    text_append(text, (char *)out, stream.total_out);
    deflateEnd(&stream);
}

static void append_zstd(struct text *text, const char *bytes, size_t length)
{
    char out[256 * 1024];
    size_t size = ZSTD_compress(out, sizeof(out), bytes, length, 1);
    ck_assert(!ZSTD_isError(size));
    text_append(text, out, size);
}

/* All ways in which the list can come must give the same. */
static void check_ways(const struct text *list, enum source_format format, const char *expected,
                       struct source_counts counts, bool is_whole)
{
    static const size_t pieces[] = {0, 1, 2049, 3001, 4096};
    for (size_t i = 0; i < ARRAY_LENGTH(pieces); i++) {
        struct source_counts found;
        bool found_whole;
        int descriptor = pieces[i] == 0 ? source_items_file(list->data, list->length)
                                        : source_items_pipe(list->data, list->length, pieces[i]);
        struct source *source = source_items_open(descriptor, format, NULL);
        char *items = source_items_of(source, &found, &found_whole);
        ck_assert(strcmp(items, expected) == 0);
        ck_assert(found_whole == is_whole);
        ck_assert_uint_eq(found.lines, counts.lines);
        ck_assert_uint_eq(found.comments, counts.comments);
        ck_assert_uint_eq(found.blank, counts.blank);
        free(items);
    }
}

static struct text new_text(void)
{
    struct text text;
    text_init(&text, SOURCE_ITEMS_TEXT_MAX);
    return text;
}

START_TEST(a_list_is_the_same_from_a_file_and_a_pipe_plain_and_compressed)
{
    enum source_format format = (enum source_format)_i;
    struct text list = new_text();
    struct text gzip = new_text();
    struct text zstd = new_text();
    struct source_counts counts;
    append_list(&list, format);
    append_gzip(&gzip, list.data, 50001);
    append_gzip(&gzip, list.data + 50001, list.length - 50001);
    append_zstd(&zstd, list.data, 50001);
    append_zstd(&zstd, list.data + 50001, list.length - 50001);
    struct source *source =
        source_items_open(source_items_file(list.data, list.length), format, NULL);
    char *expected = source_items_of(source, &counts, NULL);
    ck_assert_ptr_nonnull(strstr(expected, "http://a/1999"));
    ck_assert_ptr_nonnull(strstr(expected, "!line longer than 64 KiB"));
    check_ways(&list, format, expected, counts, true);
    check_ways(&gzip, format, expected, counts, true);
    check_ways(&zstd, format, expected, counts, true);
    free(expected);
    text_clear(&list);
    text_clear(&gzip);
    text_clear(&zstd);
}
END_TEST

START_TEST(a_broken_stream_gives_its_beginning_and_one_problem_in_whatever_pieces_it_comes)
{
    enum source_format format = (enum source_format)_i;
    struct text list = new_text();
    append_list(&list, format);
    for (unsigned cut = 0; cut < 12; cut++) {
        struct text stream = new_text();
        struct source_counts counts;
        if (cut % 2 == 0)
            append_gzip(&stream, list.data, list.length);
        else
            append_zstd(&stream, list.data, list.length);
        const char *reason = "data is cut short";
        if (cut < 10) {
            text_cut(&stream, stream.length * (10 - cut) / 11);
        } else if (cut == 10) {
            stream.data[stream.length - 6] ^= 1; /* in the checksum */
            reason = "data is corrupt";
        } else {
            text_append_string(&stream, "more");
            reason = "data that are no zstd";
        }
        bool is_whole = true;
        struct source *source =
            source_items_open(source_items_file(stream.data, stream.length), format, NULL);
        char *expected = source_items_of(source, &counts, &is_whole);
        ck_assert(!is_whole);
        const char *found = strstr(expected, reason);
        ck_assert_ptr_nonnull(found);
        ck_assert_ptr_eq(strchr(found, '\n'), expected + strlen(expected) - 1);
        check_ways(&stream, format, expected, counts, false);
        free(expected);
        text_clear(&stream);
    }
    text_clear(&list);
}
END_TEST

START_TEST(a_break_takes_the_place_of_the_line_that_it_ends_in)
{
    static const struct {
        const char *list, *items;
        enum source_format format;
        unsigned lines;
    } cases[] = {
        {"", "1!CUT\n", SOURCE_FORMAT_TEXT, 1},
        {"http://a/1\nhttp://a/", "1:http://a/1\n2!CUT\n", SOURCE_FORMAT_TEXT, 2},
        {"http://a/1\n", "1:http://a/1\n2!CUT\n", SOURCE_FORMAT_TEXT, 2},
        {"http://a/1\n# not", "1:http://a/1\n2!CUT\n", SOURCE_FORMAT_TEXT, 2},
        {"http://a/1\n out=x\n di", "1!its option in line 3: CUT@http://a/1\n", SOURCE_FORMAT_TEXT,
         3},
        {" out", "1!CUT\n", SOURCE_FORMAT_TEXT, 1},
        {"url,t\nhttp://a/1,x\nhttp", "2:http://a/1 t=x\n3!CUT\n", SOURCE_FORMAT_CSV, 3},
        {"url,t\nhttp://a/1,\"x\nhttp://a/2,", "2!a quote that is not closed@http://a/1\n3!CUT\n",
         SOURCE_FORMAT_CSV, 3},
        {"url", "1!CUT\n", SOURCE_FORMAT_CSV, 1},
        {"{\"url\":\"a\"}\n{\"url\":\"b\"}", "1:a\n2!CUT\n", SOURCE_FORMAT_JSONL, 2},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct text stream = new_text();
        struct text items = new_text();
        struct source_counts counts;
        append_gzip(&stream, cases[i].list, strlen(cases[i].list));
        text_cut(&stream, stream.length - 8); /* all but the trailer */
        int descriptor = source_items_file(stream.data, stream.length);
        struct source *source = source_items_open(descriptor, cases[i].format, NULL);
        char *found = source_items_of(source, &counts, NULL);
        char *cut = strstr(found, "the gzip data is cut short");
        ck_assert_ptr_nonnull(cut);
        text_append(&items, found, (size_t)(cut - found));
        text_append_format(&items, "CUT%s", cut + strlen("the gzip data is cut short"));
        ck_assert_str_eq(items.data, cases[i].items);
        ck_assert_uint_eq(counts.lines, cases[i].lines);
        free(found);
        text_clear(&stream);
        text_clear(&items);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("source");
    TCase *tests = tcase_create("source");
    tcase_add_checked_fixture(tests, scratch_setup, scratch_teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, the_format_is_in_the_extension);
    tcase_add_test(tests, a_list_is_opened_in_the_format_of_its_extension_unless_told);
    tcase_add_test(tests, a_missing_list_and_a_directory_are_errors_of_input);
    tcase_add_test(tests, waiting_for_a_pipe_ends_when_told);
    tcase_add_test(tests, a_url_that_may_get_options_is_given_before_a_stop);
    tcase_add_test(tests, a_stop_inside_a_row_counts_no_line_that_gave_nothing);
    tcase_add_test(tests, a_fifo_without_a_writer_is_waited_for_and_not_at_its_end);
    tcase_add_test(tests, a_long_list_without_items_gives_chances_to_stop);
    tcase_add_loop_test(tests, a_list_is_the_same_from_a_file_and_a_pipe_plain_and_compressed,
                        SOURCE_FORMAT_TEXT, SOURCE_FORMAT_JSONL + 1);
    tcase_add_loop_test(
        tests, a_broken_stream_gives_its_beginning_and_one_problem_in_whatever_pieces_it_comes,
        SOURCE_FORMAT_TEXT, SOURCE_FORMAT_JSONL + 1);
    tcase_add_test(tests, a_break_takes_the_place_of_the_line_that_it_ends_in);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
