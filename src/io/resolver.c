#include "io/resolver.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

struct question {
    struct question *next;
    char *host;
    void *item;
};

/* What was learned about a host; asked once per run. */
struct answer {
    char *host;
    bool name_exists;
    const char *detail; /* static text of gai_strerror */
    UT_hash_handle hh;
};

struct resolver {
    resolver_answer *answered;
    void *context;
    struct thread thread;   /* started by the first question, joined by resolver_stop */
    bool is_abandoned;      /* by resolver_stop; touched by its callers only */
    struct answer *answers; /* touched by the resolver's thread only */

    struct lock lock; /* guards everything below */
    struct condition asked;
    struct condition ended;
    struct question *first;
    struct question **last;
    void *current;    /* item that the system is being asked about, NULL = none */
    bool has_thread;  /* or one is being started */
    bool is_starting; /* its handle is not there yet */
    bool is_stopping;
    bool has_ended; /* the thread; true before it is started, too */
};

/* How long a stop waits for the system: getaddrinfo cannot be interrupted, and a silent name server
 * holds it for 10 s and more. */
#define STOP_PATIENCE_US (CLOCK_SECOND_US / 2)

#define ANSWER_LIMIT 100000 /* remembered hosts; beyond it, each question asks again */

static void ask_system(const char *host, bool *out_exists, const char **out_detail)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses = NULL;
    int code = getaddrinfo(host, NULL, &hints, &addresses);
    if (code == 0)
        freeaddrinfo(addresses);
    *out_exists = code != EAI_NONAME;
    *out_detail = code == 0 ? "the name resolves now" : gai_strerror(code);
}

static struct answer *find_answer(struct resolver *resolver, const char *host)
{
    struct answer *answer = NULL;
    HASH_FIND_STR(resolver->answers, host, answer);
    return answer;
}

static void remember_answer(struct resolver *resolver, const char *host, bool name_exists,
                            const char *detail)
{
    if (HASH_COUNT(resolver->answers) >= ANSWER_LIMIT)
        return;
    struct answer *answer = memory_allocate_zeroed(1, sizeof *answer);
    answer->host = memory_copy_string(host);
    answer->name_exists = name_exists;
    answer->detail = detail;
    HASH_ADD_KEYPTR(hh, resolver->answers, answer->host, strlen(answer->host), answer);
}

/* False when the item was taken away by a stop that lost patience. */
static bool answer_question(struct resolver *resolver, const struct question *question)
{
    bool name_exists = true;
    const char *detail = "";
    const struct answer *known = find_answer(resolver, question->host);
    if (known != NULL) {
        name_exists = known->name_exists;
        detail = known->detail;
    } else {
        ask_system(question->host, &name_exists, &detail);
    }

    lock_acquire(&resolver->lock);
    bool is_ours = resolver->current == question->item;
    resolver->current = NULL;
    lock_release(&resolver->lock);
    if (!is_ours)
        return false;
    if (known == NULL)
        remember_answer(resolver, question->host, name_exists, detail);
    resolver->answered(resolver->context, question->item, name_exists, detail);
    return true;
}

static struct question *next_question(struct resolver *resolver)
{
    lock_acquire(&resolver->lock);
    while (resolver->first == NULL && !resolver->is_stopping)
        condition_wait(&resolver->asked, &resolver->lock);
    struct question *question = resolver->is_stopping ? NULL : resolver->first;
    if (question != NULL) {
        resolver->first = question->next;
        if (resolver->first == NULL)
            resolver->last = &resolver->first;
        resolver->current = question->item;
    }
    lock_release(&resolver->lock);
    return question;
}

static void resolver_body(void *context)
{
    struct resolver *resolver = context;
    bool is_wanted = true;
    while (is_wanted) {
        struct question *question = next_question(resolver);
        if (question == NULL)
            break;
        is_wanted = answer_question(resolver, question);
        free(question->host);
        free(question);
    }
    lock_acquire(&resolver->lock);
    resolver->has_ended = true;
    condition_signal(&resolver->ended);
    lock_release(&resolver->lock);
}

