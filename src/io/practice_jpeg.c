#include "io/practice_jpeg.h"

#define BLOCK 8
#define BLOCK_SIZE (BLOCK * BLOCK)
#define COMPONENTS 3

enum marker {
    MARKER_SOF0 = 0xC0,
    MARKER_DHT = 0xC4,
    MARKER_SOI = 0xD8,
    MARKER_EOI = 0xD9,
    MARKER_SOS = 0xDA,
    MARKER_DQT = 0xDB,
    MARKER_APP0 = 0xE0,
};

/* T.81 table K.1 halved, in zigzag order: about quality 75. One table serves all components, which
 * costs a few bytes and saves a second set of everything. */
static const uint8_t quantisers[BLOCK_SIZE] = {
    8,  6,  6,  7,  6,  5,  8,  7,  7,  7,  9,  9,  8,  10, 12, 20, 13, 12, 11, 11, 12, 25,
    18, 19, 15, 20, 29, 26, 31, 30, 29, 26, 28, 28, 32, 36, 46, 39, 32, 34, 44, 35, 28, 28,
    40, 55, 41, 44, 48, 49, 52, 52, 52, 31, 39, 57, 61, 56, 50, 60, 46, 51, 52, 50,
};

/* Figure A.6: where the k-th coefficient of the zigzag stands in its block. */
static const uint8_t zigzag[BLOCK_SIZE] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
};

