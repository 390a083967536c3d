#include "model/content_type_text.h"

#include <string.h>

#include "base/vis.h"

/* What was read of a file: from `at` up to, not including, `end`. */
struct head {
    const char *at;
    const char *end;
};

static const struct content_type HTML = {"text/html", ".html"};
static const struct content_type JSON = {"application/json", ".json"};
static const struct content_type SVG = {"image/svg+xml", ".svg"};
static const struct content_type TEXT = {"text/plain", ""};
static const struct content_type XML = {"application/xml", ".xml"};

static const struct content_type *const TYPES[] = {&HTML, &JSON, &SVG, &TEXT, &XML};

static size_t length_of(struct head head)
{
    return (size_t)(head.end - head.at);
}

static bool starts_with(struct head head, const char *string)
{
    size_t length = strlen(string);
    return length <= length_of(head) && memcmp(head.at, string, length) == 0;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f';
}

static struct head skip_blanks(struct head head)
{
    while (head.at < head.end && is_blank(*head.at))
        head.at++;
    return head;
}

/* A lower-case word, in any case, that does not go on: "<a" starts "<a href" and "<A>", but not
 * "<abbr>". Not strncasecmp, which depends on the user's language. */
static bool starts_with_word(struct head head, const char *word)
{
    size_t i = 0;
    for (; word[i] != '\0'; i++) {
        if (head.at + i == head.end)
            return false;
        char byte = head.at[i];
        if (byte >= 'A' && byte <= 'Z')
            byte = (char)(byte - 'A' + 'a');
        if (byte != word[i])
            return false;
    }
    return head.at + i < head.end &&
           (is_blank(head.at[i]) || head.at[i] == '>' || head.at[i] == '/');
}

static bool starts_with_html(struct head head)
{
    static const char *const TAGS[] = {"<html",   "<head", "<body", "<title", "<meta",  "<script",
                                       "<iframe", "<h1",   "<div",  "<font",  "<table", "<style",
                                       "<a",      "<b",    "<br",   "<p",     "<link"};
    for (size_t i = 0; i < ARRAY_LENGTH(TAGS); i++) {
        if (starts_with_word(head, TAGS[i]))
            return true;
    }
    return false;
}

/* Behind the first "-->" or "?>"; NULL when there is none. For such short words memmem takes longer
 * to begin than to search. */
static const char *find_close(struct head head, const char *close)
{
    size_t before = strlen(close) - 1;
    const char *at = head.at;
    while ((at = memchr(at, '>', (size_t)(head.end - at))) != NULL) {
        if ((size_t)(at - head.at) >= before && memcmp(at - before, close, before) == 0)
            return at + 1;
        at++;
    }
    return NULL;
}

static const struct content_type *detect_markup(struct head head)
{
    bool is_xml = false;
    head = skip_blanks(head);
    while (starts_with(head, "<!--") || starts_with(head, "<?")) {
        bool is_comment = head.at[1] == '!';
        is_xml = is_xml || (!is_comment && starts_with_word(head, "<?xml"));
        head.at += 2;
        head.at = find_close(head, is_comment ? "-->" : "?>");
        if (head.at == NULL)
            return is_xml ? &XML : NULL;
        head = skip_blanks(head);
    }
    if (starts_with_word(head, "<!doctype")) {
        head.at += strlen("<!doctype");
        head = skip_blanks(head);
        return starts_with_word(head, "html") ? &HTML : starts_with_word(head, "svg") ? &SVG : &XML;
    }
    if (starts_with_word(head, "<svg"))
        return &SVG;
    /* <a> or <p> may be the root of any XML; only <html> itself makes a declared XML a page. */
    if (is_xml)
        return starts_with_word(head, "<html") ? &HTML : &XML;
    return starts_with_html(head) ? &HTML : NULL;
}

/* Skips a JSON string (RFC 8259, section 7); false when a control byte is in it. */
static bool skip_string(struct head *head)
{
    for (head->at++; head->at < head->end && *head->at != '"'; head->at++) {
        if ((unsigned char)*head->at < 0x20)
            return false;
        if (*head->at == '\\' && head->at + 1 < head->end)
            head->at++;
    }
    if (head->at < head->end)
        head->at++;
    return true;
}

