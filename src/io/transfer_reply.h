/* The header section of a reply as it arrives line by line (RFC 9112): status, length, where it
 * ends, and whether it is sound. No network, no clock.
 *
 * libcurl hands over interim replies (1xx) and trailers through the same callback; all count
 * against one budget per request. */
#ifndef HAUL_IO_TRANSFER_REPLY_H
#define HAUL_IO_TRANSFER_REPLY_H

#include "base/common.h"
#include "model/outcome.h"
#include "model/partial.h"

#define TRANSFER_HEADER_BYTES (256 * 1024)
#define TRANSFER_HEADER_LINES 1000

struct transfer_reply {
    int status;             /* of the last status line, 0 = none yet */
    bool has_ended;         /* the final reply's headers are complete; further lines are trailers */
    bool is_judged;         /* for the caller: it has looked at the complete headers */
    int64_t length;         /* Content-Length (RFC 9110, 8.6), -1 = none or overruled by chunked */
    bool is_chunked;        /* Transfer-Encoding: its length then does not count (RFC 9112, 6.3) */
    bool is_in_block;       /* behind a status line, before the empty line */
    bool may_not_be_folded; /* the field before: length, encoding, range, target, or none at all */
    bool may_be_partial;    /* from the caller: a part was asked for */
    bool may_be_unchanged;  /* from the caller: only news were asked for */
    unsigned range_count;   /* Content-Range lines */
    bool has_range;         /* there is one, and it can be read */
    struct content_range range;
    size_t bytes; /* of all header and trailer lines */
    unsigned lines;
};

void transfer_reply_init(struct transfer_reply *reply);

/* Takes one line with its line end. FAILURE_HEADERS_TOO_LARGE above the budget; FAILURE_PROTOCOL
 * for a Content-Length that is malformed, too large or contradicts itself, a Transfer-Encoding that
 * is not one "chunked", a blank before a colon, a folded line that could hide one of these, a NUL
 * byte, or a 206 or 304 that nobody asked for; *out_objection is a static text then. */
enum failure transfer_reply_add_line(struct transfer_reply *reply, const char *bytes, size_t length,
                                     const char **out_objection);

#endif
