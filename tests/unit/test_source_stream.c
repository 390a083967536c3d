#include "io/source_stream.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "source_items.h"

#define OUTPUT_MAX (4 * 1024 * 1024)
#define SKIPPABLE "\x5a\x2a\x4d\x18\x05\0\0\0abcde"
#define ADD(text, literal) text_append((text), (literal), sizeof(literal) - 1)

static void add_gzip(struct text *text, const char *bytes, size_t length)
{
    z_stream stream = {0};
    size_t bound = length + length / 100 + 100;
    unsigned char *out = malloc(bound);
    ck_assert_int_eq(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (unsigned char *)(uintptr_t)bytes;
    stream.avail_in = (uInt)length;
    stream.next_out = out;
    stream.avail_out = (uInt)bound;
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    text_append(text, (char *)out, bound - stream.avail_out);
    deflateEnd(&stream);
    free(out);
}

static void add_zstd(struct text *text, const char *bytes, size_t length, int window_log)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    size_t bound = ZSTD_compressBound(length);
    char *out = malloc(bound);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    if (window_log > 0) { /* a single segment needs no window: hide the length */
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
    }
    ZSTD_inBuffer input = {bytes, length, 0};
    ZSTD_outBuffer output = {out, bound, 0};
    size_t rest = ZSTD_compressStream2(context, &output, &input, ZSTD_e_continue);
    ck_assert(!ZSTD_isError(rest));
    rest = ZSTD_compressStream2(context, &output, &input, ZSTD_e_end);
    ck_assert_uint_eq(rest, 0);
    text_append(text, out, output.pos);
    ZSTD_freeCCtx(context);
    free(out);
}

/* Adds all that a stream gives in calls with room for so many bytes. Returns how it ends. */
static enum source_stream_answer read_stream(struct source_stream *stream, size_t room,
                                             struct text *out)
{
    char *bytes = malloc(room);
    size_t length;
    enum source_stream_answer answer;
    while ((answer = source_stream_read(stream, bytes, room, &length)) == SOURCE_STREAM_BYTES) {
        ck_assert_uint_le(length, room);
        ck_assert(text_append(out, bytes, length));
    }
    ck_assert_int_eq(source_stream_read(stream, bytes, room, &length), answer);
    ck_assert_uint_eq(length, 0);
    free(bytes);
    return answer;
}

/* Pieces and rooms of different sizes, with which the same must come out. What a pipe gives in one
 * piece must have room. */
static const struct {
    size_t piece; /* 0 = a regular file */
    size_t room;
} WAYS[] = {{0, 262144}, {0, 509}, {0, 4099}, {1, 4096}, {2, 65536}, {7, 5000}, {1000, 262144}};

/* The reason why it breaks, or NULL. */
static const char *expand(const struct text *input, size_t way, struct text *out)
{
    int descriptor = WAYS[way].piece == 0
                         ? source_items_file(input->data, input->length)
                         : source_items_pipe(input->data, input->length, WAYS[way].piece);
    lseek(descriptor, 0, SEEK_SET);
    struct source_stream *stream = source_stream_create(descriptor, WAYS[way].piece == 0, -1);
    enum source_stream_answer answer = read_stream(stream, WAYS[way].room, out);
    const char *reason = answer == SOURCE_STREAM_BROKEN ? source_stream_reason(stream) : NULL;
    ck_assert(answer == SOURCE_STREAM_ENDED || reason != NULL);
    source_stream_destroy(stream);
    return reason;
}

/* What comes out and why it ends must be the same in every way. */
static void check_stream(const struct text *input, const struct text *expected, const char *reason)
{
    for (size_t way = 0; way < ARRAY_LENGTH(WAYS); way++) {
        struct text out;
        text_init(&out, OUTPUT_MAX);
        ck_assert_pstr_eq(expand(input, way, &out), reason);
        ck_assert_uint_eq(out.length, expected->length);
        ck_assert(memcmp(out.data, expected->data, out.length) == 0);
        text_clear(&out);
    }
}

/* About 35 bytes a line that compress well, but not to nothing. */
#define LINES 3000
#define LINES_OF_SEVERAL_BLOCKS 12000

static void add_sample(struct text *text, unsigned lines)
{
    for (unsigned i = 0; i < lines; i++)
        text_append_format(text, "http://example.org/%u/%u\n", i, i * 2654435761u);
}

static struct text new_text(void)
{
    struct text text;
    text_init(&text, OUTPUT_MAX);
    return text;
}

START_TEST(plain_bytes_come_as_they_are)
{
    static const char *const lists[] = {
        "", "h", "http://a/1\n", "\x1f", "\x1f\x8a", "(", "(\xb5/", "P*M", "P*M\x19", "(\xb5/\xfe",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
        struct text text = new_text();
        text_append_string(&text, lists[i]);
        check_stream(&text, &text, NULL);
        text_clear(&text);
    }
    struct text sample = new_text();
    add_sample(&sample, LINES);
    check_stream(&sample, &sample, NULL);
    text_clear(&sample);
}
END_TEST

