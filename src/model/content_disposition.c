#include "model/content_disposition.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/vis.h"

/* What is left of the field value. */
struct reader {
    const char *at;
    const char *end;
};

struct parameter {
    const char *name;
    size_t name_length;
    struct text value; /* unquoted; memory that is used again */
};

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->end && is_blank(*reader->at))
        reader->at++;
}

/* From `start` to the next ';' or the end, without the blanks there. */
static size_t plain_length(const struct reader *reader, const char *start)
{
    const char *stop = memchr(start, ';', (size_t)(reader->end - start));
    if (stop == NULL)
        stop = reader->end;
    while (stop > start && is_blank(stop[-1]))
        stop--;
    return (size_t)(stop - start);
}

/* Appends what is between here and `end` without the backslashes that escape. */
static void unescape(const char *at, const char *end, struct text *value)
{
    for (; at < end; at++) {
        if (*at == '\\' && at + 1 < end)
            at++;
        text_append_char(value, *at);
    }
}

/* The closing quote of what begins at `at`; NULL when there is none. */
static const char *find_quote(const char *at, const char *end)
{
    for (; at < end && *at != '"'; at++) {
        if (*at == '\\' && at + 1 < end)
            at++;
    }
    return at < end ? at : NULL;
}

static void read_value(struct reader *reader, struct text *value)
{
    text_reset(value);
    skip_blanks(reader);
    bool is_quoted = reader->at < reader->end && *reader->at == '"';
    const char *start = reader->at + is_quoted;
    const char *quote = is_quoted ? find_quote(start, reader->end) : NULL;
    /* A quote that is never closed holds no more than an unquoted value would. */
    const char *stop = quote != NULL ? quote : start + plain_length(reader, start);
    if (is_quoted)
        unescape(start, stop, value);
    else
        text_append(value, start, (size_t)(stop - start));
    reader->at = quote != NULL ? quote + 1 : stop;
}

/* Reads on to the next `name=value`; other things between two ';', as the disposition type, are
 * passed over. False at the end. */
static bool next_parameter(struct reader *reader, struct parameter *parameter)
{
    while (reader->at < reader->end) {
        skip_blanks(reader);
        const char *name = reader->at;
        size_t length = 0;
        while (name + length < reader->end && name[length] != '=' && name[length] != ';')
            length++;
        reader->at = name + length;
        if (reader->at < reader->end && *reader->at == '=') {
            reader->at++;
            while (length > 0 && is_blank(name[length - 1]))
                length--;
            parameter->name = name;
            parameter->name_length = length;
            read_value(reader, &parameter->value);
            reader->at += plain_length(reader, reader->at); /* rubbish behind a quote */
            return true;
        }
        if (reader->at < reader->end)
            reader->at++;
    }
    return false;
}

static int hex_value(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    if (character >= 'A' && character <= 'F')
        return character - 'A' + 10;
    return -1;
}

static bool decode_percent(const char *bytes, size_t length, struct text *out)
{
    for (size_t i = 0; i < length; i++) {
        char byte = bytes[i];
        if (byte == '%') {
            int high = length - i > 2 ? hex_value(bytes[i + 1]) : -1;
            int low = length - i > 2 ? hex_value(bytes[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            byte = (char)(high << 4 | low);
            i += 2;
        }
        text_append_char(out, byte);
    }
    return true;
}

static void append_latin(const char *bytes, size_t length, struct text *out)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (byte >= 0x80) {
            text_append_char(out, (char)(0xc0 | byte >> 6));
            byte = 0x80 | (byte & 0x3f);
        }
        text_append_char(out, (char)byte);
    }
}

/* charset'language'value (RFC 8187, 3.2.1). */
static bool decode_extended(const struct text *value, struct text *out)
{
    const char *language = memchr(value->data, '\'', value->length);
    const char *end = value->data + value->length;
    if (language == NULL)
        return false;
    size_t charset_length = (size_t)(language - value->data);
    language++;
    const char *encoded = memchr(language, '\'', (size_t)(end - language));
    if (encoded == NULL)
        return false;
    encoded++;
    struct text bytes;
    text_init(&bytes, value->length);
    bool is_decoded = decode_percent(encoded, (size_t)(end - encoded), &bytes);
    if (charset_length == strlen("UTF-8") && strncasecmp(value->data, "UTF-8", 5) == 0)
        text_append(out, bytes.data, bytes.length);
    else if (charset_length == strlen("ISO-8859-1") &&
             strncasecmp(value->data, "ISO-8859-1", 10) == 0)
        append_latin(bytes.data, bytes.length, out);
    else
        is_decoded = false;
    text_clear(&bytes);
    return is_decoded;
}

static bool decode_plain(const struct text *value, struct text *out)
{
    if (vis_is_utf8(value->data, value->length))
        text_append(out, value->data, value->length);
    else
        append_latin(value->data, value->length, out);
    return true;
}

/* UTF-8, no controls, and more than blanks and dots. */
static bool is_usable(const char *name, size_t length)
{
    bool has_substance = false;
    for (size_t i = 0; i < length;) {
        uint32_t code_point;
        size_t step = vis_decode(name + i, length - i, &code_point);
        if (step == 0 || code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0))
            return false;
        has_substance = has_substance || (name[i] != ' ' && name[i] != '.');
        i += step;
    }
    return has_substance;
}

/* The last component of the first usable parameter of this name. */
static bool find_name(struct reader reader, bool is_extended, char *out, size_t out_size)
{
    const char *wanted = is_extended ? "filename*" : "filename";
    size_t limit = (size_t)(reader.end - reader.at);
    struct parameter parameter = {0};
    struct text name;
    text_init(&parameter.value, limit);
    text_init(&name, 2 * limit); /* a byte of ISO-8859-1 becomes two */
    bool found = false;
    while (!found && next_parameter(&reader, &parameter)) {
        if (parameter.name_length != strlen(wanted) ||
            strncasecmp(parameter.name, wanted, parameter.name_length) != 0)
            continue;
        text_reset(&name);
        if (is_extended ? !decode_extended(&parameter.value, &name)
                        : !decode_plain(&parameter.value, &name))
            continue;
        size_t start = name.length;
        while (start > 0 && name.data[start - 1] != '/' && name.data[start - 1] != '\\')
            start--;
        size_t length = name.length - start;
        found = length < out_size && is_usable(name.data + start, length);
        if (found)
            memcpy(out, name.data + start, length + 1);
    }
    text_clear(&parameter.value);
    text_clear(&name);
    return found;
}

bool content_disposition_file_name(const char *value, size_t length, char *out, size_t out_size)
{
    struct reader reader = {.at = value, .end = value + length};
    return find_name(reader, true, out, out_size) || find_name(reader, false, out, out_size);
}
