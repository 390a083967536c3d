#include "model/image.h"

#include <check.h>

#include "image_building.h"

#define ABSURD UINT64_C(0xFFFFFFFFFFFFFFF0)

static struct image_draft draft; /* too large for the stack of a test */

/* A file is one primary item, number 3, with the properties that a test puts into it; and another
 * item with properties of its own. */
struct plan {
    const char *brand;
    unsigned ipma_version;
    unsigned ipma_flags;
    unsigned iloc_version;
    size_t offset_bytes;
    size_t base_bytes;
    const char *associations; /* one byte each, ends with a zero */
    void (*put_properties)(void);
};

static void check(const char *name, struct image_expectation expected)
{
    check_draft(&draft, name, "image/avif", expected);
    check_draft(&draft, name, "image/heic", expected);
}

static void put_ftyp(const char *brand)
{
    size_t ftyp = box_begins(&draft, "ftyp");
    put_text(&draft, brand);
    put(&draft, 4, 0);
    put_text(&draft, "mif1miaf");
    box_ends(&draft, ftyp);
}

static void put_size(uint32_t width, uint32_t height)
{
    size_t ispe = box_begins(&draft, "ispe");
    put(&draft, 4, 0);
    put(&draft, 4, width);
    put(&draft, 4, height);
    box_ends(&draft, ispe);
}

static void put_byte_box(const char *type, unsigned value)
{
    size_t box = box_begins(&draft, type);
    put(&draft, 1, value);
    box_ends(&draft, box);
}

static void put_crop(uint32_t width, uint32_t height)
{
    size_t clap = box_begins(&draft, "clap");
    put(&draft, 4, 2 * width);
    put(&draft, 4, 2);
    put(&draft, 4, height);
    put(&draft, 4, 1);
    put_zeroes(&draft, 16);
    box_ends(&draft, clap);
}

static void put_associations(const struct plan *plan, unsigned item, const char *associations)
{
    put(&draft, plan->ipma_version == 0 ? 2 : 4, item);
    put(&draft, 1, strlen(associations));
    for (; *associations != '\0'; associations++) {
        unsigned index = (unsigned char)*associations & 0x7F;
        unsigned essential = (unsigned char)*associations >> 7;
        if (plan->ipma_flags == 1)
            put(&draft, 2, essential << 15 | index);
        else
            put(&draft, 1, essential << 7 | index);
    }
}

static void put_iprp(const struct plan *plan)
{
    size_t iprp = box_begins(&draft, "iprp");
    size_t ipco = box_begins(&draft, "ipco");
    plan->put_properties();
    box_ends(&draft, ipco);
    size_t ipma = box_begins(&draft, "ipma");
    put(&draft, 1, plan->ipma_version);
    put(&draft, 3, plan->ipma_flags);
    put(&draft, 4, 2);
    put_associations(plan, 2, "\1\2");
    put_associations(plan, 3, plan->associations);
    box_ends(&draft, ipma);
    box_ends(&draft, iprp);
}

static void put_pitm(unsigned item)
{
    size_t pitm = box_begins(&draft, "pitm");
    put(&draft, 4, 0);
    put(&draft, 2, item);
    box_ends(&draft, pitm);
}

/* The head of an iloc box with `items` items to come. */
static size_t iloc_begins(const struct plan *plan, unsigned items)
{
    size_t iloc = box_begins(&draft, "iloc");
    put(&draft, 1, plan->iloc_version);
    put(&draft, 3, 0);
    put(&draft, 1, plan->offset_bytes << 4 | 4);
    put(&draft, 1, plan->base_bytes << 4);
    put(&draft, plan->iloc_version < 2 ? 2 : 4, items);
    return iloc;
}

