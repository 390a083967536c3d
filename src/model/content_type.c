#include "model/content_type.h"

#include <string.h>

#include "model/content_type_text.h"

/* What was read of a file: from `at` up to, not including, `end`. */
struct head {
    const char *at;
    const char *end;
};

struct signature {
    size_t offset;
    size_t length;
    const char *bytes;
    struct content_type type;
};

#define MAGIC(offset, bytes) (offset), sizeof(bytes) - 1, (bytes)

static const struct signature SIGNATURES[] = {
    {MAGIC(0, "\xFF\xD8\xFF"), {"image/jpeg", ".jpg"}},
    {MAGIC(0, "\x89PNG\r\n\x1A\n"), {"image/png", ".png"}},
    {MAGIC(0, "GIF89a"), {"image/gif", ".gif"}},
    {MAGIC(0, "GIF87a"), {"image/gif", ".gif"}},
    {MAGIC(0, "II*\0"), {"image/tiff", ".tif"}},
    {MAGIC(0, "MM\0*"), {"image/tiff", ".tif"}},
    {MAGIC(0, "II+\0\x08\0\0\0"), {"image/tiff", ".tif"}},
    {MAGIC(0, "MM\0+\0\x08\0\0"), {"image/tiff", ".tif"}},
    {MAGIC(0, "\xFF\x0A"), {"image/jxl", ".jxl"}},
    {MAGIC(0, "\0\0\0\x0CJXL \r\n\x87\n"), {"image/jxl", ".jxl"}},
    {MAGIC(0, "%PDF-"), {"application/pdf", ".pdf"}},
    {MAGIC(0, "PK\x03\x04"), {"application/zip", ".zip"}},
    {MAGIC(0, "PK\x05\x06"), {"application/zip", ".zip"}},
    {MAGIC(0, "PK\x07\x08PK\x03\x04"), {"application/zip", ".zip"}},
    {MAGIC(0, "\x1F\x8B\x08"), {"application/gzip", ".gz"}},
    {MAGIC(0, "\x28\xB5\x2F\xFD"), {"application/zstd", ".zst"}},
    {MAGIC(0, "\xFD\x37zXZ\0"), {"application/x-xz", ".xz"}},
    {MAGIC(0, "7z\xBC\xAF\x27\x1C"), {"application/x-7z-compressed", ".7z"}},
    {MAGIC(257, "ustar\0"), {"application/x-tar", ".tar"}},
    {MAGIC(257, "ustar "), {"application/x-tar", ".tar"}},
    {MAGIC(0, "OggS\0"), {"application/ogg", ".ogg"}},
    {MAGIC(0, "fLaC"), {"audio/flac", ".flac"}},
    {MAGIC(0, "\x7F\x45LF"), {"application/x-executable", ""}},
};

/* Major brands of ISO media files (ISO/IEC 14496-12, 4.3); a shorter one is a prefix. */
static const struct signature BRANDS[] = {
    {MAGIC(8, "avif"), {"image/avif", ".avif"}},     {MAGIC(8, "avis"), {"image/avif", ".avif"}},
    {MAGIC(8, "hei"), {"image/heic", ".heic"}},      {MAGIC(8, "hev"), {"image/heic", ".heic"}},
    {MAGIC(8, "M4A "), {"audio/mp4", ".m4a"}},       {MAGIC(8, "M4B "), {"audio/mp4", ".m4a"}},
    {MAGIC(8, "qt  "), {"video/quicktime", ".mov"}}, {MAGIC(8, "3gp"), {"video/3gpp", ".3gp"}},
    {MAGIC(8, "iso"), {"video/mp4", ".mp4"}},        {MAGIC(8, "mp4"), {"video/mp4", ".mp4"}},
    {MAGIC(8, "avc1"), {"video/mp4", ".mp4"}},       {MAGIC(8, "M4V"), {"video/mp4", ".mp4"}},
    {MAGIC(8, "MSNV"), {"video/mp4", ".mp4"}},       {MAGIC(8, "dash"), {"video/mp4", ".mp4"}},
    {MAGIC(8, "f4v "), {"video/mp4", ".mp4"}},
};

