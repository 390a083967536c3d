/* A small web server of its own for trying things without the internet: bound to 127.0.0.1 only,
 * deterministic from a seed, with the troubles of real servers.
 *
 * Serves /photo/NNNN.png and .jpg (valid images of different sizes, no two files equal), and the
 * planned failures listed by practice_server_plan. Delays do not hold up other connections.
 *
 * Threads: any thread may call anything, except start and stop. It runs two threads of its own. */
#ifndef HAUL_IO_PRACTICE_SERVER_H
#define HAUL_IO_PRACTICE_SERVER_H

#include "base/common.h"
#include "base/error.h"
#include "base/text.h"

struct practice_settings {
    uint16_t port; /* 0 = any free one */
    uint64_t seed;
    unsigned url_count; /* how many URLs the plan has, at most a million */
    int64_t delay_us;   /* mean time to the first byte */
    int64_t jitter_us;  /* the delay varies by at most this, either way; both at most 60 s */
    unsigned capacity;  /* requests that it works on at once, others wait; 0 = any number */
    bool is_calm;       /* without the troubles of real servers */
};

/* How many URLs of the plan end in which way, when fetched with haul's defaults. */
struct practice_plan {
    unsigned urls;
    unsigned downloaded; /* all that succeed, also after a retry or redirect */
    unsigned not_found;  /* 404 */
    unsigned try_later;  /* 503 with Retry-After, succeed on the second request */
    unsigned cut_off;    /* body cut once, then whole */
    unsigned slow;       /* one reply takes several times as long */
    unsigned redirected;
    unsigned html_as_jpeg; /* 200, HTML under a .jpg name */
    unsigned evil_name;    /* Content-Disposition: filename="../../evil.sh" */
};

struct practice_server;

/* ERROR_USAGE for settings out of range, ERROR_LOCAL when the port cannot be had. */
struct practice_server *practice_server_start(const struct practice_settings *settings,
                                              struct error *error);
/* Does not wait for delayed replies: they are sent at once or not at all. NULL is fine. */
void practice_server_stop(struct practice_server *server);
uint16_t practice_server_port(const struct practice_server *server);
struct practice_plan practice_server_plan(const struct practice_server *server);
/* Forgets what was requested so far: "succeeds later" starts anew. */
void practice_server_reset(struct practice_server *server);
/* The most requests that were in progress at the same time since the last reset. */
unsigned practice_server_peak(struct practice_server *server);
/* Appends the list: one URL per line, in plan order. */
void practice_server_append_list(const struct practice_server *server, struct text *text);

#endif
