#include "model/header_field.h"

#include <string.h>

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte < 0x20 || byte == 0x7F)
            return true;
    }
    return false;
}

/* tchar of RFC 9110, 5.6.2. */
static bool is_token_char(char character)
{
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'z') ||
           (character >= 'A' && character <= 'Z') ||
           (character != '\0' && strchr("!#$%&'*+-.^_`|~", character) != NULL);
}

static char lower(char character)
{
    return character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
}

/* Not strncasecmp: in a Turkish locale IF-RANGE need not be the same as If-Range. */
static bool is_same(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (lower(a[i]) != lower(b[i]))
            return false;
    }
    return true;
}

/* Headers that frame the message, steer the connection or ask for something else than the whole
 * file: with a foreign value no reply could be judged any more. */
static bool is_reserved(const char *name, size_t length)
{
    static const char *const RESERVED[] = {
        "Host",       "Content-Length",      "Transfer-Encoding", "TE",      "Trailer",
        "Connection", "Keep-Alive",          "Proxy-Connection",  "Upgrade", "Expect",
        "Range",      "Proxy-Authorization",
    };

    for (size_t i = 0; i < ARRAY_LENGTH(RESERVED); i++) {
        if (strlen(RESERVED[i]) == length && is_same(name, RESERVED[i], length))
            return true;
    }
    return length > 3 && is_same(name, "If-", 3);
}

enum header_field_problem header_field_check(const char *text)
{
    if (has_control(text))
        return HEADER_FIELD_CONTROL;
    size_t length = 0;
    while (is_token_char(text[length]))
        length++;
    if (length == 0 || text[length] != ':')
        return HEADER_FIELD_MALFORMED;
    if (is_reserved(text, length))
        return HEADER_FIELD_RESERVED;
    const char *value = text + length + 1;
    return value[strspn(value, " ")] == '\0' ? HEADER_FIELD_EMPTY : HEADER_FIELD_FINE;
}

const char *header_field_explain(enum header_field_problem problem)
{
    switch (problem) {
    case HEADER_FIELD_FINE:
        break;
    case HEADER_FIELD_MALFORMED:
        return "is not like 'Name: value'";
    case HEADER_FIELD_RESERVED:
        return "is set by haul itself";
    case HEADER_FIELD_EMPTY:
        return "has no value";
    case HEADER_FIELD_CONTROL:
        return "holds a control character";
    }
    return NULL;
}

size_t header_field_name_length(const char *text)
{
    return strcspn(text, ":");
}

bool header_field_same_name(const char *a, const char *b)
{
    size_t length = header_field_name_length(a);
    return length == header_field_name_length(b) && is_same(a, b, length);
}
