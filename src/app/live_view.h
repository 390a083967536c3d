/* What a run looks like on a terminal while it goes on: three lines, up to three more about slow
 * transfers and hosts that are held back, or a single line where there is little room.
 *
 * Data in, text out: nothing here looks at a clock, a lock or a terminal. */
#ifndef HAUL_APP_LIVE_VIEW_H
#define HAUL_APP_LIVE_VIEW_H

#include "base/number.h"
#include "io/activity.h"
#include "io/screen_line.h"
#include "model/summary.h"

#define LIVE_VIEW_SLOW 3
#define LIVE_VIEW_HELD 2
#define LIVE_VIEW_PLACE_SIZE 512

struct live_slow {
    char place[LIVE_VIEW_PLACE_SIZE]; /* host/path, masked and printable */
    enum activity_phase phase;
    int64_t age_us;
    int64_t silent_us; /* nothing came for so long, 0 = something does */
    int64_t bytes;
    int64_t expected; /* -1 = unknown */
    unsigned attempt; /* 1 = the first */
};

struct live_held {
    char host[256];  /* printable */
    int64_t wait_us; /* until it is asked again; not positive = that is being done */
    size_t parked;   /* URLs that wait for it */
    bool is_aside;   /* it could not be reached; else it asked for a rest */
};

struct live_view {
    struct counts counts;
    bool is_check;    /* nothing is stored: URLs are ok, not downloaded */
    uint64_t total;   /* URLs of the lists, as far as they were read */
    bool is_final;    /* they were, to the end */
    bool is_stopping; /* nothing is started any more */
    int64_t elapsed_us;
    int64_t eta_us; /* -1 = unknown */
    double urls_per_second;
    double bytes_per_second;
    int64_t bytes;
    unsigned jobs; /* downloads at once */
    unsigned phases[ACTIVITY_PHASES];
    size_t backoff; /* URLs that wait for their next attempt */
    size_t parked;  /* URLs that wait for their host's limit, rate or pause */
    size_t queued;
    size_t capacity;
    unsigned attempts; /* of one URL at most */
    struct live_slow slow[LIVE_VIEW_SLOW];
    size_t slow_count;
    struct live_held held[LIVE_VIEW_HELD];
    size_t held_count;
};

/* Appends the lines, each but the last followed by a line end; returns how many. */
unsigned live_view_append(struct text *text, const struct live_view *view,
                          const struct screen *screen);

unsigned live_view_percent(const struct live_view *view); /* of the total that is done */

/* "0:31", "1:02:03", "2d 03h" */
char *live_view_format_clock(char out[NUMBER_SIZE], int64_t us);

#endif
