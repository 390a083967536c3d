#include "model/image_reader.h"

#include <assert.h>
#include <string.h>

#include "model/image_lengths.h"

/* SVG as text: as much of XML as is needed to find the attributes of the first element, and where
 * that element ends. Entities are not expanded. */

enum svg_step {
    STEP_TEXT,
    STEP_OPEN, /* behind < */
    STEP_BANG, /* behind <! */
    STEP_COMMENT,
    STEP_CDATA,
    STEP_INSTRUCTION, /* <? to ?> */
    STEP_DOCTYPE,
    STEP_SUBSET, /* declarations in a doctype, between brackets */
    STEP_QUOTE,  /* in a doctype */
    STEP_NAME,   /* of a start tag */
    STEP_TAG,
    STEP_VALUE,
    STEP_END_NAME,
    STEP_END_TAG,
    STEP_DONE,    /* the root has ended */
    STEP_FOREIGN, /* the root is no svg element */
};

struct svg {
    uint64_t depth; /* open svg elements */
    struct image_length width;
    struct image_length height;
    struct image_view_box box;
    uint8_t step;
    uint8_t outer; /* text, doctype or subset: where a comment or a quote leads back to */
    uint8_t run;   /* dashes or brackets in a row, up to 2 */
    uint8_t local; /* length of a name behind its prefix */
    char quote;
    char last;   /* character of a tag or an instruction */
    bool is_svg; /* the name, so far */
    bool has_root;
    bool is_root;      /* the tag */
    bool is_gap;       /* between the name of an attribute and what follows */
    bool is_reference; /* the value has an entity */
    uint8_t name_length;
    uint8_t value_length;
    char name[8]; /* of an attribute; a longer one is none that matters */
    char value[96];
};

static_assert(sizeof(struct svg) <= IMAGE_STATE_BYTES, "the state must fit the probe");