/* The head of an item with `extents` extents to come. */
static void put_item(const struct plan *plan, unsigned method, uint64_t base, unsigned extents)
{
    put(&draft, plan->iloc_version < 2 ? 2 : 4, 3);
    if (plan->iloc_version > 0)
        put(&draft, 2, method);
    put(&draft, 2, 0);
    put(&draft, plan->base_bytes, base);
    put(&draft, 2, extents);
}

/* A whole file: its item has two extents, the last 12 bytes of the file. */
static void put_still(const struct plan *plan)
{
    memset(&draft, 0, sizeof(draft));
    put_ftyp(plan->brand);
    size_t meta = box_begins(&draft, "meta");
    put(&draft, 4, 0);
    put_pitm(3);
    put_iprp(plan);
    size_t iloc = iloc_begins(plan, 1);
    size_t extent_bytes = plan->offset_bytes + 4;
    size_t data = draft.length + 2 * extent_bytes + plan->base_bytes + 6 +
                  (plan->iloc_version == 2 ? 2 : 0) + (plan->iloc_version > 0 ? 2 : 0) + 8;
    size_t base = plan->base_bytes > 0 ? data - 5 : 0;
    put_item(plan, 0, base, 2);
    put(&draft, plan->offset_bytes, data + 5 - base);
    put(&draft, 4, 7);
    put(&draft, plan->offset_bytes, data - base);
    put(&draft, 4, 5);
    box_ends(&draft, iloc);
    box_ends(&draft, meta);
    size_t mdat = box_begins(&draft, "mdat");
    ck_assert_uint_eq(draft.length, data);
    put_text(&draft, "twelve bytes");
    box_ends(&draft, mdat);
}

static void put_plain(void)
{
    put_size(2, 2);
    put_byte_box("free", 0);
    put_size(7, 5);
}

static void put_changes(void)
{
    put_size(7, 5);
    put_byte_box("irot", 0);
    put_byte_box("irot", 1);
    put_byte_box("irot", 2);
    put_byte_box("irot", 3);
    put_byte_box("imir", 0);
    put_byte_box("imir", 1);
    put_crop(4, 3);
}

static void put_many(void)
{
    for (uint32_t i = 0; i < 20; i++)
        put_size(100 + i, 200 + i);
}

static const struct plan PLAIN = {"avif", 0, 0, 0, 4, 0, "\x81\3", put_plain};

static const struct {
    const char *name;
    struct plan plan;
    struct image_expectation expected;
} still_cases[] = {
    {"plain", {"avif", 0, 0, 0, 4, 0, "\2\x83", put_plain}, {7, 5, 0, IMAGE_END_SEEN, 0}},
    {"wide numbers", {"mif1", 1, 1, 2, 8, 8, "\2\x83", put_plain}, {7, 5, 0, IMAGE_END_SEEN, 0}},
    {"iloc of version 1", {"heic", 1, 0, 1, 4, 4, "\3", put_plain}, {7, 5, 0, IMAGE_END_SEEN, 0}},
    {"no size", {"heic", 0, 1, 1, 4, 8, "\2", put_plain}, {0, 0, 0, IMAGE_END_SEEN, 0}},
    {"angle 0", {"avif", 0, 0, 0, 4, 0, "\1\2", put_changes}, {7, 5, 1, IMAGE_END_SEEN, 0}},
    {"angle 1", {"avif", 0, 0, 0, 4, 0, "\1\3", put_changes}, {5, 7, 8, IMAGE_END_SEEN, 0}},
    {"angle 2", {"avif", 0, 0, 0, 4, 0, "\1\4", put_changes}, {7, 5, 3, IMAGE_END_SEEN, 0}},
    {"angle 3", {"avif", 0, 0, 0, 4, 0, "\1\5", put_changes}, {5, 7, 6, IMAGE_END_SEEN, 0}},
    {"axis 0", {"avif", 0, 0, 0, 4, 0, "\1\6", put_changes}, {7, 5, 4, IMAGE_END_SEEN, 0}},
    {"axis 1", {"avif", 0, 0, 0, 4, 0, "\1\7", put_changes}, {7, 5, 2, IMAGE_END_SEEN, 0}},
    {"angle 1, axis 0",
     {"avif", 0, 0, 0, 4, 0, "\1\3\6", put_changes},
     {5, 7, 5, IMAGE_END_SEEN, 0}},
    {"angle 3, axis 0",
     {"avif", 0, 0, 0, 4, 0, "\1\5\6", put_changes},
     {5, 7, 7, IMAGE_END_SEEN, 0}},
    {"angle 1, axis 1",
     {"avif", 0, 0, 0, 4, 0, "\1\3\7", put_changes},
     {5, 7, 7, IMAGE_END_SEEN, 0}},
    {"cut, angle 1",
     {"avif", 0, 0, 0, 4, 0, "\1\x88\x83", put_changes},
     {3, 4, 8, IMAGE_END_SEEN, 0}},
    {"the 16th size", {"avif", 0, 0, 0, 4, 0, "\x10", put_many}, {115, 215, 0, IMAGE_END_SEEN, 0}},
    {"the 17th size", {"avif", 0, 0, 0, 4, 0, "\x11", put_many}, {0, 0, 0, IMAGE_END_SEEN, 0}},
};

