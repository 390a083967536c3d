#include "io/source_stream.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/memory.h"

#define INPUT_BYTES (64 * 1024)
#define ZSTD_WINDOW_LOG_MAX 23     /* 8 MiB, what RFC 8878 asks every decoder to support */
#define GZIP_WINDOW_BITS (15 + 16) /* zlib: the largest window, gzip wrapping only */
#define ZSTD_MAGIC_BYTES 4
#define ZSTD_BLOCK_HEADER_BYTES 3

enum content { CONTENT_UNKNOWN, CONTENT_PLAIN, CONTENT_GZIP, CONTENT_ZSTD };

struct source_stream {
    int descriptor;
    int stop_descriptor;
    bool is_regular;
    enum content content;
    enum source_stream_answer end; /* SOURCE_STREAM_BYTES = not there yet */
    const char *reason;            /* of SOURCE_STREAM_BROKEN */
    int errno_value;               /* of SOURCE_STREAM_FAILED */

    unsigned char *input; /* read and not yet used; NULL when bytes go straight to the caller */
    size_t input_start;
    size_t input_end;
    bool input_has_ended;

    bool has_pending; /* the last call filled the caller's buffer: the decoder may hold more */
    bool is_inside;   /* a gzip member or a zstd frame */
    bool is_padding;  /* zero bytes behind a gzip member were seen: nothing else may follow */
    bool has_inflate;
    z_stream inflate;
    ZSTD_DStream *zstd;
    size_t zstd_hint;                      /* bytes that the decoder wants next */
    unsigned char magic[ZSTD_MAGIC_BYTES]; /* of the frame that begins */
    size_t magic_length;
};

static enum source_stream_answer end_with(struct source_stream *stream,
                                          enum source_stream_answer end)
{
    stream->end = end;
    return end;
}

static void fail(struct source_stream *stream, int errno_value)
{
    stream->errno_value = errno_value;
    stream->end = SOURCE_STREAM_FAILED;
}

static void break_off(struct source_stream *stream, const char *reason)
{
    stream->reason = reason;
    stream->end = SOURCE_STREAM_BROKEN;
}

enum input { INPUT_READY, INPUT_STOPPED, INPUT_SILENT };

/* Waits until there is something to read, at most for that long (-1 = without limit). */
static enum input wait_for_input(const struct source_stream *stream, int milliseconds)
{
    struct pollfd descriptors[2] = {
        {.fd = stream->descriptor, .events = POLLIN},
        {.fd = stream->stop_descriptor, .events = POLLIN}, /* -1 is ignored by poll */
    };
    for (;;) {
        int count = poll(descriptors, 2, milliseconds);
        if (count < 0 && errno == EINTR)
            continue;
        if (count == 0)
            return INPUT_SILENT;
        return descriptors[1].revents == 0 ? INPUT_READY : INPUT_STOPPED;
    }
}

/* One read. */
static enum source_stream_answer read_some(struct source_stream *stream, void *out, size_t size,
                                           size_t *out_length)
{
    ssize_t count;
    do {
        if (!stream->is_regular && wait_for_input(stream, -1) == INPUT_STOPPED)
            return SOURCE_STREAM_STOPPED;
        count = read(stream->descriptor, out, size);
    } while (count < 0 && (errno == EINTR || errno == EAGAIN));
    if (count < 0) {
        fail(stream, errno);
        return stream->end;
    }
    stream->input_has_ended = count == 0;
    *out_length = (size_t)count;
    return SOURCE_STREAM_BYTES;
}

/* Reads more behind what is buffered. */
static enum source_stream_answer fetch(struct source_stream *stream)
{
    if (stream->input == NULL)
        stream->input = memory_allocate(INPUT_BYTES);
    if (stream->input_start == stream->input_end)
        stream->input_start = stream->input_end = 0;
    size_t length = 0;
    enum source_stream_answer answer = read_some(stream, stream->input + stream->input_end,
                                                 INPUT_BYTES - stream->input_end, &length);
    stream->input_end += length;
    return answer;
}

/* Whether a zstd frame may begin so: with its magic number, or that of a skippable frame. */
static bool may_begin_frame(const unsigned char *bytes, size_t length)
{
    static const unsigned char frame[ZSTD_MAGIC_BYTES] = {0x28, 0xb5, 0x2f, 0xfd};
    static const unsigned char skippable[ZSTD_MAGIC_BYTES] = {0x50, 0x2a, 0x4d, 0x18};
    if (length > ZSTD_MAGIC_BYTES)
        length = ZSTD_MAGIC_BYTES;
    if (length == 0 || memcmp(bytes, frame, length) == 0)
        return true;
    return (bytes[0] & 0xf0) == skippable[0] && memcmp(bytes + 1, skippable + 1, length - 1) == 0;
}

