#include "fault_content.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fault_reply.h"

#define RECORD_BYTES 32
#define PIECES_PER_SECOND 20 /* of a slow body */

static bool put_records(struct connection *connection, const struct content *content,
                        uint64_t offset, uint64_t length)
{
    while (length > 0) {
        char record[RECORD_BYTES + 1];
        size_t skipped = (size_t)(offset % RECORD_BYTES);
        snprintf(record, sizeof(record), "%011llu %-19s\n",
                 (unsigned long long)((offset - skipped) % UINT64_C(100000000000)), content->label);
        uint64_t count = RECORD_BYTES - skipped < length ? RECORD_BYTES - skipped : length;
        if (!connection_put(connection, record + skipped, (size_t)count))
            return false;
        offset += count;
        length -= count;
    }
    return true;
}

void content_init(struct content *content, const char *version, const char *name, uint64_t size)
{
    *content = (struct content){.size = size, .modified = -1};
    snprintf(content->label, sizeof(content->label), "%s/%s", version, name);
}

const char *content_date(int64_t seconds, char out[CONTENT_DATE_SIZE])
{
    time_t moment = (time_t)seconds;
    struct tm parts;
    gmtime_r(&moment, &parts);
    strftime(out, CONTENT_DATE_SIZE, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return out;
}

bool content_put_head(struct connection *connection, int status, const struct content *content,
                      const char *headers)
{
    char date[CONTENT_DATE_SIZE];
    bool is_put = reply_put_head(connection, status, headers) &&
                  connection_put_format(connection, "Date: %s\r\n", content_date(time(NULL), date));
    if (content->etag[0] != '\0')
        is_put = is_put && connection_put_format(connection, "ETag: %s\r\n", content->etag);
    if (content->modified >= 0)
        is_put = is_put && connection_put_format(connection, "Last-Modified: %s\r\n",
                                                 content_date(content->modified, date));
    return is_put;
}

bool content_put_body(struct connection *connection, const struct content *content, uint64_t offset,
                      uint64_t length)
{
    uint64_t speed = reply_query_number(connection, "slow", 0);
    if (speed == 0)
        return put_records(connection, content, offset, length);
    uint64_t piece = speed / PIECES_PER_SECOND > 0 ? speed / PIECES_PER_SECOND : 1;
    while (length > 0) {
        uint64_t count = piece < length ? piece : length;
        if (!put_records(connection, content, offset, count) || !connection_flush(connection) ||
            !connection_wait(connection, 1000 / PIECES_PER_SECOND))
            return false;
        offset += count;
        length -= count;
    }
    return true;
}
