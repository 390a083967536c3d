/* Files with a version, of which any part can be told from any other: for ranges and conditional
 * requests.
 *
 * The body is made of records of 32 bytes, the last one cut: the offset in 11 digits, a blank, the
 * label "VERSION/NAME" cut or filled with blanks to 19, a line feed. */
#ifndef FAULT_CONTENT_H
#define FAULT_CONTENT_H

#include "fault_connection.h"

#define CONTENT_LABEL_MAX 19
#define CONTENT_DATE_SIZE 32
#define CONTENT_OLD_TIME INT64_C(1640995200) /* the start of 2022 */

struct content {
    char label[CONTENT_LABEL_MAX + 1];
    uint64_t size;
    char etag[128];   /* as in the header field; "" = none */
    int64_t modified; /* seconds since 1970; -1 = none */
};

/* Version and name of a file without validators. */
void content_init(struct content *content, const char *version, const char *name, uint64_t size);
/* As RFC 9110, 5.6.7 wants it; returns out. */
const char *content_date(int64_t seconds, char out[CONTENT_DATE_SIZE]);

/* Status line, Date, validators and `headers` (lines, each with its CR LF), without the end. */
bool content_put_head(struct connection *connection, int status, const struct content *content,
                      const char *headers);
/* A part of the body. The query key slow=N sends N bytes a second. */
bool content_put_body(struct connection *connection, const struct content *content, uint64_t offset,
                      uint64_t length);

#endif
