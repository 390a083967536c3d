#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "io/directory.h"
#include "io/html_sections.h"
#include "io/json_field.h"

#define NAME_SHOWN 120

enum display {
    DISPLAY_NONE,    /* browsers cannot */
    DISPLAY_PICTURE, /* as a picture only: opened by itself, it might run scripts */
    DISPLAY_LINK,    /* and a link leads to it */
};

static const struct kind {
    const char *format; /* of the record, by magic bytes */
    const char *name;
    const char *extensions; /* with blanks around: a browser goes by these, not by the bytes */
    enum display display;
} KINDS[] = {
    {"jpeg", "JPEG", " jpg jpeg jpe jfif ", DISPLAY_LINK},
    {"png", "PNG", " png ", DISPLAY_LINK},
    {"gif", "GIF", " gif ", DISPLAY_LINK},
    {"webp", "WebP", " webp ", DISPLAY_LINK},
    {"bmp", "BMP", " bmp ", DISPLAY_LINK},
    {"avif", "AVIF", " avif ", DISPLAY_LINK},
    {"ico", "ICO", " ico ", DISPLAY_LINK},
    {"svg", "SVG", " svg ", DISPLAY_PICTURE},
    {"tiff", "TIFF", "", DISPLAY_NONE},
    {"heif", "HEIF", "", DISPLAY_NONE},
    {"jxl", "JPEG XL", "", DISPLAY_NONE},
};

static const struct kind *kind_of(const char *format)
{
    for (size_t i = 0; i < ARRAY_LENGTH(KINDS); i++)
        if (strcmp(KINDS[i].format, format) == 0)
            return &KINDS[i];
    return NULL;
}

static bool has_extension(const char *path, const char *extensions)
{
    const char *dot = strrchr(path, '.');
    size_t length = dot != NULL ? strlen(dot + 1) : 0;
    for (const char *next = extensions; length > 0 && *next != '\0'; next++)
        if (*next == ' ' && strncasecmp(next + 1, dot + 1, length) == 0 && next[1 + length] == ' ')
            return true;
    return false;
}

/* What haul keeps for itself is no picture, whatever the records say. */
static bool is_private(const char *path)
{
    static const char name[] = ".haul";
    size_t length = sizeof name - 1;
    return strncmp(path, name, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* A file whose name says that it is something else is not opened: it might be that, too. */
static enum display display_of(const struct html_page *page, const char *path,
                               const struct kind *kind)
{
    if (page->links == NULL || kind == NULL || !directory_is_safe_path(path) || is_private(path))
        return DISPLAY_NONE;
    if (has_extension(path, kind->extensions))
        return kind->display;
    for (size_t i = 0; i < ARRAY_LENGTH(KINDS); i++)
        if (kind->display == DISPLAY_LINK && KINDS[i].display == DISPLAY_LINK &&
            has_extension(path, KINDS[i].extensions))
            return DISPLAY_LINK;
    return kind->display == DISPLAY_LINK ? DISPLAY_PICTURE : DISPLAY_NONE;
}

static void append_link(struct text *text, const struct html_page *page, const char *path)
{
    html_page_append_escaped(text, page->links, SIZE_MAX);
    html_page_append_path(text, path);
}

static void append_picture(struct text *text, const struct html_page *page, const json_t *record,
                           const char *path, const char *name)
{
    int64_t width = json_field_count(record, "image.width", 0);
    int64_t height = json_field_count(record, "image.height", 0);
    text_append_string(text, "<img loading=\"lazy\" decoding=\"async\" src=\"");
    append_link(text, page, path);
    text_append_string(text, "\" alt=\"");
    html_page_append_escaped(text, name, NAME_SHOWN);
    text_append_char(text, '"');
    if (width > 0 && height > 0)
        text_append_format(text, " width=\"%lld\" height=\"%lld\"", (long long)width,
                           (long long)height);
    text_append_char(text, '>');
}

static void append_dimensions(struct text *text, const json_t *record, const char *format)
{
    char number[NUMBER_SIZE];
    int64_t width = json_field_count(record, "image.width", 0);
    int64_t height = json_field_count(record, "image.height", 0);
    int64_t bytes = json_field_count(record, "bytes.file", -1);
    text_append_string(text, "<small>");
    if (width > 0 && height > 0)
        text_append_format(text, "%lld \xC3\x97 %lld, ", (long long)width, (long long)height);
    html_page_append_escaped(text, format, HTML_PAGE_STRING);
    if (bytes >= 0)
        text_append_format(text, ", %s", number_format_bytes(number, bytes));
    if (json_is_false(json_field_find(record, "image.complete")))
        text_append_string(text, ", <span class=\"bad\">cut short</span>");
    text_append_string(text, "</small>");
}

static void append_tile(struct text *text, const struct html_page *page, const json_t *record)
{
    const char *path = json_field_string(record, "path");
    const char *format = json_field_string(record, "image.format");
    if (path == NULL || format == NULL)
        return;
    const struct kind *kind = kind_of(format);
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    enum display display = display_of(page, path, kind);
    const char *shown = kind != NULL ? kind->name : format;
    text_append_string(text, "<li>");
    if (display == DISPLAY_LINK) {
        text_append_string(text, "<a href=\"");
        append_link(text, page, path);
        text_append_string(text, "\">");
    }
    if (display == DISPLAY_NONE) {
        text_append_string(text, "<div class=\"none\">");
        html_page_append_escaped(text, shown, HTML_PAGE_STRING);
        text_append_string(text, "</div>");
    } else {
        append_picture(text, page, record, path, name);
    }
    text_append_string(text, display == DISPLAY_LINK ? "</a><p>" : "<p>");
    html_page_append_foreign(text, name, NAME_SHOWN);
    append_dimensions(text, record, shown);
    text_append_string(text, "</p></li>\n");
}

void html_images_append(struct text *text, const struct html_page *page)
{
    const struct report_records *records = page->records;
    if (records == NULL || records->image_count == 0)
        return;
    html_page_start_section(text, "images", "Images");
    text_append_string(text, "<ul class=\"sheet\">\n");
    for (size_t i = 0; i < records->image_count; i++)
        append_tile(text, page, records->images[i]);
    text_append_string(text, "</ul>\n");
    uint64_t more = records->image_total > records->image_count
                        ? records->image_total - records->image_count
                        : 0;
    html_page_append_more(text, (int64_t)more, "image", "images");
    html_page_end_section(text);
}