START_TEST(the_primary_item_gives_the_size_as_shown)
{
    put_still(&still_cases[_i].plan);
    check(still_cases[_i].name, still_cases[_i].expected);
}
END_TEST

START_TEST(what_follows_the_items_does_not_count)
{
    put_still(&PLAIN);
    size_t mdat = draft.length - 20;
    put_text(&draft, "\1\2\3junk");
    check("junk", (struct image_expectation){7, 5, 0, IMAGE_END_SEEN, 7});
    put_still(&PLAIN);
    patch(&draft, mdat, 4, 0);
    check("an mdat without a size", (struct image_expectation){7, 5, 0, IMAGE_END_SEEN, 0});
    patch(&draft, mdat, 4, 500);
    check("an mdat that is longer", (struct image_expectation){7, 5, 0, IMAGE_END_SEEN, 0});
    patch(&draft, mdat, 4, 7);
    check("an mdat that is none", (struct image_expectation){7, 5, 0, IMAGE_END_SEEN, 0});
}
END_TEST

/* A meta box that ends the file, with an iloc box of one item and one extent. */
static void put_meta(unsigned method, uint64_t offset, uint64_t length)
{
    static const struct plan WIDE = {.iloc_version = 1, .offset_bytes = 8};
    memset(&draft, 0, sizeof(draft));
    put_ftyp("avif");
    size_t meta = box_begins(&draft, "meta");
    put(&draft, 4, 0);
    size_t iloc = iloc_begins(&WIDE, 1);
    put_item(&WIDE, method, 0, 1);
    put(&draft, 8, offset);
    put(&draft, 4, length);
    box_ends(&draft, iloc);
    box_ends(&draft, meta);
}

START_TEST(extents_decide_whether_the_file_is_whole)
{
    struct image_expectation whole = {.end = IMAGE_END_SEEN};
    struct image_expectation cut = {.end = IMAGE_END_MISSING};
    struct image_expectation unsure = {.end = IMAGE_END_UNKNOWN};
    put_meta(0, 8, 4);
    check("in front of the meta box", whole);
    put_meta(1, 8, 400);
    check("in the meta box", whole);
    put_meta(2, 8, 400);
    check("made from another item", whole);
    put_meta(0, ABSURD, UINT32_MAX);
    check("an end that wraps", cut);
    put_meta(0, 400, 1);
    check("beyond the end", cut);
    put_meta(0, 8, 0);
    check("no length", unsure);
    patch(&draft, draft.length - 22, 2, 0);
    check("an iloc box that announces no items", unsure);

    put_meta(0, 8, 4);
    patch(&draft, draft.length - 22, 2, 2);
    check("an iloc box that announces more items", unsure);
    put_still(&PLAIN);
    size_t meta = 24;
    size_t iloc = box_begins(&draft, "iloc");
    put_zeroes(&draft, 8);
    box_ends(&draft, iloc);
    box_ends(&draft, meta); /* its mdat box and the second iloc box are in it too */
    whole.width = 7;
    whole.height = 5;
    check("a second iloc box", whole);
    put_meta(0, 8, 4);
    patch(&draft, draft.length - 28, 1, 3);
    check("an unknown iloc box", unsure);
    put_meta(0, 8, 4);
    patch(&draft, draft.length - 24, 1, 0x53);
    check("numbers of odd sizes", unsure);
    put_meta(0, 8, 4);
    patch(&draft, draft.length - 24, 2, 0);
    patch(&draft, draft.length - 14, 2, UINT16_MAX);
    check("extents without bytes", unsure);
}
END_TEST