struct resolver *resolver_create(resolver_answer *answered, void *context)
{
    struct resolver *resolver = memory_allocate_zeroed(1, sizeof *resolver);
    resolver->answered = answered;
    resolver->context = context;
    resolver->last = &resolver->first;
    lock_init(&resolver->lock, LOCK_RANK_RESOLVER);
    condition_init(&resolver->asked);
    condition_init(&resolver->ended);
    resolver->has_ended = true;
    return resolver;
}

/* True when the item was taken in; false when nothing is asked any more. *out_starts: by the first
 * one, for which there is no thread yet. */
static bool take_in(struct resolver *resolver, struct question *question, bool *out_starts)
{
    lock_acquire(&resolver->lock);
    bool is_accepted = !resolver->is_stopping;
    *out_starts = is_accepted && !resolver->has_thread;
    if (is_accepted) {
        *resolver->last = question;
        resolver->last = &question->next;
        condition_signal(&resolver->asked);
    }
    if (*out_starts) {
        resolver->has_thread = resolver->is_starting = true;
        resolver->has_ended = false;
    }
    lock_release(&resolver->lock);
    return is_accepted;
}

static void answer_unasked(struct resolver *resolver, struct question *question)
{
    resolver->answered(resolver->context, question->item, true, "not asked before the end");
    free(question->host);
    free(question);
}

void resolver_give_up(struct resolver *resolver)
{
    lock_acquire(&resolver->lock);
    resolver->is_stopping = true;
    condition_signal(&resolver->asked);
    struct question *waiting = resolver->first;
    void *current = resolver->current;
    resolver->first = NULL;
    resolver->last = &resolver->first;
    resolver->current = NULL;
    lock_release(&resolver->lock);

    if (current != NULL)
        resolver->answered(resolver->context, current, true, "no answer before the end");
    while (waiting != NULL) {
        struct question *question = waiting;
        waiting = question->next;
        answer_unasked(resolver, question);
    }
}

/* Names are asked about by a thread of its own or not at all. */
static void start_thread(struct resolver *resolver)
{
    bool is_started = thread_start(&resolver->thread, "resolver", resolver_body, resolver, NULL);
    lock_acquire(&resolver->lock);
    resolver->is_starting = false;
    if (!is_started)
        resolver->has_ended = true;
    condition_signal(&resolver->ended);
    lock_release(&resolver->lock);
    if (!is_started)
        resolver_give_up(resolver);
}

void resolver_ask(struct resolver *resolver, const char *host, void *item)
{
    struct question *question = memory_allocate_zeroed(1, sizeof *question);
    bool starts;
    question->host = memory_copy_string(host);
    question->item = item;
    if (!take_in(resolver, question, &starts))
        answer_unasked(resolver, question);
    else if (starts)
        start_thread(resolver);
}

bool resolver_stop(struct resolver *resolver)
{
    resolver_give_up(resolver);
    int64_t until_us = clock_monotonic_us() + STOP_PATIENCE_US;
    lock_acquire(&resolver->lock);
    while ((resolver->is_starting || !resolver->has_ended) &&
           condition_wait_until(&resolver->ended, &resolver->lock, until_us))
        continue;
    bool has_ended = resolver->has_ended && !resolver->is_starting;
    lock_release(&resolver->lock);
    if (has_ended)
        thread_join(&resolver->thread);
    resolver->is_abandoned = !has_ended;
    return has_ended;
}

void resolver_destroy(struct resolver *resolver)
{
    if (resolver == NULL)
        return;
    bool is_running = resolver->thread.is_started;
    if (is_running && (resolver->is_abandoned || !resolver_stop(resolver)))
        return; /* the thread still waits for the system and will touch its memory */
    struct answer *answer;
    struct answer *next;
    HASH_ITER(hh, resolver->answers, answer, next)
    {
        HASH_DEL(resolver->answers, answer);
        free(answer->host);
        free(answer);
    }
    condition_clear(&resolver->ended);
    condition_clear(&resolver->asked);
    lock_clear(&resolver->lock);
    free(resolver);
}
