/* Whether a document is well-formed, and numbers and pieces in it. As much of XML 1.0 as an SVG of
 * haul may use: elements, quoted attributes, the five entities of XML and character references; no
 * declaration, comment or section. */
#ifndef HAUL_UNIT_XML_CHECK_H
#define HAUL_UNIT_XML_CHECK_H

#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/vis.h"

#define XML_DEPTH_MAX 16

static inline size_t xml_name_length(const char *xml)
{
    size_t length = 0;
    while (isalnum((unsigned char)xml[length]) ||
           (length > 0 && strchr("-_:.", xml[length]) != NULL && xml[length] != '\0'))
        length++;
    return isdigit((unsigned char)xml[0]) ? 0 : length;
}

/* Behind character data that ends before end; NULL when it is not allowed. */
static inline const char *xml_skip_data(const char *xml, char end)
{
    static const char *const ENTITIES[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#39;"};
    while (*xml != end) {
        if (*xml == '\0' || *xml == '<')
            return NULL;
        size_t used = 0;
        for (size_t i = 0; *xml == '&' && i < ARRAY_LENGTH(ENTITIES); i++)
            if (strncmp(xml, ENTITIES[i], strlen(ENTITIES[i])) == 0)
                used = strlen(ENTITIES[i]);
        uint32_t code_point = 0;
        if (*xml != '&')
            used = vis_decode(xml, strlen(xml), &code_point);
        if (code_point == 0xFFFE || code_point == 0xFFFF)
            return NULL;
        if (used == 0 || (vis_is_unsafe(code_point) && code_point != '\n' && *xml != '&'))
            return NULL;
        xml += used;
    }
    return xml;
}

/* Behind the attributes of a start tag; NULL when one is malformed or comes twice. */
static inline const char *xml_skip_attributes(const char *xml)
{
    const char *names[16];
    size_t lengths[16];
    size_t count = 0;
    while (*xml == ' ') {
        xml++;
        size_t length = xml_name_length(xml);
        for (size_t i = 0; i < count; i++)
            if (lengths[i] == length && memcmp(names[i], xml, length) == 0)
                return NULL;
        if (length == 0 || count == ARRAY_LENGTH(names))
            return NULL;
        names[count] = xml;
        lengths[count++] = length;
        xml += length;
        if (xml[0] != '=' || (xml[1] != '\'' && xml[1] != '"'))
            return NULL;
        char quote = xml[1];
        xml = xml_skip_data(xml + 2, quote);
        if (xml == NULL)
            return NULL;
        xml++;
    }
    return xml;
}

/* One element and a line end, nothing before or after. */
static inline bool xml_is_well_formed(const char *xml)
{
    const char *open[XML_DEPTH_MAX];
    size_t depth = 0;
    do {
        if (*xml++ != '<')
            return false;
        bool is_end = *xml == '/';
        xml += is_end;
        size_t length = xml_name_length(xml);
        const char *name = xml;
        if (length == 0)
            return false;
        xml += length;
        if (is_end) {
            if (depth == 0 || *xml != '>' || xml_name_length(open[depth - 1]) != length ||
                memcmp(open[depth - 1], name, length) != 0)
                return false;
            depth--;
        } else {
            xml = xml_skip_attributes(xml);
            if (xml == NULL || (*xml != '>' && (xml[0] != '/' || xml[1] != '>')))
                return false;
            if (*xml == '/')
                xml++;
            else if (depth < XML_DEPTH_MAX)
                open[depth++] = name;
            else
                return false;
        }
        xml++;
        if (depth > 0)
            xml = xml_skip_data(xml, '<');
        else
            return strcmp(xml, "\n") == 0;
    } while (xml != NULL);
    return false;
}

static inline size_t count_of(const char *string, const char *part)
{
    size_t count = 0;
    for (const char *found = strstr(string, part); found != NULL; found = strstr(found + 1, part))
        count++;
    return count;
}

/* The text behind the nth (from 0) such part. */
static inline const char *behind(const char *string, const char *part, size_t n)
{
    const char *found = strstr(string, part);
    while (found != NULL && n-- > 0)
        found = strstr(found + 1, part);
    ck_assert_msg(found != NULL, "%s is missing in %.2000s", part, string);
    return found + strlen(part);
}

static inline double number_behind(const char *string, const char *part, size_t n)
{
    const char *start = behind(string, part, n);
    char *end;
    double number = strtod(start, &end);
    ck_assert_msg(end != start, "no number behind %s", part);
    return number;
}

/* What every SVG must be; names that a test puts in must not hold these words themselves. */
static inline void assert_svg(const char *svg)
{
    ck_assert_msg(xml_is_well_formed(svg), "not well-formed: %.2000s", svg);
    ck_assert_int_eq(strncmp(svg, "<svg xmlns='http://www.w3.org/2000/svg' ", 40), 0);
    static const char *const WORDS[] = {"nan", "inf", "script", "href", "url("};
    for (size_t i = 0; i < ARRAY_LENGTH(WORDS); i++)
        ck_assert_msg(strstr(svg, WORDS[i]) == NULL, "%s in %.2000s", WORDS[i], svg);
}

#endif
