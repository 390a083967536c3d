#include "model/name.h"

#include <string.h>
#include <strings.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/vis.h"

#define EXTENSION_MAX 8       /* letters and digits, without the dot */
#define HASH_LENGTH 17        /* "-" and 16 hex digits */
#define ESCAPED_MAX 12        /* four bytes as %HH */
#define HEAD_LENGTH NAME_SIZE /* what a cut name can show of its beginning */
#define TAIL_LENGTH 32        /* and what its extension is found in */
#define BUILDER_LIMIT (2 * NAME_SIZE)

/* A name that grows without limit in fixed memory: of a long one, only beginning and end are kept.
 */
struct builder {
    char bytes[BUILDER_LIMIT + 1]; /* one more for the "_" of a reserved name */
    size_t length;
    bool is_shortened;
};

static void builder_append(struct builder *builder, const char *bytes, size_t length)
{
    if (builder->length + length >= BUILDER_LIMIT) {
        memmove(builder->bytes + HEAD_LENGTH, builder->bytes + builder->length - TAIL_LENGTH,
                TAIL_LENGTH);
        builder->length = HEAD_LENGTH + TAIL_LENGTH;
        builder->is_shortened = true;
    }
    memcpy(builder->bytes + builder->length, bytes, length);
    builder->length += length;
}

static void builder_append_escaped(struct builder *builder, const char *bytes, size_t length)
{
    static const char digits[] = "0123456789ABCDEF";
    char escaped[ESCAPED_MAX];
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        escaped[3 * i] = '%';
        escaped[3 * i + 1] = digits[byte >> 4];
        escaped[3 * i + 2] = digits[byte & 0xf];
    }
    builder_append(builder, escaped, 3 * length);
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

/* Decodes one byte, as it stands or as %HH; returns how many bytes of the segment it took. */
static size_t decode_byte(const char *segment, size_t length, char *out)
{
    if (segment[0] == '%' && length >= 3) {
        int high = hex_value(segment[1]);
        int low = hex_value(segment[2]);
        if (high >= 0 && low >= 0) {
            *out = (char)(high << 4 | low);
            return 3;
        }
    }
    *out = segment[0];
    return 1;
}

static bool is_letter(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* ASCII only: what stays as it is. The first character must be neither hidden nor an option. */
static bool is_plain(char character, bool is_first)
{
    if (is_letter(character) || is_digit(character))
        return true;
    if (is_first && (character == '.' || character == '-'))
        return false;
    return character >= 0x20 && character < 0x7f && strchr("/\\:*?\"<>|%", character) == NULL;
}

/* Appends the character at the beginning of the segment; returns how many bytes it took. */
static size_t append_character(struct builder *builder, const char *segment, size_t length)
{
    char decoded[4];
    size_t used[4]; /* bytes of the segment up to and including each decoded byte */
    used[0] = decode_byte(segment, length, decoded);
    if ((unsigned char)decoded[0] < 0x80) {
        if (is_plain(decoded[0], builder->length == 0))
            builder_append(builder, decoded, 1);
        else
            builder_append_escaped(builder, decoded, 1);
        return used[0];
    }
    size_t count = 1;
    while (count < ARRAY_LENGTH(decoded) && used[count - 1] < length) {
        size_t offset = used[count - 1];
        used[count] = offset + decode_byte(segment + offset, length - offset, decoded + count);
        count++;
    }
    uint32_t code_point;
    size_t sequence = vis_decode(decoded, count, &code_point);
    if (sequence > 0 && !vis_is_unsafe(code_point)) {
        builder_append(builder, decoded, sequence);
        return used[sequence - 1];
    }
    if (sequence == 0)
        sequence = 1;
    builder_append_escaped(builder, decoded, sequence);
    return used[sequence - 1];
}

/* Decodes the last byte; returns how many bytes of the segment it took. Going backwards is safe:
 * '%' is no hex digit, so three bytes %HH are never part of another escape. */
static size_t decode_last_byte(const char *segment, size_t length, char *out)
{
    if (length >= 3 && decode_byte(segment + length - 3, 3, out) == 3)
        return 3;
    *out = segment[length - 1];
    return 1;
}

/* Narrows the segment to what is between outer blanks and trailing dots, plain or escaped. */
static void trim(const char **segment, size_t *length)
{
    while (*length > 0) {
        char byte;
        size_t width = decode_byte(*segment, *length, &byte);
        if (byte != ' ')
            break;
        *segment += width;
        *length -= width;
    }
    while (*length > 0) {
        char byte;
        size_t width = decode_last_byte(*segment, *length, &byte);
        if (byte != ' ' && byte != '.')
            break;
        *length -= width;
    }
}

/* Device names of Windows, whatever follows their first dot. */
static bool is_reserved(const struct builder *builder)
{
    static const char *const devices[] = {"con", "prn", "aux", "nul", "conin$", "conout$"};
    static const char *const superscripts[] = {"\xc2\xb9", "\xc2\xb2", "\xc2\xb3"};
    const char *bytes = builder->bytes;
    const char *dot = memchr(bytes, '.', builder->length);
    size_t length = dot != NULL ? (size_t)(dot - bytes) : builder->length;
    while (length > 0 && bytes[length - 1] == ' ')
        length--;
    for (size_t i = 0; i < ARRAY_LENGTH(devices); i++) {
        if (length == strlen(devices[i]) && strncasecmp(bytes, devices[i], length) == 0)
            return true;
    }
    if (length < 4 || (strncasecmp(bytes, "com", 3) != 0 && strncasecmp(bytes, "lpt", 3) != 0))
        return false;
    if (length == 4)
        return bytes[3] >= '1' && bytes[3] <= '9';
    for (size_t i = 0; i < ARRAY_LENGTH(superscripts); i++) {
        if (length == 5 && memcmp(bytes + 3, superscripts[i], 2) == 0)
            return true;
    }
    return false;
}

static void put_underscore(struct builder *builder)
{
    /* Of a shortened name only the head moves: its last byte is cut off anyway. */
    size_t moved = builder->is_shortened ? HEAD_LENGTH - 1 : builder->length;
    memmove(builder->bytes + 1, builder->bytes, moved);
    builder->bytes[0] = '_';
    if (!builder->is_shortened)
        builder->length++;
}

/* A name without an extension will get one. */
static size_t length_limit(size_t extension_length)
{
    return extension_length > 0 ? NAME_MAX_BYTES : NAME_MAX_BYTES - TYPE_EXTENSION_MAX;
}

/* "-" and a hash of the segment between what is left of the stem and the extension. */
static void write_cut(const struct builder *builder, uint64_t hash, char out[NAME_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    const char *extension = builder->bytes + name_extension(builder->bytes);
    size_t extension_length = strlen(extension);
    size_t limit = length_limit(extension_length);
    size_t stem = name_cut(builder->bytes, limit - HASH_LENGTH - extension_length);
    memcpy(out, builder->bytes, stem);
    out[stem] = '-';
    for (size_t i = 0; i < 16; i++)
        out[stem + 1 + i] = digits[hash >> (60 - 4 * i) & 0xf];
    memcpy(out + stem + HASH_LENGTH, extension, extension_length + 1);
}

char *name_construct(const char *segment, size_t length, char out[NAME_SIZE])
{
    trim(&segment, &length);
    if (length == 0)
        return strcpy(out, "index");
    struct builder builder;
    builder.length = 0;
    builder.is_shortened = false;
    for (size_t used = 0; used < length;)
        used += append_character(&builder, segment + used, length - used);
    if (is_reserved(&builder))
        put_underscore(&builder);
    builder.bytes[builder.length] = '\0';
    size_t extension_length = builder.length - name_extension(builder.bytes);
    if (builder.is_shortened || builder.length > length_limit(extension_length))
        write_cut(&builder, XXH3_64bits(segment, length), out);
    else
        memcpy(out, builder.bytes, builder.length + 1);
    return out;
}

char *name_construct_text(const char *text, size_t length, char out[NAME_SIZE])
{
    struct text segment;
    text_init(&segment, 3 * length);
    name_escape(&segment, text, length);
    name_construct(segment.data, segment.length, out);
    text_clear(&segment);
    return out;
}

void name_escape(struct text *segment, const char *text, size_t length)
{
    size_t copied = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '%' && text[i] != '/')
            continue;
        text_append(segment, text + copied, i - copied);
        text_append_string(segment, text[i] == '%' ? "%25" : "%2F");
        copied = i + 1;
    }
    text_append(segment, text + copied, length - copied);
}