static const struct content_type AVIF = {"image/avif", ".avif"};
static const struct content_type BMP = {"image/bmp", ".bmp"};
static const struct content_type BZIP2 = {"application/x-bzip2", ".bz2"};
static const struct content_type HEIF = {"image/heif", ".heif"};
static const struct content_type ICO = {"image/x-icon", ".ico"};
static const struct content_type MATROSKA = {"video/x-matroska", ".mkv"};
static const struct content_type MP3 = {"audio/mpeg", ".mp3"};
static const struct content_type WAV = {"audio/wav", ".wav"};
static const struct content_type WEBM = {"video/webm", ".webm"};
static const struct content_type WEBP = {"image/webp", ".webp"};

static const struct content_type *const OTHERS[] = {
    &AVIF, &BMP, &BZIP2, &HEIF, &ICO, &MATROSKA, &MP3, &WAV, &WEBM, &WEBP,
};

static size_t length_of(struct head head)
{
    return (size_t)(head.end - head.at);
}

static bool has_bytes(struct head head, size_t offset, const char *bytes, size_t length)
{
    return offset <= length_of(head) && length <= length_of(head) - offset &&
           memcmp(head.at + offset, bytes, length) == 0;
}

static bool has_string(struct head head, size_t offset, const char *string)
{
    return has_bytes(head, offset, string, strlen(string));
}

/* A byte as a number; 0 beyond the end, where no caller takes 0 for a match. */
static unsigned byte_at(struct head head, size_t offset)
{
    return offset < length_of(head) ? (unsigned char)head.at[offset] : 0;
}

static const struct content_type *match(const struct signature *signatures, size_t count,
                                        struct head head)
{
    for (size_t i = 0; i < count; i++) {
        const struct signature *signature = &signatures[i];
        if (has_bytes(head, signature->offset, signature->bytes, signature->length))
            return &signature->type;
    }
    return NULL;
}

static const struct content_type *detect_iso_media(struct head head)
{
    if (!has_string(head, 4, "ftyp"))
        return NULL;
    if (!has_string(head, 8, "mif1") && !has_string(head, 8, "msf1"))
        return match(BRANDS, ARRAY_LENGTH(BRANDS), head);
    /* Any image in the container; the compatible brands say whether it is AV1. */
    size_t box_length = byte_at(head, 2) << 8 | byte_at(head, 3);
    for (size_t offset = 16; offset < box_length && offset < length_of(head); offset += 4) {
        if (has_string(head, offset, "avif") || has_string(head, offset, "avis"))
            return &AVIF;
    }
    return &HEIF;
}

/* "BM" alone may start a text: the reserved bytes and the size of the second header must fit. */
static bool is_bmp(struct head head)
{
    static const char HEADER_SIZES[] = {12, 16, 40, 52, 56, 64, 108, 124};
    unsigned size = byte_at(head, 14);
    return has_string(head, 0, "BM") && has_bytes(head, 6, "\0\0\0\0", 4) &&
           has_bytes(head, 15, "\0\0\0", 3) && size != 0 &&
           memchr(HEADER_SIZES, (int)size, sizeof(HEADER_SIZES)) != NULL;
}

/* The first directory entry has a reserved zero, and its image begins behind the directory. */
static bool is_ico(struct head head)
{
    size_t count = byte_at(head, 4) | byte_at(head, 5) << 8;
    size_t image = byte_at(head, 18) | byte_at(head, 19) << 8 | byte_at(head, 20) << 16;
    return has_bytes(head, 0, "\0\0\1\0", 4) && count > 0 && byte_at(head, 9) == 0 &&
           image >= 6 + 16 * count;
}

/* Only the digit between the two parts of the magic number differs. */
static bool is_bzip2(struct head head)
{
    return has_string(head, 0, "BZh") && byte_at(head, 3) >= '1' && byte_at(head, 3) <= '9' &&
           (has_string(head, 4, "1AY&SY") || has_string(head, 4, "\x17rE8P\x90"));
}

