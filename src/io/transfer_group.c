#include "io/transfer_group.h"

#include "base/clock.h"
#include "base/memory.h"
#include "io/transfer_activity.h"

#include <stdlib.h>

struct transfer_group {
    CURLM *multi;
    CURLSH *share; /* TLS sessions; of this thread only, so it needs no lock */
    unsigned slots;
    struct transfer **transfers; /* the first `running` are in use, the others ready */
    unsigned created;
    unsigned running;
    unsigned paused; /* of these: libcurl reads nothing for them until they go on */
    struct activity *activity;
    const struct transfer_settings *settings;
    struct root *root;
    size_t sink_bytes;
    CURL *ended; /* a handle that libcurl called done and nobody has taken yet */
    CURLcode ended_code;
    int64_t checked_us;    /* when transfers that must end were last looked for */
    unsigned next_checked; /* how far the present look has come */
};

/* How often running transfers are asked whether they stall. */
#define CHECK_US (CLOCK_SECOND_US / 4)

struct transfer_group *transfer_group_create(const struct transfer_settings *settings,
                                             struct root *root, size_t sink_bytes, unsigned slots)
{
    CURLM *multi = curl_multi_init();
    if (multi == NULL)
        return NULL;
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)settings->connections);
    struct transfer_group *group = memory_allocate_zeroed(1, sizeof *group);
    group->multi = multi;
    group->share = curl_share_init();
    if (group->share != NULL)
        curl_share_setopt(group->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    group->activity = activity_create();
    group->slots = slots;
    group->transfers = memory_allocate_zeroed(slots, sizeof *group->transfers);
    group->settings = settings;
    group->root = root;
    group->sink_bytes = sink_bytes;
    return group;
}

void transfer_group_reuse(struct transfer_group *group, const struct transfer_settings *settings,
                          struct root *root, size_t sink_bytes)
{
    group->settings = settings;
    group->root = root;
    group->sink_bytes = sink_bytes;
    for (unsigned i = 0; i < group->created; i++)
        transfer_reuse(group->transfers[i], settings, root, sink_bytes);
}

void transfer_group_destroy(struct transfer_group *group)
{
    if (group == NULL)
        return;
    curl_multi_cleanup(group->multi); /* first: its connections point to transfers */
    for (unsigned i = 0; i < group->created; i++)
        transfer_destroy(group->transfers[i]);
    curl_share_cleanup(group->share);
    activity_destroy(group->activity);
    free(group->transfers);
    free(group);
}

bool transfer_group_has_room(const struct transfer_group *group)
{
    return group->running < group->slots;
}

unsigned transfer_group_running(const struct transfer_group *group)
{
    return group->running;
}

struct activity *transfer_group_activity(const struct transfer_group *group)
{
    return group->activity;
}

bool transfer_group_start(struct transfer_group *group, struct job *job, int worker)
{
    if (group->running == group->created) {
        struct transfer_thread thread = {group->share, &group->paused, group->activity};
        group->transfers[group->created++] =
            transfer_create(group->settings, group->root, group->sink_bytes, &thread);
    }
    struct transfer *transfer = group->transfers[group->running];
    CURL *handle = transfer_start(transfer, job, worker);
    if (handle == NULL) {
        job_fail(job, FAILURE_INTERNAL, "libcurl has no memory for another transfer");
        return false;
    }
    CURLMcode code = curl_multi_add_handle(group->multi, handle);
    if (code != CURLM_OK) {
        transfer_finish(transfer, CURLE_FAILED_INIT);
        job_fail(job, FAILURE_INTERNAL, curl_multi_strerror(code));
        return false;
    }
    group->running++;
    return true;
}

/* Takes a transfer out of the multi handle and out of the running ones. */
static struct job *finish(struct transfer_group *group, unsigned position, CURLcode code,
                          enum transfer_verdict *out_verdict)
{
    struct transfer *transfer = group->transfers[position];
    struct job *job = transfer_job(transfer);
    curl_multi_remove_handle(group->multi, transfer_handle(transfer));
    *out_verdict = transfer_finish(transfer, code);
    group->running--;
    group->transfers[position] = group->transfers[group->running];
    group->transfers[group->running] = transfer;
    if (group->running == 0) /* the next look may be far away */
        activity_show_slow(group->activity, NULL, 0);
    return job;
}

static unsigned position_of(const struct transfer_group *group, const struct transfer *transfer)
{
    unsigned position = 0;
    while (group->transfers[position] != transfer)
        position++;
    return position;
}

static bool has_ended(struct transfer_group *group)
{
    int left = 0;
    CURLMsg *message;
    while (group->ended == NULL && (message = curl_multi_info_read(group->multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            group->ended = message->easy_handle;
            group->ended_code = message->data.result;
        }
    }
    return group->ended != NULL;
}

struct job *transfer_group_next(struct transfer_group *group, enum transfer_verdict *out_verdict)
{
    if (has_ended(group)) {
        unsigned position = position_of(group, transfer_of(group->ended));
        group->ended = NULL;
        return finish(group, position, group->ended_code, out_verdict);
    }
    int64_t now_us = clock_monotonic_us();
    if (group->next_checked >= group->running) {
        if (now_us - group->checked_us < CHECK_US)
            return NULL;
        group->checked_us = now_us;
        group->next_checked = 0;
    }
    while (group->next_checked < group->running) {
        /* A finished transfer's place is taken by the last one, so the place is looked at again. */
        CURLcode code;
        if (transfer_must_end(group->transfers[group->next_checked], now_us, &code))
            return finish(group, group->next_checked, code, out_verdict);
        group->next_checked++;
    }
    transfer_activity_show(group->activity, group->transfers, group->running, now_us);
    return NULL;
}

/* Lets on what need not wait any longer; gives the time when that is to be done again. */
static int64_t go_on(struct transfer_group *group)
{
    int64_t next_us = CLOCK_NEVER;
    for (unsigned i = 0; i < group->running && group->paused > 0; i++) {
        int64_t now_us = clock_monotonic_us();
        int64_t due_us = transfer_go_on(group->transfers[i], now_us);
        if (due_us <= now_us)
            group->next_checked = 0; /* perhaps it has to end */
        if (due_us < next_us)
            next_us = due_us;
    }
    return next_us;
}

void transfer_group_wait(struct transfer_group *group, int64_t until_us)
{
    int running = 0;
    int64_t before_us = go_on(group);
    curl_multi_perform(group->multi, &running);
    if (has_ended(group))
        return;
    int64_t after_us = go_on(group);
    int64_t due_us = before_us < after_us ? before_us : after_us;
    if (due_us < until_us)
        until_us = due_us;
    int64_t now_us = clock_monotonic_us();
    if (group->running > 0 && until_us > now_us + CHECK_US)
        until_us = now_us + CHECK_US;
    int64_t wait_us = until_us > now_us ? until_us - now_us : 0;
    int64_t wait_ms = wait_us / 1000 + (wait_us % 1000 != 0);
    /* Woken for anything new; libcurl's own timers shorten the wait further. */
    curl_multi_poll(group->multi, NULL, 0, wait_ms > 60000 ? 60000 : (int)wait_ms, NULL);
}

void transfer_group_wake(struct transfer_group *group)
{
    curl_multi_wakeup(group->multi);
}

void transfer_group_cancel(struct transfer_group *group)
{
    for (unsigned i = 0; i < group->running; i++)
        transfer_cancel(group->transfers[i]);
    group->checked_us = 0;
    group->next_checked = 0;
}