START_TEST(members_and_padding_of_gzip_are_read_to_the_end)
{
    struct text expected = new_text();
    struct text input = new_text();
    add_sample(&expected, LINES);
    add_gzip(&input, expected.data, expected.length);
    check_stream(&input, &expected, NULL);
    add_gzip(&input, "", 0);
    add_gzip(&input, "more", 4);
    text_append_string(&expected, "more");
    check_stream(&input, &expected, NULL);
    for (unsigned i = 0; i < 512; i++)
        text_append_char(&input, '\0');
    check_stream(&input, &expected, NULL);
    text_append_char(&input, '\x1f');
    check_stream(&input, &expected, "bytes behind the gzip data that are no gzip");
    text_clear(&expected);
    text_clear(&input);
}
END_TEST

START_TEST(frames_of_zstd_are_read_to_the_end)
{
    struct text expected = new_text();
    struct text input = new_text();
    add_sample(&expected, LINES);
    ADD(&input, SKIPPABLE);
    add_zstd(&input, expected.data, expected.length, 0);
    check_stream(&input, &expected, NULL);
    add_zstd(&input, "", 0, 0);
    ADD(&input, SKIPPABLE);
    add_zstd(&input, "more", 4, 23);
    text_append_string(&expected, "more");
    check_stream(&input, &expected, NULL);
    text_append_char(&input, '\0');
    check_stream(&input, &expected, "bytes behind the zstd data that are no zstd");
    text_clear(&expected);
    text_clear(&input);
}
END_TEST

START_TEST(a_window_of_more_than_8_mib_is_refused)
{
    struct text nothing = new_text();
    struct text input = new_text();
    add_zstd(&input, "http://a/1\n", 11, 24);
    check_stream(&input, &nothing, "the zstd data needs a window larger than 8 MiB");
    text_clear(&nothing);
    text_clear(&input);
}
END_TEST

START_TEST(a_frame_of_an_obsolete_version_is_refused)
{
    struct text expected = new_text();
    struct text input = new_text();
    add_zstd(&input, "more", 4, 0);
    text_append_string(&expected, "more");
    ADD(&input, "\x25\xb5\x2f\xfd\0\0\0");
    check_stream(&input, &expected, "bytes behind the zstd data that are no zstd");
    text_clear(&expected);
    text_clear(&input);
}
END_TEST

/* Whatever is lost, the beginning comes out, and the same in every way. */
static void check_damage(const struct text *input, const struct text *sample, bool gives_some)
{
    struct text expected = new_text();
    const char *reason = expand(input, 0, &expected);
    ck_assert_ptr_nonnull(reason);
    check_stream(input, &expected, reason);
    size_t same = 0;
    while (same < expected.length && same < sample->length &&
           expected.data[same] == sample->data[same])
        same++;
    ck_assert_uint_le(expected.length, 2 * sample->length);
    ck_assert(same > 0 || !gives_some);
    text_clear(&expected);
}

START_TEST(a_stream_that_is_cut_short_says_so_and_gives_its_beginning)
{
    static const size_t cuts[] = {5, 11, 100, 1000, 20000};
    for (unsigned is_gzip = 0; is_gzip <= 1; is_gzip++) {
        struct text sample = new_text();
        struct text whole = new_text();
        add_sample(&sample, LINES_OF_SEVERAL_BLOCKS);
        if (is_gzip)
            add_gzip(&whole, sample.data, sample.length);
        else
            add_zstd(&whole, sample.data, sample.length, 0);
        for (size_t i = 0; i <= ARRAY_LENGTH(cuts); i++) {
            struct text input = new_text();
            text_append(&input, whole.data, i == 0 ? whole.length - 1 : cuts[i - 1]);
            struct text out = new_text();
            ck_assert_str_eq(expand(&input, 0, &out),
                             is_gzip ? "the gzip data is cut short" : "the zstd data is cut short");
            check_damage(&input, &sample, i == 0);
            text_clear(&out);
            text_clear(&input);
        }
        text_clear(&sample);
        text_clear(&whole);
    }
}
END_TEST

