#include "io/name_lookup.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define PATIENCE_MS 50

/* One question. Its thread writes the answer, then to `done`; nobody else touches the answer
 * before the thread was joined. */
struct question {
    struct question *next;
    char *host;
    int done; /* eventfd, readable when the thread has nothing more to do */
    struct thread thread;
    struct name_answer answer;
};

struct name_lookup {
    int stop_descriptor;
    struct question *late; /* that were not answered in time */
};

static bool is_ascii(const char *text)
{
    while (*text != '\0' && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}

static void keep_addresses(struct name_answer *answer, const struct addrinfo *found)
{
    for (; found != NULL; found = found->ai_next) {
        answer->ipv4 += found->ai_family == AF_INET;
        answer->ipv6 += found->ai_family == AF_INET6;
        if (answer->address_count == NAME_ADDRESSES_MAX ||
            found->ai_addrlen > sizeof(struct sockaddr_storage))
            continue;
        struct name_address *address = &answer->addresses[answer->address_count++];
        memcpy(&address->storage, found->ai_addr, found->ai_addrlen);
        address->length = found->ai_addrlen;
    }
}

static void question_body(void *context)
{
    struct question *question = context;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int64_t start_us = clock_monotonic_us();
    uint64_t one = 1;
    if (!is_ascii(question->host))
        hints.ai_flags = AI_IDN;
    question->answer.code = getaddrinfo(question->host, NULL, &hints, &found);
    question->answer.us = clock_monotonic_us() - start_us;
    if (question->answer.code == 0) {
        keep_addresses(&question->answer, found);
        freeaddrinfo(found);
    }
    /* An eventfd takes eight bytes whole; the descriptor stays open until the thread was joined. */
    (void)!write(question->done, &one, sizeof(one));
}

static void question_destroy(struct question *question)
{
    thread_join(&question->thread);
    close(question->done);
    free(question->host);
    free(question);
}

static struct question *question_start(const char *host)
{
    struct question *question = memory_allocate_zeroed(1, sizeof(*question));
    question->host = memory_copy_string(host);
    question->done = eventfd(0, EFD_CLOEXEC);
    if (question->done >= 0 &&
        thread_start(&question->thread, "lookup", question_body, question, NULL))
        return question;
    if (question->done >= 0)
        close(question->done);
    free(question->host);
    free(question);
    return NULL;
}

struct name_lookup *name_lookup_create(int stop_descriptor)
{
    struct name_lookup *lookup = memory_allocate_zeroed(1, sizeof(*lookup));
    lookup->stop_descriptor = stop_descriptor;
    return lookup;
}

/* Within a moment: what only just missed its time need not be left behind. */
static bool is_done(const struct question *question)
{
    struct pollfd done = {.fd = question->done, .events = POLLIN};
    return poll(&done, 1, PATIENCE_MS) == 1;
}

void name_lookup_destroy(struct name_lookup *lookup)
{
    if (lookup == NULL)
        return;
    while (lookup->late != NULL) {
        struct question *question = lookup->late;
        lookup->late = question->next;
        if (is_done(question))
            question_destroy(question); /* else its thread still needs it */
    }
    free(lookup);
}

static enum name_lookup_end wait_for(const struct name_lookup *lookup,
                                     const struct question *question, int64_t limit_us)
{
    int64_t until_us = clock_monotonic_us() + limit_us;
    for (;;) {
        struct pollfd waits[] = {{.fd = question->done, .events = POLLIN},
                                 {.fd = lookup->stop_descriptor, .events = POLLIN}};
        int64_t left_us = until_us - clock_monotonic_us();
        int count =
            poll(waits, ARRAY_LENGTH(waits), left_us > 0 ? (int)((left_us + 999) / 1000) : 0);
        if (waits[1].revents != 0)
            return NAME_LOOKUP_STOPPED;
        if (waits[0].revents != 0)
            return NAME_LOOKUP_ANSWERED;
        if (count == 0 && left_us <= 0)
            return NAME_LOOKUP_SILENT;
    }
}

enum name_lookup_end name_lookup_ask(struct name_lookup *lookup, const char *host, int64_t limit_us,
                                     struct name_answer *out)
{
    struct question *question = question_start(host);
    if (question == NULL)
        return NAME_LOOKUP_REFUSED;
    enum name_lookup_end end = wait_for(lookup, question, limit_us);
    if (end == NAME_LOOKUP_ANSWERED) {
        thread_join(&question->thread);
        *out = question->answer;
        question_destroy(question);
    } else {
        question->next = lookup->late;
        lookup->late = question;
    }
    return end;
}

bool name_address_has_route(const struct name_address *address)
{
    struct sockaddr_storage target = address->storage;
    if (target.ss_family == AF_INET)
        ((struct sockaddr_in *)&target)->sin_port = htons(9);
    else if (target.ss_family == AF_INET6)
        ((struct sockaddr_in6 *)&target)->sin6_port = htons(9);
    int descriptor = socket(target.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return false;
    /* Connecting a datagram socket only chooses a way. */
    bool has_route = connect(descriptor, (const struct sockaddr *)&target, address->length) == 0;
    close(descriptor);
    return has_route;
}