static const struct {
    const char *name;
    uint64_t size;
    uint64_t long_size;
    enum image_end end;
} size_cases[] = {
    {"1 and long 15", 1, 15, IMAGE_END_UNKNOWN},
    {"1 and long 0", 1, 0, IMAGE_END_UNKNOWN},
    {"2", 2, 0, IMAGE_END_UNKNOWN},
    {"3", 3, 0, IMAGE_END_UNKNOWN},
    {"7", 7, 0, IMAGE_END_UNKNOWN},
    {"0", 0, 0, IMAGE_END_UNKNOWN},
    {"beyond the file", 500, 0, IMAGE_END_MISSING},
    {"beyond 2^63", 1, ABSURD, IMAGE_END_MISSING},
    {"UINT64_MAX", 1, UINT64_MAX, IMAGE_END_MISSING},
};

START_TEST(boxes_of_absurd_sizes_end_the_walk)
{
    memset(&draft, 0, sizeof(draft));
    put_ftyp("avif");
    put(&draft, 4, size_cases[_i].size);
    put_text(&draft, "free");
    put(&draft, 8, size_cases[_i].long_size);
    put_text(&draft, "0123456789");
    check(size_cases[_i].name, (struct image_expectation){.end = size_cases[_i].end});
}
END_TEST

START_TEST(a_box_may_not_be_longer_than_the_one_around_it)
{
    static const uint64_t SIZES[] = {0, 4, 100, UINT32_MAX};
    for (size_t i = 0; i < ARRAY_LENGTH(SIZES); i++) {
        put_meta(0, 8, 4);
        patch(&draft, draft.length - 36, 4, SIZES[i]);
        check("an iloc box of wrong size", (struct image_expectation){.end = IMAGE_END_UNKNOWN});
    }
    memset(&draft, 0, sizeof(draft));
    put_ftyp("avif");
    size_t meta = box_begins(&draft, "meta");
    put(&draft, 2, 0);
    box_ends(&draft, meta);
    put_zeroes(&draft, 20);
    check("a meta box without its version", (struct image_expectation){.end = IMAGE_END_UNKNOWN});
}
END_TEST

/* A track of 7 x 5 with one chunk. */
static void put_moov(unsigned version, bool is_long, uint64_t chunk)
{
    size_t moov = box_begins(&draft, "moov");
    size_t trak = box_begins(&draft, "trak");
    size_t tkhd = box_begins(&draft, "tkhd");
    put(&draft, 1, version);
    put_zeroes(&draft, version == 0 ? 75 : 87);
    put(&draft, 4, 7 << 16);
    put(&draft, 4, 5 << 16);
    box_ends(&draft, tkhd);
    size_t mdia = box_begins(&draft, "mdia");
    size_t minf = box_begins(&draft, "minf");
    size_t stbl = box_begins(&draft, "stbl");
    size_t stco = box_begins(&draft, is_long ? "co64" : "stco");
    put(&draft, 4, 0);
    put(&draft, 4, 1);
    put(&draft, is_long ? 8 : 4, chunk);
    box_ends(&draft, stco);
    box_ends(&draft, stbl);
    box_ends(&draft, minf);
    box_ends(&draft, mdia);
    box_ends(&draft, trak);
    box_ends(&draft, moov);
}