bool name_is_nothing(const char *segment, size_t length)
{
    trim(&segment, &length);
    return length == 0;
}

bool name_is_safe(const char *name)
{
    size_t length = strlen(name);
    if (length == 0 || length >= NAME_SIZE || strchr(".- ", name[0]) != NULL ||
        strchr(". ", name[length - 1]) != NULL || strpbrk(name, "/\\:*?\"<>|") != NULL)
        return false;
    for (size_t i = 0; i < length;) {
        uint32_t code_point;
        size_t step = vis_decode(name + i, length - i, &code_point);
        if (step == 0 || vis_is_unsafe(code_point))
            return false;
        i += step;
    }
    return true;
}

size_t name_extension(const char *name)
{
    static const char *const packed[] = {"gz", "xz", "bz2", "zst"};
    size_t length = strlen(name);
    size_t start = length;
    bool has_letter = false;
    while (start > 0 && (is_letter(name[start - 1]) || is_digit(name[start - 1]))) {
        start--;
        has_letter = has_letter || is_letter(name[start]);
    }
    size_t count = length - start;
    if (start < 2 || name[start - 1] != '.' || !has_letter || count > EXTENSION_MAX)
        return length;
    size_t dot = start - 1;
    if (dot > 4 && strncasecmp(name + dot - 4, ".tar", 4) == 0) {
        for (size_t i = 0; i < ARRAY_LENGTH(packed); i++) {
            if (strcasecmp(name + start, packed[i]) == 0)
                return dot - 4;
        }
    }
    return dot;
}

size_t name_cut(const char *name, size_t limit)
{
    size_t length = limit;
    while (length > 0 && ((unsigned char)name[length] & 0xc0) == 0x80)
        length--;
    if (length >= 1 && name[length - 1] == '%')
        return length - 1;
    if (length >= 2 && name[length - 2] == '%')
        return length - 2;
    return length;
}

void name_add_number(const char *name, unsigned number, char out[NAME_SIZE])
{
    size_t stem = name_extension(name);
    size_t extension_length = strlen(name + stem);
    size_t limit = length_limit(extension_length) - NAME_NUMBER_MAX - extension_length;
    char digits[NAME_NUMBER_MAX];
    size_t start = sizeof digits;
    do {
        digits[--start] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    digits[--start] = '-';
    size_t kept = stem > limit ? name_cut(name, limit) : stem;
    memcpy(out, name, kept);
    memcpy(out + kept, digits + start, sizeof digits - start);
    kept += sizeof digits - start;
    memcpy(out + kept, name + stem, extension_length + 1);
}
