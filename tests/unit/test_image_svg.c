#include "model/image.h"

#include <check.h>

#include "image_building.h"

/* The size that the attributes of the root give. */
static const struct {
    const char *attributes;
    uint32_t width;
    uint32_t height;
} size_cases[] = {
    {"width=\"70\" height=\"50\"", 70, 50},
    {"width='70px' height='50PX'", 70, 50},
    {" width = \"70\"\n\theight\r\n=\r\n'50' ", 70, 50},
    {"width=\"+7.04e1\" height=\"500E-1\"", 70, 50},
    {"width=\" 70 \" height=\".5e2\"", 70, 50},
    {"width=\"69.5\" height=\"50.49\"", 70, 50},
    {"width=\"72pt\" height=\"6pc\"", 96, 96},
    {"width=\"1in\" height=\"2.54cm\"", 96, 96},
    {"width=\"25.4mm\" height=\"101.6Q\"", 96, 96},
    {"viewBox=\"0 0 70 50\"", 70, 50},
    {"viewBox=\"-1,-2.5 , 70,50\"", 70, 50},
    {"width=\"100%\" height=\"100%\" viewBox=\"0 0 70 50\"", 70, 50},
    {"width=\"140\" viewBox=\"0 0 70 50\"", 140, 100},
    {"height=\"25\" width=\"100%\" viewBox=\"0 0 70 50\"", 35, 25},
    {"width=\"7\" height=\"5\" viewBox=\"0 0 70 50\"", 7, 5},
    {"width=\"auto\" height=\"\" viewBox=\"0 0 70 50\"", 70, 50},
    {"width=\"70\"", 70, 0},
    {"height=\"50\" viewBox=\"0 0 0 0\"", 0, 50},
    {"viewBox=\"0 0 70\"", 0, 0},
    {"viewBox=\"0 0 70 50 3\"", 0, 0},
    {"viewBox=\"0 0 -70 50\"", 0, 0},
    {"width=\"10em\" height=\"5ex\" viewBox=\"0 0 70 50\"", 0, 0},
    {"width=\"&w;\" height=\"50\" viewBox=\"0 0 70 50\"", 0, 50},
    {"width=\"0\" height=\"0.4\"", 0, 0},
    {"width=\"2147483648\" height=\"2147483649\"", UINT32_C(1) << 31, 0},
    {"width=\"1e99999999999\" height=\"-50\"", 0, 0},
    {"width=\"1e-99999999999\" height=\"99e\"", 0, 0},
    {"x:width=\"1\" widths=\"2\" wid=\"3\" th=\"4\" WIDTH=\"5\"", 0, 0},
    {"title=\"a > b width='1'\" width=\"70\" height='50' data-a='\"'", 70, 50},
    {"stroke-width=\"9\" width=\"70\" line-height=\"9\" height=\"50\"", 70, 50},
    {"width=\"000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "00000000000000000000007\" height=\"50\"",
     0, 50},
};

START_TEST(the_root_gives_the_size_in_pixels)
{
    struct image_draft *draft = calloc(1, sizeof(*draft));
    ck_assert_ptr_nonnull(draft);
    put_text(draft, "<svg ");
    put_text(draft, size_cases[_i].attributes);
    put_text(draft, "><svg width=\"1\" height=\"1\"/></svg>");
    check_draft(draft, size_cases[_i].attributes, "image/svg+xml",
                (struct image_expectation){size_cases[_i].width, size_cases[_i].height, 0,
                                           IMAGE_END_SEEN, 0});
    free(draft);
}
END_TEST

#define ROOT "<svg width='7' height='5'>"

/* Texts that end with the root; `surplus` bytes follow it. */
static const struct {
    const char *text;
    size_t surplus;
} whole_cases[] = {
    {ROOT "</svg>", 0},
    {"<svg width='7' height='5'/>", 0},
    {"<svg width='7' height='5' />\n", 1},
    {ROOT "</svg\n\t>\r\n", 2},
    {"\xEF\xBB\xBF<?xml version='1.0'?>\n" ROOT "</svg>", 0},
    {"<?xml-stylesheet href='<svg>' ? > ?>" ROOT "</svg>", 0},
    {"<!-- <svg width='1' height='1'> - -- > ->" ROOT "</svg>-->" ROOT "</svg>", 0},
    {"<!---->" ROOT "<!-->--></svg>", 0},
    {"<!DOCTYPE svg>" ROOT "</svg>", 0},
    {"<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" 'http://x/?a>b'>" ROOT "</svg>", 0},
    {"<!DOCTYPE svg [<!ENTITY a '<svg>]>'> <!-- ' ]> --> <?p ]> ?>\n%b; ] >" ROOT "&a;</svg>", 0},
    {"<!DOCTYPE svg [ <!ENTITY lt \"&#38;#60;\"> ]\n>" ROOT "</svg>", 0},
    {"<svg:svg xmlns:svg='x' width='7' height='5'><svg:g/></svg:svg>", 0},
    {ROOT "<svg><svg/><x:svg></x:svg></svg></svg> \n", 2},
    {ROOT "<![CDATA[</svg>]]</svg>] ]></svg>]]]></svg>", 0},
    {ROOT "<text a='</svg>' b=\"/>\">a > b</text></svg>", 0},
    {ROOT "<svgs><sv/></svgs><asvg/><svg.a/><svg\n/></svg>", 0},
    {ROOT "</svg><svg width='1' height='1'></svg>", 32},
};

START_TEST(the_end_of_the_root_is_the_end)
{
    struct image_file file = {whole_cases[_i].text, "image/svg+xml", whole_cases[_i].text,
                              strlen(whole_cases[_i].text)};
    check_image(&file,
                (struct image_expectation){7, 5, 0, IMAGE_END_SEEN, whole_cases[_i].surplus});
}
END_TEST

static const char *const cut_cases[] = {
    ROOT,
    ROOT "</g>",
    ROOT "</svgs>",
    ROOT "<svg></svg>",
    ROOT "<!-- </svg>",
    ROOT "<!-- </svg> ->",
    ROOT "<![CDATA[</svg>",
    ROOT "<? </svg>",
    ROOT "<g a='</svg>",
    ROOT "</svg",
    ROOT "<!x '</svg>",
};

START_TEST(a_text_without_the_end_of_its_root_is_cut)
{
    struct image_file file = {cut_cases[_i], "image/svg+xml", cut_cases[_i], strlen(cut_cases[_i])};
    check_image(&file, (struct image_expectation){7, 5, 0, IMAGE_END_MISSING, 0});
}
END_TEST

START_TEST(what_has_another_root_is_not_judged)
{
    struct image_file file = {"html", "image/svg+xml", BYTES("<html>" ROOT "</svg></html>")};
    check_image(&file, (struct image_expectation){.end = IMAGE_END_UNKNOWN});
    file = (struct image_file){"no tag", "image/svg+xml", BYTES("just text")};
    check_image(&file, (struct image_expectation){.end = IMAGE_END_MISSING});
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("image_svg");
    tcase_add_loop_test(cases, the_root_gives_the_size_in_pixels, 0, (int)ARRAY_LENGTH(size_cases));
    tcase_add_loop_test(cases, the_end_of_the_root_is_the_end, 0, (int)ARRAY_LENGTH(whole_cases));
    tcase_add_loop_test(cases, a_text_without_the_end_of_its_root_is_cut, 0,
                        (int)ARRAY_LENGTH(cut_cases));
    tcase_add_test(cases, what_has_another_root_is_not_judged);
    Suite *suite = suite_create("image_svg");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