static void put_mdat(void)
{
    size_t mdat = box_begins(&draft, "mdat");
    put_text(&draft, "frames");
    box_ends(&draft, mdat);
}

START_TEST(a_sequence_is_whole_with_its_last_box)
{
    for (unsigned version = 0; version < 2; version++) {
        memset(&draft, 0, sizeof(draft));
        put_ftyp(version == 0 ? "avis" : "msf1");
        put_moov(version, version > 0, 40);
        put_mdat();
        check("a track", (struct image_expectation){7, 5, 0, IMAGE_END_SEEN, 0});
    }
    put_still(&PLAIN);
    patch(&draft, 8, 4, 0x61766973); /* avis */
    check("a sequence without a track", (struct image_expectation){7, 5, 0, IMAGE_END_UNKNOWN, 0});
    size_t still_length = draft.length;
    put_moov(0, false, still_length - 4);
    check("a sequence with a first image", (struct image_expectation){7, 5, 0, IMAGE_END_SEEN, 0});
    put(&draft, 3, 0); /* what the rest is, nobody can tell */
    struct image_file file = {"a part of a box", "image/avif", draft.bytes, draft.length};
    ck_assert_int_eq(probe_prefix(&file, file.length).end, IMAGE_END_UNKNOWN);

    memset(&draft, 0, sizeof(draft));
    put_ftyp("avis");
    put_moov(0, true, ABSURD);
    put_mdat();
    check("a chunk beyond the end", (struct image_expectation){7, 5, 0, IMAGE_END_MISSING, 0});
}
END_TEST

START_TEST(thousands_of_items_and_properties_are_passed)
{
    static const struct plan NARROW = {.offset_bytes = 4};
    memset(&draft, 0, sizeof(draft));
    put_ftyp("heic");
    size_t meta = box_begins(&draft, "meta");
    put(&draft, 4, 0);
    size_t iloc = iloc_begins(&NARROW, 4000);
    for (size_t i = 0; i < 4000; i++) {
        put_item(&NARROW, 0, 0, 1);
        put(&draft, 4, i);
        put(&draft, 4, 1);
    }
    box_ends(&draft, iloc);
    size_t iprp = box_begins(&draft, "iprp");
    size_t ipco = box_begins(&draft, "ipco");
    for (uint32_t i = 0; i < 2000; i++)
        put_size(i, i);
    box_ends(&draft, ipco);
    box_ends(&draft, iprp);
    box_ends(&draft, meta);
    struct image_file file = {"thousands", "image/heic", draft.bytes, draft.length};
    struct image_info whole = probe_prefix(&file, file.length);
    ck_assert_int_eq(whole.end, IMAGE_END_SEEN);
    ck_assert(equal_infos(whole, probe_pieces(&file, file.length, 1, true)));
    ck_assert_int_eq(probe_prefix(&file, file.length - 1).end, IMAGE_END_MISSING);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("image_isobmff");
    tcase_add_loop_test(cases, the_primary_item_gives_the_size_as_shown, 0,
                        (int)ARRAY_LENGTH(still_cases));
    tcase_add_test(cases, what_follows_the_items_does_not_count);
    tcase_add_test(cases, extents_decide_whether_the_file_is_whole);
    tcase_add_loop_test(cases, boxes_of_absurd_sizes_end_the_walk, 0,
                        (int)ARRAY_LENGTH(size_cases));
    tcase_add_test(cases, a_box_may_not_be_longer_than_the_one_around_it);
    tcase_add_test(cases, a_sequence_is_whole_with_its_last_box);
    tcase_add_test(cases, thousands_of_items_and_properties_are_passed);
    Suite *suite = suite_create("image_isobmff");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