/* An ID3v2 tag, or a frame header of layer III with a valid bit rate and sample rate. */
static bool is_mp3(struct head head)
{
    if (has_string(head, 0, "ID3"))
        return length_of(head) >= 10 && byte_at(head, 3) < 0x10 &&
               ((byte_at(head, 6) | byte_at(head, 7) | byte_at(head, 8) | byte_at(head, 9)) &
                0x80) == 0;
    unsigned kind = byte_at(head, 1);
    unsigned rates = byte_at(head, 2);
    return byte_at(head, 0) == 0xFF && (kind & 0xE6) == 0xE2 && (kind & 0x18) != 0x08 &&
           (rates & 0xF0) != 0 && (rates & 0xF0) != 0xF0 && (rates & 0x0C) != 0x0C;
}

/* EBML: the document type, element 0x4282, is among the first. */
static const struct content_type *detect_ebml(struct head head)
{
    if (!has_string(head, 0, "\x1A\x45\xDF\xA3"))
        return NULL;
    for (size_t offset = 4; offset < 64; offset++) {
        if (has_string(head, offset, "\x42\x82\x84webm"))
            return &WEBM;
        if (has_string(head, offset, "\x42\x82\x88matroska"))
            return &MATROSKA;
    }
    return NULL;
}

static const struct content_type *detect_binary(struct head head)
{
    const struct content_type *type = match(SIGNATURES, ARRAY_LENGTH(SIGNATURES), head);
    if (type == NULL)
        type = detect_iso_media(head);
    if (type == NULL)
        type = detect_ebml(head);
    if (type != NULL)
        return type;
    if (has_string(head, 0, "RIFF"))
        return has_string(head, 8, "WEBP") ? &WEBP : has_string(head, 8, "WAVE") ? &WAV : NULL;
    if (is_bmp(head))
        return &BMP;
    if (is_ico(head))
        return &ICO;
    if (is_bzip2(head))
        return &BZIP2;
    return is_mp3(head) ? &MP3 : NULL;
}

static const struct content_type *find_signature(const struct signature *signatures, size_t count,
                                                 const char *media_type)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(signatures[i].type.media_type, media_type) == 0)
            return &signatures[i].type;
    return NULL;
}

/* A character of a token (RFC 9110, 5.6.2). */
static bool is_token_character(char character)
{
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'z') ||
           (character >= 'A' && character <= 'Z') ||
           (character != '\0' && strchr("!#$%&'*+-.^_`|~", character) != NULL);
}

const struct content_type *content_type_detect(const char *bytes, size_t length)
{
    if (length == 0)
        return NULL;
    bool is_cut = length >= CONTENT_TYPE_SNIFF_BYTES;
    struct head head = {bytes, bytes + (is_cut ? CONTENT_TYPE_SNIFF_BYTES : length)};
    const struct content_type *type = detect_binary(head);
    if (type != NULL)
        return type;
    return content_type_text_detect(head.at, length_of(head), is_cut);
}

const struct content_type *content_type_find(const char *media_type)
{
    const struct content_type *type =
        find_signature(SIGNATURES, ARRAY_LENGTH(SIGNATURES), media_type);
    if (type == NULL)
        type = find_signature(BRANDS, ARRAY_LENGTH(BRANDS), media_type);
    for (size_t i = 0; i < ARRAY_LENGTH(OTHERS) && type == NULL; i++)
        if (strcmp(OTHERS[i]->media_type, media_type) == 0)
            type = OTHERS[i];
    return type != NULL ? type : content_type_text_find(media_type);
}

char *content_type_declared(const char *value, char *out, size_t out_size)
{
    size_t length = 0;
    size_t slashes = 0;
    const char *at = value != NULL ? value : "";
    at += strspn(at, " \t");
    for (; is_token_character(*at) || *at == '/'; at++) {
        if (*at == '/' && (length == 0 || ++slashes > 1))
            break;
        if (length + 1 < out_size)
            out[length] = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
        length++;
    }
    at += strspn(at, " \t");
    bool is_valid =
        slashes == 1 && length < out_size && out[length - 1] != '/' && (*at == '\0' || *at == ';');
    out[is_valid ? length : 0] = '\0';
    return out;
}