/* Looks at the first bytes; the content stays unknown while they are too few to tell. */
static void recognise(struct source_stream *stream)
{
    static const unsigned char gzip[] = {0x1f, 0x8b};
    const unsigned char *bytes = stream->input;
    size_t length = stream->input_end;
    bool may_be_gzip = memcmp(bytes, gzip, length < sizeof gzip ? length : sizeof gzip) == 0;
    bool may_be_zstd = may_begin_frame(bytes, length);
    if (may_be_gzip && length >= sizeof gzip) {
        stream->content = CONTENT_GZIP;
    } else if (may_be_zstd && length >= ZSTD_MAGIC_BYTES) {
        stream->content = CONTENT_ZSTD;
    } else if (stream->input_has_ended || (!may_be_gzip && !may_be_zstd)) {
        stream->content = CONTENT_PLAIN;
    }
}

static enum source_stream_answer read_plain(struct source_stream *stream, char *out, size_t size,
                                            size_t *out_length)
{
    size_t buffered = stream->input_end - stream->input_start;
    if (buffered > 0) {
        *out_length = buffered < size ? buffered : size;
        memcpy(out, stream->input + stream->input_start, *out_length);
        stream->input_start += *out_length;
        return SOURCE_STREAM_BYTES;
    }
    free(stream->input);
    stream->input = NULL;
    if (!stream->input_has_ended) {
        enum source_stream_answer answer = read_some(stream, out, size, out_length);
        if (answer != SOURCE_STREAM_BYTES)
            return answer;
    }
    return stream->input_has_ended ? end_with(stream, SOURCE_STREAM_ENDED) : SOURCE_STREAM_BYTES;
}

/* Between members. */
static void begin_member(struct source_stream *stream)
{
    unsigned char byte = stream->input[stream->input_start];
    if (byte == 0) {
        stream->is_padding = true;
        stream->input_start++;
    } else if (stream->is_padding || byte != 0x1f) {
        break_off(stream, "bytes behind the gzip data that are no gzip");
    } else if (inflateReset(&stream->inflate) != Z_OK) {
        fail(stream, ENOMEM);
    } else {
        stream->is_inside = true;
    }
}

/* Inflates until the output is full or the input is used up. */
static size_t inflate_some(struct source_stream *stream, char *out, size_t size)
{
    if (!stream->has_inflate) {
        if (inflateInit2(&stream->inflate, GZIP_WINDOW_BITS) != Z_OK) {
            fail(stream, ENOMEM);
            return 0;
        }
        stream->has_inflate = true;
        stream->is_inside = true;
    }
    size_t length = 0;
    while (stream->end == SOURCE_STREAM_BYTES && length < size) {
        if (!stream->is_inside) {
            if (stream->input_start == stream->input_end)
                break;
            begin_member(stream);
            continue;
        }
        stream->inflate.next_in = stream->input + stream->input_start;
        stream->inflate.avail_in = (uInt)(stream->input_end - stream->input_start);
        stream->inflate.next_out = (unsigned char *)out + length;
        stream->inflate.avail_out = (uInt)(size - length);
        int result = inflate(&stream->inflate, Z_NO_FLUSH);
        stream->input_start = stream->input_end - stream->inflate.avail_in;
        length = size - stream->inflate.avail_out;
        if (result == Z_STREAM_END)
            stream->is_inside = false;
        else if (result == Z_MEM_ERROR)
            fail(stream, ENOMEM);
        else if (result != Z_OK && result != Z_BUF_ERROR)
            break_off(stream, "the gzip data is corrupt");
        else if (stream->input_start == stream->input_end)
            break;
    }
    return length;
}

static void note_zstd_error(struct source_stream *stream, size_t result)
{
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_memory_allocation:
        fail(stream, ENOMEM);
        break;
    case ZSTD_error_frameParameter_windowTooLarge:
        break_off(stream, "the zstd data needs a window larger than 8 MiB");
        break;
    case ZSTD_error_dictionary_wrong:
        break_off(stream, "the zstd data needs a dictionary");
        break;
    default:
        break_off(stream, "the zstd data is corrupt");
    }
}

/* One step of the decoder, with at most `input_size` bytes of input. Returns false when it could do
 * nothing. */
static bool step_zstd(struct source_stream *stream, const unsigned char *input, size_t input_size,
                      size_t *out_used, ZSTD_outBuffer *output)
{
    ZSTD_inBuffer bytes = {.src = input, .size = input_size};
    size_t before = output->pos;
    size_t result = ZSTD_decompressStream(stream->zstd, output, &bytes);
    *out_used = bytes.pos;
    if (ZSTD_isError(result)) {
        note_zstd_error(stream, result);
        return false;
    }
    stream->zstd_hint = result;
    if (result == 0)
        stream->is_inside = false;
    return bytes.pos > 0 || output->pos > before;
}

/* Between frames: the magic number is collected and judged here, so that a frame of an obsolete
 * version is refused, and the decoder gets the header in two pieces; else it would take a small
 * frame that was read as a whole in one go, and a broken one would deliver nothing. */
