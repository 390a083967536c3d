#include "io/practice_server.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/thread.h"
#include "io/practice_capacity.h"
#include "io/practice_plan.h"
#include "io/practice_timer.h"

#define CONNECTIONS_MAX 8192u
#define BACKLOG 4096u
#define URL_COUNT_MAX 1000000u
#define TIME_MAX_US (60 * CLOCK_SECOND_US) /* of delay and jitter */
#define IMAGE_COUNT 24u
#define REPLY_BYTES_MAX ((size_t)8 << 20)
#define CUT_BLOCK_BYTES 4096
#define CONNECTION_BYTES ((size_t)16 << 10) /* for the headers of one connection */
#define IDLE_SECONDS 60u
#define LAST_MODIFIED "Sun, 06 Nov 1994 08:49:37 GMT"

/* From the first look at a request to the end of its reply; owned by the server library through
 * its per-request pointer, freed in request_ended. */
struct request {
    struct MHD_Connection *connection;
    int64_t due_us;  /* when to reply; 0 = not decided yet */
    unsigned number; /* of the photo, from 1; 0 = no such path */
    unsigned turn;   /* how often the photo was asked for before */
    bool was_moved;  /* asked for where the redirect leads to */
    bool is_head;
};

struct practice_server {
    struct practice_settings settings;
    struct practice_plan plan;
    struct practice_image images[IMAGE_COUNT]; /* PNG and JPEG in turn */
    struct practice_timer *timer;
    struct MHD_Daemon *daemon;
    uint16_t port;
    struct practice_photo *photos; /* constant but for `requests` */

    struct lock lock; /* guards everything below, and photos[].requests */
    unsigned in_progress;
    unsigned peak;
    struct practice_capacity capacity;
};

/* Finds out which photo is wanted and when the reply is due. */
static void decide(struct practice_server *server, struct request *request, const char *path)
{
    unsigned count = server->plan.urls;
    int64_t delay_us = server->settings.delay_us;
    lock_acquire(&server->lock);
    request->number = practice_path_number(path, "photo", server->photos, count);
    if (request->number == 0) {
        request->number = practice_path_number(path, "moved", server->photos, count);
        request->was_moved = request->number != 0;
    }
    if (request->number != 0) {
        struct practice_photo *photo = &server->photos[request->number - 1];
        delay_us = practice_delay_us(&server->settings, photo, request->number);
        request->turn = photo->requests;
        /* A HEAD has no body that could be cut, so it does not use up the cut. */
        if (!request->is_head || photo->trouble != PRACTICE_CUT_OFF)
            photo->requests++;
    }
    request->due_us = practice_capacity_done_us(&server->capacity, clock_monotonic_us(), delay_us);
    lock_release(&server->lock);
}

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
    enum MHD_Result is_added = MHD_add_response_header(response, name, value);
    assert(is_added == MHD_YES);
    (void)is_added;
}

/* Queues and lets go of the response; MHD_NO closes the connection. */
static enum MHD_Result send_response(struct request *request, unsigned status,
                                     struct MHD_Response *response)
{
    enum MHD_Result result = MHD_queue_response(request->connection, status, response);
    MHD_destroy_response(response);
    return result;
}

/* A reply with a static text; header_name may be NULL. */
static enum MHD_Result send_text(struct request *request, unsigned status, const char *type,
                                 const char *text, const char *header_name, const char *header)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    if (header_name != NULL)
        add_header(response, header_name, header);
    return send_response(request, status, response);
}

/* Body of a reply that breaks off after half of its announced length. */
static ssize_t read_half(void *context, uint64_t position, char *buffer, size_t size)
{
    const struct text *file = context;
    size_t half = file->length / 2;
    if (position >= half)
        return MHD_CONTENT_READER_END_WITH_ERROR; /* closes the connection */
    size_t count = half - (size_t)position < size ? half - (size_t)position : size;
    memcpy(buffer, file->data + position, count);
    return (ssize_t)count;
}

static void free_text(void *context)
{
    struct text *text = context;
    text_clear(text);
    free(text);
}

static struct MHD_Response *make_cut_response(struct text *file)
{
    struct text *kept = memory_allocate(sizeof(*kept));
    *kept = *file;
    *file = (struct text){0};
    struct MHD_Response *response = MHD_create_response_from_callback(kept->length, CUT_BLOCK_BYTES,
                                                                      read_half, kept, free_text);
    if (response == NULL)
        free_text(kept);
    return response;
}