/* Tables K.3 and K.5: how many codes have each length, and their symbols. */
static const uint8_t dc_counts[16] = {0, 1, 5, 1, 1, 1, 1, 1, 1};
static const uint8_t dc_symbols[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
static const uint8_t ac_counts[16] = {0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125};
static const uint8_t ac_symbols[] = {
    0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61,
    0x07, 0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42, 0xB1, 0xC1, 0x15, 0x52,
    0xD1, 0xF0, 0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0A, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x25,
    0x26, 0x27, 0x28, 0x29, 0x2A, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A, 0x43, 0x44, 0x45,
    0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0x63, 0x64,
    0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x83,
    0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
    0x9A, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6,
    0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3,
    0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8,
    0xE9, 0xEA, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA,
};

struct code {
    uint16_t bits;
    uint8_t length;
};

struct encoder {
    struct text *out;
    uint32_t pending; /* bits not yet written, at the low end */
    unsigned pending_count;
    struct code dc[256];
    struct code ac[256];
    float cosines[BLOCK][BLOCK]; /* [frequency][position], scaled for an orthonormal transform */
    int previous_dc[COMPONENTS];
};

/* cos(k * pi / 16) for any k from its first quarter, so that nothing here needs libm. */
static float cosine_of_sixteenth(unsigned k)
{
    static const float quarter[9] = {1.0F,        0.98078528F, 0.92387953F,
                                     0.83146961F, 0.70710678F, 0.555570233F,
                                     0.38268343F, 0.19509032F, 0.0F};
    k %= 32;
    if (k > 16)
        k = 32 - k;
    return k > 8 ? -quarter[16 - k] : quarter[k];
}

/* T.81 Annex C: codes of one length are consecutive numbers, the next length goes on at twice. */
static void make_codes(struct code *codes, const uint8_t counts[16], const uint8_t *symbols)
{
    unsigned bits = 0;
    for (unsigned length = 1; length <= 16; length++, bits <<= 1) {
        for (unsigned i = 0; i < counts[length - 1]; i++, bits++, symbols++)
            codes[*symbols] = (struct code){.bits = (uint16_t)bits, .length = (uint8_t)length};
    }
}

static void encoder_init(struct encoder *encoder, struct text *out)
{
    *encoder = (struct encoder){.out = out};
    make_codes(encoder->dc, dc_counts, dc_symbols);
    make_codes(encoder->ac, ac_counts, ac_symbols);
    for (unsigned frequency = 0; frequency < BLOCK; frequency++) {
        float scale = frequency == 0 ? 0.35355339F : 0.5F;
        for (unsigned position = 0; position < BLOCK; position++)
            encoder->cosines[frequency][position] =
                scale * cosine_of_sixteenth((2 * position + 1) * frequency);
    }
}

static void put_byte(struct text *out, unsigned byte)
{
    text_append_char(out, (char)(uint8_t)byte);
}

static void put_short(struct text *out, unsigned value)
{
    put_byte(out, value >> 8);
    put_byte(out, value);
}

static void put_bits(struct encoder *encoder, unsigned bits, unsigned count)
{
    encoder->pending = encoder->pending << count | bits;
    encoder->pending_count += count;
    while (encoder->pending_count >= 8) {
        encoder->pending_count -= 8;
        unsigned byte = encoder->pending >> encoder->pending_count & 0xFF;
        put_byte(encoder->out, byte);
        if (byte == 0xFF)
            put_byte(encoder->out, 0); /* else it would start a marker */
    }
}

/* A code for (zeros before, size), then the value in `size` bits; negative ones less one (F.1.2.1).
 */
static void put_value(struct encoder *encoder, const struct code *codes, unsigned zeros, int value)
{
    unsigned size = 0;
    for (int rest = value < 0 ? -value : value; rest > 0; rest >>= 1)
        size++;
    const struct code *code = &codes[zeros << 4 | size];
    put_bits(encoder, code->bits, code->length);
    unsigned bits = (unsigned)(value < 0 ? value - 1 : value);
    put_bits(encoder, bits & ((1U << size) - 1), size);
}

static void transform(const struct encoder *encoder, float block[BLOCK_SIZE])
{
    float rows[BLOCK_SIZE];
    for (unsigned y = 0; y < BLOCK; y++) {
        for (unsigned u = 0; u < BLOCK; u++) {
            float sum = 0;
            for (unsigned x = 0; x < BLOCK; x++)
                sum += encoder->cosines[u][x] * block[y * BLOCK + x];
            rows[y * BLOCK + u] = sum;
        }
    }
    for (unsigned v = 0; v < BLOCK; v++) {
        for (unsigned u = 0; u < BLOCK; u++) {
            float sum = 0;
            for (unsigned y = 0; y < BLOCK; y++)
                sum += encoder->cosines[v][y] * rows[y * BLOCK + u];
            block[v * BLOCK + u] = sum;
        }
    }
}

static void put_block(struct encoder *encoder, float block[BLOCK_SIZE], unsigned component)
{
    transform(encoder, block);
    int levels[BLOCK_SIZE];
    for (unsigned k = 0; k < BLOCK_SIZE; k++) {
        float level = block[zigzag[k]] / quantisers[k];
        levels[k] = (int)(level < 0 ? level - 0.5F : level + 0.5F);
    }
    put_value(encoder, encoder->dc, 0, levels[0] - encoder->previous_dc[component]);
    encoder->previous_dc[component] = levels[0];
    unsigned zeros = 0;
    for (unsigned k = 1; k < BLOCK_SIZE; k++) {
        if (levels[k] == 0) {
            zeros++;
            continue;
        }
        for (; zeros > 15; zeros -= 16)
            put_bits(encoder, encoder->ac[0xF0].bits, encoder->ac[0xF0].length);
        put_value(encoder, encoder->ac, zeros, levels[k]);
        zeros = 0;
    }
    if (zeros > 0)
        put_bits(encoder, encoder->ac[0x00].bits, encoder->ac[0x00].length);
}

static void put_tables(struct text *out)
{
    put_short(out, 0xFF00 | MARKER_DQT);
    put_short(out, 2 + 1 + BLOCK_SIZE);
    put_byte(out, 0);
    text_append(out, (const char *)quantisers, sizeof(quantisers));

    const struct {
        unsigned id; /* class (0 DC, 1 AC) and number */
        const uint8_t *counts, *symbols;
        unsigned symbol_count;
    } tables[] = {{0x00, dc_counts, dc_symbols, sizeof(dc_symbols)},
                  {0x10, ac_counts, ac_symbols, sizeof(ac_symbols)}};
    for (size_t i = 0; i < ARRAY_LENGTH(tables); i++) {
        put_short(out, 0xFF00 | MARKER_DHT);
        put_short(out, 2 + 1 + 16 + tables[i].symbol_count);
        put_byte(out, tables[i].id);
        text_append(out, (const char *)tables[i].counts, 16);
        text_append(out, (const char *)tables[i].symbols, tables[i].symbol_count);
    }
}

static void put_headers(struct text *out, unsigned width, unsigned height)
{
    static const char jfif[] =
        "JFIF\0\1\1\0\0\1\0\1\0"; /* version 1.1, square pixels, no thumbnail */
    put_short(out, 0xFF00 | MARKER_SOI);
    put_short(out, 0xFF00 | MARKER_APP0);
    put_short(out, 2 + sizeof(jfif));
    text_append(out, jfif, sizeof(jfif));
    put_tables(out);

    put_short(out, 0xFF00 | MARKER_SOF0);
    put_short(out, 8 + 3 * COMPONENTS);
    put_byte(out, 8); /* bits a sample */
    put_short(out, height);
    put_short(out, width);
    put_byte(out, COMPONENTS);
    for (unsigned component = 1; component <= COMPONENTS; component++) {
        put_byte(out, component);
        put_byte(out, 0x11); /* not subsampled */
        put_byte(out, 0);    /* quantisation table */
    }

    put_short(out, 0xFF00 | MARKER_SOS);
    put_short(out, 6 + 2 * COMPONENTS);
    put_byte(out, COMPONENTS);
    for (unsigned component = 1; component <= COMPONENTS; component++)
        put_short(out, component << 8); /* and Huffman tables 0 */
    put_byte(out, 0);
    put_byte(out, BLOCK_SIZE - 1);
    put_byte(out, 0);
}

/* One 8 x 8 block of each component, in JFIF's YCbCr less 128. Blocks that stick out of the picture
 * repeat its last row and column. */
static void read_blocks(float blocks[COMPONENTS][BLOCK_SIZE], const uint8_t *rgb, unsigned width,
                        unsigned height, unsigned left, unsigned top)
{
    for (unsigned i = 0; i < BLOCK_SIZE; i++) {
        unsigned x = left + i % BLOCK < width ? left + i % BLOCK : width - 1;
        unsigned y = top + i / BLOCK < height ? top + i / BLOCK : height - 1;
        const uint8_t *pixel = rgb + ((size_t)y * width + x) * 3;
        float red = pixel[0], green = pixel[1], blue = pixel[2];
        blocks[0][i] = 0.299F * red + 0.587F * green + 0.114F * blue - 128;
        blocks[1][i] = -0.168736F * red - 0.331264F * green + 0.5F * blue;
        blocks[2][i] = 0.5F * red - 0.418688F * green - 0.081312F * blue;
    }
}

void practice_jpeg_append(struct text *out, const uint8_t *rgb, unsigned width, unsigned height)
{
    struct encoder encoder;
    encoder_init(&encoder, out);
    put_headers(out, width, height);
    for (unsigned top = 0; top < height; top += BLOCK) {
        for (unsigned left = 0; left < width; left += BLOCK) {
            float blocks[COMPONENTS][BLOCK_SIZE];
            read_blocks(blocks, rgb, width, height, left, top);
            for (unsigned component = 0; component < COMPONENTS; component++)
                put_block(&encoder, blocks[component], component);
        }
    }
    put_bits(&encoder, 0x7F, 7); /* fills the last byte with ones (F.1.2.3) */
    put_short(out, 0xFF00 | MARKER_EOI);
}