static void begin_frame(struct source_stream *stream, ZSTD_outBuffer *output)
{
    stream->magic[stream->magic_length++] = stream->input[stream->input_start++];
    if (!may_begin_frame(stream->magic, stream->magic_length)) {
        break_off(stream, "bytes behind the zstd data that are no zstd");
    } else if (stream->magic_length == ZSTD_MAGIC_BYTES) {
        size_t used = 0;
        stream->is_inside = true;
        stream->magic_length = 0;
        step_zstd(stream, stream->magic, ZSTD_MAGIC_BYTES, &used, output);
    }
}

/* An error loses what the same step gave out before it. So a step gets no more than the block (or
 * header, or checksum) that comes next: the hint may count the following block's header in. */
static size_t zstd_step_bytes(const struct source_stream *stream)
{
    size_t available = stream->input_end - stream->input_start;
    size_t wanted = stream->zstd_hint > ZSTD_BLOCK_HEADER_BYTES
                        ? stream->zstd_hint - ZSTD_BLOCK_HEADER_BYTES
                        : 1;
    return available < wanted ? available : wanted;
}

static size_t decompress_some(struct source_stream *stream, char *out, size_t size)
{
    if (stream->zstd == NULL) {
        stream->zstd = ZSTD_createDStream();
        if (stream->zstd == NULL || ZSTD_isError(ZSTD_DCtx_setParameter(
                                        stream->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX))) {
            fail(stream, ENOMEM);
            return 0;
        }
    }
    ZSTD_outBuffer output = {.dst = out, .size = size};
    size_t used = 0;
    /* What the decoder still holds comes first, and alone. */
    if (stream->has_pending && stream->is_inside)
        step_zstd(stream, stream->input, 0, &used, &output);
    while (stream->end == SOURCE_STREAM_BYTES && output.pos < size &&
           stream->input_start < stream->input_end) {
        if (!stream->is_inside) {
            begin_frame(stream, &output);
            continue;
        }
        const unsigned char *input = stream->input + stream->input_start;
        bool has_moved = step_zstd(stream, input, zstd_step_bytes(stream), &used, &output);
        stream->input_start += used;
        if (!has_moved)
            break;
    }
    return output.pos;
}

static enum source_stream_answer read_compressed(struct source_stream *stream, char *out,
                                                 size_t size, size_t *out_length)
{
    bool is_gzip = stream->content == CONTENT_GZIP;
    if (stream->input_start == stream->input_end && !stream->has_pending) {
        if (!stream->input_has_ended) {
            enum source_stream_answer answer = fetch(stream);
            if (answer != SOURCE_STREAM_BYTES)
                return answer;
        }
        if (stream->input_has_ended) {
            if (!stream->is_inside && stream->magic_length == 0)
                return end_with(stream, SOURCE_STREAM_ENDED);
            break_off(stream,
                      is_gzip ? "the gzip data is cut short" : "the zstd data is cut short");
            return stream->end;
        }
    }
    *out_length = is_gzip ? inflate_some(stream, out, size) : decompress_some(stream, out, size);
    stream->has_pending = *out_length == size;
    /* What came out before a break is delivered; the break is told by the next call. */
    return *out_length > 0 ? SOURCE_STREAM_BYTES : stream->end;
}

struct source_stream *source_stream_create(int descriptor, bool is_regular, int stop_descriptor)
{
    struct source_stream *stream = memory_allocate_zeroed(1, sizeof *stream);
    stream->descriptor = descriptor;
    stream->is_regular = is_regular;
    stream->stop_descriptor = stop_descriptor;
    return stream;
}

void source_stream_destroy(struct source_stream *stream)
{
    if (stream == NULL)
        return;
    close(stream->descriptor);
    if (stream->has_inflate)
        inflateEnd(&stream->inflate);
    ZSTD_freeDStream(stream->zstd);
    free(stream->input);
    free(stream);
}

enum source_stream_answer source_stream_read(struct source_stream *stream, char *out, size_t size,
                                             size_t *out_length)
{
    *out_length = 0;
    if (stream->end != SOURCE_STREAM_BYTES)
        return stream->end;
    if (stream->content == CONTENT_UNKNOWN) {
        enum source_stream_answer answer = fetch(stream);
        if (answer != SOURCE_STREAM_BYTES)
            return answer;
        recognise(stream);
    }
    switch (stream->content) {
    case CONTENT_UNKNOWN:
        return SOURCE_STREAM_BYTES; /* none yet */
    case CONTENT_PLAIN:
        return read_plain(stream, out, size, out_length);
    case CONTENT_GZIP:
    case CONTENT_ZSTD:
        break;
    }
    return read_compressed(stream, out, size, out_length);
}

bool source_stream_is_ready(const struct source_stream *stream, int milliseconds)
{
    if (stream->is_regular || stream->end != SOURCE_STREAM_BYTES || stream->has_pending ||
        stream->input_start < stream->input_end)
        return true;
    return wait_for_input(stream, milliseconds) != INPUT_SILENT;
}

const char *source_stream_reason(const struct source_stream *stream)
{
    return stream->reason;
}

int source_stream_errno(const struct source_stream *stream)
{
    return stream->errno_value;
}