static struct MHD_Response *make_whole_response(struct text *file)
{
    size_t length = file->length;
    char *bytes = text_take(file);
    text_clear(file);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(length, bytes, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        free(bytes);
    return response;
}

static enum MHD_Result send_photo(struct practice_server *server, struct request *request,
                                  enum practice_trouble trouble)
{
    unsigned i = request->number - 1;
    enum practice_format format = server->photos[i].format;
    const struct practice_image *image =
        &server->images[i % (IMAGE_COUNT / 2) * 2 + (format == PRACTICE_JPEG)];
    const char *type = format == PRACTICE_PNG ? "image/png" : "image/jpeg";
    char label[PRACTICE_LABEL_MAX + 1], etag[64];
    snprintf(label, sizeof(label), "practice photo %u", request->number);
    snprintf(etag, sizeof(etag), "\"%llx-%u\"", (unsigned long long)server->settings.seed,
             request->number);
    const char *known = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                    MHD_HTTP_HEADER_IF_NONE_MATCH);
    if (known != NULL && strcmp(known, etag) == 0)
        return send_text(request, MHD_HTTP_NOT_MODIFIED, type, "", MHD_HTTP_HEADER_ETAG, etag);
    struct text file;
    text_init(&file, REPLY_BYTES_MAX);
    practice_image_append(image, label, &file);

    bool is_cut = trouble == PRACTICE_CUT_OFF && request->turn == 0 && !request->is_head;
    struct MHD_Response *response = is_cut ? make_cut_response(&file) : make_whole_response(&file);
    if (response == NULL)
        return MHD_NO;
    add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    add_header(response, MHD_HTTP_HEADER_LAST_MODIFIED, LAST_MODIFIED);
    add_header(response, MHD_HTTP_HEADER_ETAG, etag);
    if (trouble == PRACTICE_EVIL_NAME)
        add_header(response, MHD_HTTP_HEADER_CONTENT_DISPOSITION,
                   "attachment; filename=\"../../evil.sh\"");
    return send_response(request, MHD_HTTP_OK, response);
}

static enum MHD_Result reply(struct practice_server *server, struct request *request)
{
    enum practice_trouble trouble =
        request->number == 0 ? PRACTICE_NOT_FOUND : server->photos[request->number - 1].trouble;
    if (request->was_moved && trouble != PRACTICE_REDIRECTED)
        trouble = PRACTICE_NOT_FOUND;
    char location[PRACTICE_PATH_SIZE];
    switch (trouble) {
    case PRACTICE_NOT_FOUND:
        return send_text(request, MHD_HTTP_NOT_FOUND, "text/plain", "There is no such photo.\n",
                         NULL, NULL);
    case PRACTICE_TRY_LATER:
        if (request->turn > 0)
            break;
        return send_text(request, MHD_HTTP_SERVICE_UNAVAILABLE, "text/plain", "Try again later.\n",
                         MHD_HTTP_HEADER_RETRY_AFTER, "0");
    case PRACTICE_REDIRECTED:
        if (request->was_moved)
            break;
        practice_path(location, "moved", request->number,
                      server->photos[request->number - 1].format);
        return send_text(request, MHD_HTTP_FOUND, "text/plain", "The photo has moved.\n",
                         MHD_HTTP_HEADER_LOCATION, location);
    case PRACTICE_HTML_AS_JPEG:
        return send_text(request, MHD_HTTP_OK, "text/html",
                         "<!DOCTYPE html>\n<title>Log in</title>\n"
                         "<p>Please log in to see this photo.</p>\n",
                         NULL, NULL);
    default:
        break;
    }
    return send_photo(server, request, trouble);
}

/* Called by the library: for a new request, then when it may be answered, then once more after
 * each suspension. */
