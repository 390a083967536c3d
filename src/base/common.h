/* Words that every file of haul uses: fixed-size types and a few compiler attributes. */
#ifndef HAUL_BASE_COMMON_H
#define HAUL_BASE_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define PRINTF_LIKE(string, first) __attribute__((format(printf, string, first)))
#define NORETURN __attribute__((noreturn))

/* A function to call and what to call it with: how one module wakes another without knowing it.
 * Hooks must be quick, must not take locks of the caller, and may be called from any thread. */
struct hook {
    void (*call)(void *context);
    void *context;
};

static inline void hook_call(struct hook hook)
{
    if (hook.call != NULL)
        hook.call(hook.context);
}

#endif