START_TEST(a_corrupt_stream_gives_the_same_in_whatever_pieces_it_comes)
{
    for (unsigned is_gzip = 0; is_gzip <= 1; is_gzip++) {
        struct text sample = new_text();
        struct text whole = new_text();
        add_sample(&sample, LINES_OF_SEVERAL_BLOCKS);
        if (is_gzip)
            add_gzip(&whole, sample.data, sample.length);
        else
            add_zstd(&whole, sample.data, sample.length, 0);
        for (size_t place = 20; place < whole.length; place += whole.length / 20) {
            whole.data[place] ^= 0x55;
            check_damage(&whole, &sample, place > whole.length / 2);
            whole.data[place] ^= 0x55;
        }
        whole.data[whole.length - 2] ^= 1; /* in the checksum, or gzip's length */
        struct text out = new_text();
        ck_assert_str_eq(expand(&whole, 0, &out),
                         is_gzip ? "the gzip data is corrupt" : "the zstd data is corrupt");
        ck_assert_uint_eq(out.length, is_gzip ? sample.length : out.length);
        check_damage(&whole, &sample, true);
        text_clear(&out);
        text_clear(&sample);
        text_clear(&whole);
    }
}
END_TEST

START_TEST(a_bomb_costs_no_more_in_a_call_than_its_caller_has_room_for)
{
    enum { ZEROS = 16 * 1024 * 1024, ROOM = 65536 };
    char *zeros = calloc(1, ZEROS);
    static char out[ROOM];
    for (unsigned is_gzip = 0; is_gzip <= 1; is_gzip++) {
        struct text input = new_text();
        if (is_gzip)
            add_gzip(&input, zeros, ZEROS);
        else
            add_zstd(&input, zeros, ZEROS, 0);
        ck_assert_uint_lt(input.length, ZEROS / 500);
        int descriptor = source_items_file(input.data, input.length);
        lseek(descriptor, 0, SEEK_SET);
        struct source_stream *stream = source_stream_create(descriptor, true, -1);
        size_t length;
        size_t total = 0;
        unsigned calls = 0;
        while (source_stream_read(stream, out, ROOM, &length) == SOURCE_STREAM_BYTES) {
            total += length;
            calls++;
        }
        ck_assert_uint_eq(total, ZEROS);
        ck_assert_uint_ge(calls, ZEROS / ROOM);
        source_stream_destroy(stream);
        text_clear(&input);
    }
    free(zeros);
}
END_TEST

START_TEST(a_failing_read_says_why_and_stays_failed)
{
    char byte;
    size_t length;
    int descriptor = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* cannot be read */
    struct source_stream *stream = source_stream_create(descriptor, true, -1);
    ck_assert_int_eq(source_stream_read(stream, &byte, 1, &length), SOURCE_STREAM_FAILED);
    ck_assert_int_eq(source_stream_errno(stream), EISDIR);
    ck_assert_int_eq(source_stream_read(stream, &byte, 1, &length), SOURCE_STREAM_FAILED);
    source_stream_destroy(stream);
}
END_TEST

START_TEST(a_stop_ends_waiting_wherever_the_stream_is)
{
    static const char *const beginnings[] = {
        "", "\x1f", "(\xb5", "http://a", "\x1f\x8b\x08\0\0", "(\xb5/\xfd\x04"};
    for (size_t i = 0; i < ARRAY_LENGTH(beginnings); i++) {
        int list[2];
        int stop[2];
        char bytes[64];
        size_t length;
        enum source_stream_answer answer;
        ck_assert_int_eq(pipe(list), 0);
        ck_assert_int_eq(pipe(stop), 0);
        size_t expected = strlen(beginnings[i]);
        ck_assert_int_eq(write(list[1], beginnings[i], expected), (ssize_t)expected);
        struct source_stream *stream = source_stream_create(list[0], false, stop[0]);
        ck_assert(expected == 0 ||
                  source_stream_read(stream, bytes, sizeof(bytes), &length) == SOURCE_STREAM_BYTES);
        ck_assert_int_eq(write(stop[1], "x", 1), 1);
        for (unsigned call = 0; call < 2; call++) {
            answer = source_stream_read(stream, bytes, sizeof(bytes), &length);
            ck_assert_int_eq(answer, SOURCE_STREAM_STOPPED);
        }
        source_stream_destroy(stream);
        close(list[1]);
        close(stop[0]);
        close(stop[1]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("source_stream");
    TCase *tests = tcase_create("stream");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, plain_bytes_come_as_they_are);
    tcase_add_test(tests, members_and_padding_of_gzip_are_read_to_the_end);
    tcase_add_test(tests, frames_of_zstd_are_read_to_the_end);
    tcase_add_test(tests, a_window_of_more_than_8_mib_is_refused);
    tcase_add_test(tests, a_frame_of_an_obsolete_version_is_refused);
    tcase_add_test(tests, a_stream_that_is_cut_short_says_so_and_gives_its_beginning);
    tcase_add_test(tests, a_corrupt_stream_gives_the_same_in_whatever_pieces_it_comes);
    tcase_add_test(tests, a_bomb_costs_no_more_in_a_call_than_its_caller_has_room_for);
    tcase_add_test(tests, a_failing_read_says_why_and_stays_failed);
    tcase_add_test(tests, a_stop_ends_waiting_wherever_the_stream_is);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