static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request_slot)
{
    (void)version;
    (void)upload;
    struct practice_server *server = context;
    struct request *request = *request_slot;
    if (request == NULL) {
        request = memory_allocate_zeroed(1, sizeof(*request));
        request->connection = connection;
        request->is_head = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
        *request_slot = request;
        lock_acquire(&server->lock);
        if (++server->in_progress > server->peak)
            server->peak = server->in_progress;
        lock_release(&server->lock);
        return MHD_YES;
    }
    if (*upload_size > 0) {
        *upload_size = 0; /* thrown away */
        return MHD_YES;
    }
    if (!request->is_head && strcmp(method, MHD_HTTP_METHOD_GET) != 0)
        return send_text(request, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain", "Only GET and HEAD.\n",
                         MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    if (request->due_us == 0) {
        decide(server, request, path);
        if (request->due_us > clock_monotonic_us()) {
            practice_timer_suspend(server->timer, connection, request->due_us);
            return MHD_YES;
        }
    }
    return reply(server, request);
}

static void request_ended(void *context, struct MHD_Connection *connection, void **request_slot,
                          enum MHD_RequestTerminationCode code)
{
    (void)connection;
    (void)code;
    struct practice_server *server = context;
    if (*request_slot == NULL)
        return;
    free(*request_slot);
    *request_slot = NULL;
    lock_acquire(&server->lock);
    server->in_progress--;
    lock_release(&server->lock);
}

/* Pairs of one PNG and one JPEG each, all of different sizes. */
static void draw_images(struct practice_server *server)
{
    for (unsigned i = 0; i < IMAGE_COUNT; i++) {
        uint64_t draw = random_at(~server->settings.seed, i);
        unsigned width = 96 + 8 * i + draw % 8;
        unsigned height = 64 + (draw >> 8) % 128;
        practice_image_init(&server->images[i], i % 2 == 0 ? PRACTICE_PNG : PRACTICE_JPEG, width,
                            height, draw);
    }
}

/* The library's thread inherits the signal mask, and no signal but a fault of its own is for it. */
static void block_signals(sigset_t *out_before)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    sigset_t blocked;
    sigfillset(&blocked);
    for (size_t i = 0; i < ARRAY_LENGTH(faults); i++)
        sigdelset(&blocked, faults[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, out_before);
}

static bool start_daemon(struct practice_server *server, struct error *error)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(server->settings.port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    sigset_t before;
    block_signals(&before);
    errno = 0;
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, server->settings.port, NULL, NULL,
        handle, server, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
        MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX, MHD_OPTION_LISTEN_BACKLOG_SIZE, BACKLOG,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
        IDLE_SECONDS, MHD_OPTION_NOTIFY_COMPLETED, request_ended, server, MHD_OPTION_END);
    int reason = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (server->daemon == NULL)
        return error_set_errno(error, ERROR_LOCAL, reason, "practice server on 127.0.0.1:%u",
                               (unsigned)server->settings.port);
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    server->port = info != NULL ? info->port : 0;
    return true;
}

struct practice_server *practice_server_start(const struct practice_settings *settings,
                                              struct error *error)
{
    if (settings->url_count > URL_COUNT_MAX || settings->delay_us < 0 || settings->jitter_us < 0 ||
        settings->delay_us > TIME_MAX_US || settings->jitter_us > TIME_MAX_US) {
        error_set(error, ERROR_USAGE, "practice server: at most %u URLs, times from 0 to %d s",
                  URL_COUNT_MAX, (int)(TIME_MAX_US / CLOCK_SECOND_US));
        return NULL;
    }
    struct practice_server *server = memory_allocate_zeroed(1, sizeof(*server));
    server->settings = *settings;
    lock_init(&server->lock, LOCK_RANK_SERVER);
    practice_capacity_init(&server->capacity, settings->capacity);
    server->photos = practice_plan_create(settings->seed, settings->url_count, !settings->is_calm,
                                          &server->plan);
    draw_images(server);
    server->timer = practice_timer_create(error);
    if (server->timer == NULL || !start_daemon(server, error)) {
        practice_server_stop(server);
        return NULL;
    }
    return server;
}

void practice_server_stop(struct practice_server *server)
{
    if (server == NULL)
        return;
    if (server->timer != NULL)
        practice_timer_stop(server->timer);
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    practice_timer_destroy(server->timer);
    for (unsigned i = 0; i < IMAGE_COUNT; i++)
        practice_image_clear(&server->images[i]);
    practice_capacity_clear(&server->capacity);
    lock_clear(&server->lock);
    free(server->photos);
    free(server);
}

uint16_t practice_server_port(const struct practice_server *server)
{
    return server->port;
}

struct practice_plan practice_server_plan(const struct practice_server *server)
{
    return server->plan;
}

void practice_server_reset(struct practice_server *server)
{
    lock_acquire(&server->lock);
    for (unsigned i = 0; i < server->plan.urls; i++)
        server->photos[i].requests = 0;
    server->peak = server->in_progress;
    lock_release(&server->lock);
}

unsigned practice_server_peak(struct practice_server *server)
{
    lock_acquire(&server->lock);
    unsigned peak = server->peak;
    lock_release(&server->lock);
    return peak;
}

void practice_server_append_list(const struct practice_server *server, struct text *text)
{
    for (unsigned i = 0; i < server->plan.urls; i++) {
        char path[PRACTICE_PATH_SIZE];
        text_append_format(text, "http://127.0.0.1:%u%s\n", (unsigned)server->port,
                           practice_path(path, "photo", i + 1, server->photos[i].format));
    }
}