/* Skips a run of digits; a number that the end of the head cuts off counts as complete. */
static bool skip_digits(struct head *head)
{
    const char *start = head->at;
    while (head->at < head->end && *head->at >= '0' && *head->at <= '9')
        head->at++;
    return head->at > start || head->at == head->end;
}

static bool skip_number(struct head *head)
{
    if (*head->at == '-')
        head->at++;
    if (!skip_digits(head))
        return false;
    if (head->at < head->end && *head->at == '.') {
        head->at++;
        if (!skip_digits(head))
            return false;
    }
    if (head->at < head->end && (*head->at == 'e' || *head->at == 'E')) {
        head->at++;
        if (head->at < head->end && (*head->at == '+' || *head->at == '-'))
            head->at++;
        return skip_digits(head);
    }
    return true;
}

static bool skip_scalar(struct head *head)
{
    static const char *const WORDS[] = {"true", "false", "null"};
    if (*head->at == '"')
        return skip_string(head);
    if (*head->at == '-' || (*head->at >= '0' && *head->at <= '9'))
        return skip_number(head);
    for (size_t i = 0; i < ARRAY_LENGTH(WORDS); i++) {
        size_t length = strlen(WORDS[i]);
        if (length > length_of(*head))
            length = length_of(*head);
        if (memcmp(head->at, WORDS[i], length) == 0) {
            head->at += length;
            return true;
        }
    }
    return false;
}

/* True for the beginning of a JSON object or array that has at least one complete part: a text may
 * begin with "[1]" too, so every byte of the head must fit the grammar. */
static bool is_json(struct head head)
{
    enum { VALUE, FIRST_VALUE, KEY, FIRST_KEY, COLON, COMMA, NOTHING } next = VALUE;
    uint64_t is_object = 0; /* bit 0: the innermost open bracket; bit 1: the one around it ... */
    unsigned depth = 0;
    bool has_part = false;
    for (head = skip_blanks(head); head.at < head.end; head = skip_blanks(head)) {
        char byte = *head.at;
        bool closes = depth > 0 && byte == ((is_object & 1) ? '}' : ']');
        if (closes && (next == FIRST_VALUE || next == FIRST_KEY || next == COMMA)) {
            is_object >>= 1;
            depth--;
            next = depth == 0 ? NOTHING : COMMA;
            has_part = true;
            head.at++;
        } else if ((byte == '{' || byte == '[') && (next == VALUE || next == FIRST_VALUE)) {
            if (++depth > 64)
                return false;
            is_object = is_object << 1 | (byte == '{');
            next = byte == '{' ? FIRST_KEY : FIRST_VALUE;
            head.at++;
        } else if ((byte == ':' && next == COLON) || (byte == ',' && next == COMMA)) {
            next = byte == ',' && (is_object & 1) ? KEY : VALUE;
            has_part = true;
            head.at++;
        } else if (byte == '"' && (next == KEY || next == FIRST_KEY)) {
            if (!skip_string(&head))
                return false;
            next = COLON;
        } else if (depth > 0 && (next == VALUE || next == FIRST_VALUE) && skip_scalar(&head)) {
            next = COMMA;
        } else {
            return false;
        }
    }
    return has_part;
}

/* UTF-8 without control bytes. Only a full head may end inside a character. */
static bool is_text(struct head head, bool is_cut)
{
    while (head.at < head.end) {
        uint32_t code_point;
        size_t length = vis_decode(head.at, length_of(head), &code_point);
        if (length == 0)
            return is_cut && length_of(head) < 4 && (unsigned char)head.at[0] >= 0xC2;
        if ((code_point < 0x20 && !is_blank((char)code_point)) || code_point == 0x7F)
            return false;
        head.at += length;
    }
    return true;
}

const struct content_type *content_type_text_detect(const char *bytes, size_t length, bool is_cut)
{
    struct head head = {bytes, bytes + length};
    if (starts_with(head, "\xEF\xBB\xBF"))
        head.at += 3;
    const struct content_type *type = detect_markup(head);
    if (type != NULL)
        return type;
    return is_json(head) ? &JSON : is_text(head, is_cut) ? &TEXT : NULL;
}

const struct content_type *content_type_text_find(const char *media_type)
{
    for (size_t i = 0; i < ARRAY_LENGTH(TYPES); i++)
        if (strcmp(TYPES[i]->media_type, media_type) == 0)
            return TYPES[i];
    return NULL;
}