static bool is_blank(char character)
{
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

static void begin_name(struct svg *svg, enum svg_step step)
{
    svg->step = (uint8_t)step;
    svg->local = 0;
    svg->is_svg = true;
}

/* The next character of an element's name. Only what follows the prefix counts. */
static void take_name(struct svg *svg, char character)
{
    static const char SVG[] = "svg";
    if (character == ':') {
        svg->local = 0;
        svg->is_svg = true;
        return;
    }
    svg->is_svg = svg->is_svg && svg->local < 3 && SVG[svg->local] == character;
    if (svg->local < UINT8_MAX)
        svg->local++;
}

static bool is_svg_name(const struct svg *svg)
{
    return svg->is_svg && svg->local == 3;
}

static void end_start_tag(struct svg *svg)
{
    bool is_empty = svg->last == '/';
    svg->step = STEP_TEXT;
    if (is_svg_name(svg) && !is_empty)
        svg->depth++;
    else if (svg->is_root && is_empty)
        svg->step = STEP_DONE;
    svg->is_root = false;
}

static void end_end_tag(struct svg *svg)
{
    svg->step = STEP_TEXT;
    if (is_svg_name(svg) && svg->depth > 0 && --svg->depth == 0)
        svg->step = STEP_DONE;
}

static bool is_attribute(const struct svg *svg, const char *name)
{
    return svg->name_length == strlen(name) && memcmp(svg->name, name, svg->name_length) == 0;
}

static void end_value(struct svg *svg)
{
    svg->step = STEP_TAG;
    svg->is_gap = true;
    if (!svg->is_root)
        return;
    bool is_cut = svg->is_reference || svg->value_length == sizeof(svg->value);
    svg->value[is_cut ? 0 : svg->value_length] = '\0';
    struct image_length length = image_length_parse(svg->value);
    if (is_cut)
        length.kind = IMAGE_LENGTH_UNKNOWN;
    if (is_attribute(svg, "width"))
        svg->width = length;
    else if (is_attribute(svg, "height"))
        svg->height = length;
    else if (is_attribute(svg, "viewBox"))
        svg->box = image_view_box_parse(svg->value);
}

static void take_value(struct svg *svg, char character)
{
    if (character == svg->quote) {
        end_value(svg);
        return;
    }
    if (!svg->is_root || (svg->value_length == 0 && is_blank(character)))
        return;
    svg->is_reference |= character == '&';
    if (svg->value_length < sizeof(svg->value))
        svg->value[svg->value_length++] = character;
}

/* In a start tag, outside of quotes. */
static void take_tag(struct svg *svg, char character)
{
    if (character == '>') {
        end_start_tag(svg);
        return;
    }
    svg->last = character;
    if (character == '"' || character == '\'') {
        svg->step = STEP_VALUE;
        svg->quote = character;
        svg->value_length = 0;
        svg->is_reference = false;
    } else if (is_blank(character) || character == '=') {
        svg->is_gap = true;
    } else {
        if (svg->is_gap)
            svg->name_length = 0;
        svg->is_gap = false;
        if (svg->name_length < sizeof(svg->name))
            svg->name[svg->name_length++] = character;
    }
}

static void end_name(struct svg *svg, char character)
{
    svg->is_root = !svg->has_root;
    if (svg->is_root && !is_svg_name(svg)) {
        svg->step = STEP_FOREIGN;
        return;
    }
    svg->has_root = true;
    svg->step = STEP_TAG;
    svg->is_gap = true;
    take_tag(svg, character);
}

static void take_end_name(struct svg *svg, char character)
{
    if (character == '>') {
        end_end_tag(svg);
    } else if (is_blank(character)) {
        svg->step = STEP_END_TAG;
    } else {
        take_name(svg, character);
    }
}

/* Behind <, in a text or among declarations. */
static void take_open(struct svg *svg, char character)
{
    svg->run = 0;
    svg->last = '\0';
    if (character == '?') {
        svg->step = STEP_INSTRUCTION;
    } else if (character == '!') {
        svg->step = STEP_BANG;
    } else if (svg->outer == STEP_SUBSET) {
        svg->step = STEP_SUBSET;
    } else if (character == '/') {
        begin_name(svg, STEP_END_NAME);
    } else {
        begin_name(svg, STEP_NAME);
        take_name(svg, character);
    }
}

/* The next character of a comment or section, which ends with two of `mark`, then >. */
static void take_run(struct svg *svg, char character, char mark)
{
    if (character == mark)
        svg->run = svg->run < 2 ? svg->run + 1 : 2;
    else if (character == '>' && svg->run == 2)
        svg->step = svg->outer;
    else
        svg->run = 0;
}

/* In a doctype, or in the declarations that it holds, outside of quotes. */
static void take_doctype(struct svg *svg, char character)
{
    bool is_subset = svg->outer == STEP_SUBSET;
    svg->step = svg->outer = is_subset ? STEP_SUBSET : STEP_DOCTYPE;
    if (character == '"' || character == '\'') {
        svg->quote = character;
        svg->step = STEP_QUOTE;
    } else if (character == (is_subset ? ']' : '[')) {
        svg->step = svg->outer = is_subset ? STEP_DOCTYPE : STEP_SUBSET;
    } else if (is_subset && character == '<') {
        svg->step = STEP_OPEN;
    } else if (!is_subset && character == '>') {
        svg->step = svg->outer = STEP_TEXT;
    }
}

/* Behind <!, and a dash if `run` says so. */
static void take_bang(struct svg *svg, char character)
{
    if (character == '-') {
        svg->run++;
        if (svg->run == 2) {
            svg->run = 0;
            svg->step = STEP_COMMENT;
        }
    } else if (character == '[' && svg->run == 0 && svg->outer == STEP_TEXT) {
        svg->step = STEP_CDATA;
    } else {
        take_doctype(svg, character);
    }
}

static void take(struct svg *svg, char character)
{
    switch (svg->step) {
    case STEP_TEXT:
        if (character == '<')
            svg->step = STEP_OPEN;
        break;
    case STEP_OPEN:
        take_open(svg, character);
        break;
    case STEP_BANG:
        take_bang(svg, character);
        break;
    case STEP_COMMENT:
        take_run(svg, character, '-');
        break;
    case STEP_CDATA:
        take_run(svg, character, ']');
        break;
    case STEP_INSTRUCTION:
        if (character == '>' && svg->last == '?')
            svg->step = svg->outer;
        svg->last = character;
        break;
    case STEP_DOCTYPE:
    case STEP_SUBSET:
        take_doctype(svg, character);
        break;
    case STEP_QUOTE:
        if (character == svg->quote)
            svg->step = svg->outer;
        break;
    case STEP_NAME:
        if (is_blank(character) || character == '>' || character == '/')
            end_name(svg, character);
        else
            take_name(svg, character);
        break;
    case STEP_TAG:
        take_tag(svg, character);
        break;
    case STEP_VALUE:
        take_value(svg, character);
        break;
    case STEP_END_NAME:
        take_end_name(svg, character);
        break;
    case STEP_END_TAG:
        if (character == '>')
            end_end_tag(svg);
        break;
    }
}

/* How many of the bytes change nothing: most of a drawing is paths in quotes. */
static size_t count_dull(const struct svg *svg, const unsigned char *bytes, size_t length)
{
    const unsigned char *next = bytes;
    if (svg->step == STEP_DONE || svg->step == STEP_FOREIGN)
        return length;
    if (svg->step == STEP_TEXT)
        next = memchr(bytes, '<', length);
    else if (svg->step == STEP_VALUE && !svg->is_root)
        next = memchr(bytes, svg->quote, length);
    return next == NULL ? length : (size_t)(next - bytes);
}

static void svg_begin(void *state)
{
    struct svg *svg = state;
    svg->step = svg->outer = STEP_TEXT;
}

static void svg_add(void *state, const unsigned char *bytes, size_t length)
{
    struct svg *svg = state;
    for (size_t i = 0; i < length; i++) {
        i += count_dull(svg, bytes + i, length - i);
        if (i < length)
            take(svg, (char)bytes[i]);
    }
}

static void svg_describe(const void *state, bool has_ended, struct image_info *out)
{
    const struct svg *svg = state;
    bool is_tag_whole = svg->has_root && !svg->is_root;
    if (is_tag_whole)
        image_lengths_resolve(svg->width, svg->height, svg->box, &out->width, &out->height);
    if (svg->step != STEP_FOREIGN)
        image_conclude(out, has_ended, svg->step == STEP_DONE ? NULL : "no end of the svg element");
}

const struct image_reader IMAGE_SVG = {"svg", svg_begin, svg_add, svg_describe};
