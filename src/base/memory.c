#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_CODE_EXHAUSTED = 4 };

/* Nothing here may allocate, and exit handlers might: hence write and _exit. */
static NORETURN void exhausted(void)
{
    static const char message[] = "haul: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, message, sizeof message - 1);
    (void)ignored;
    _exit(EXIT_CODE_EXHAUSTED);
}

static size_t product(size_t count, size_t item_size)
{
    size_t size;
    if (__builtin_mul_overflow(count, item_size, &size))
        exhausted();
    /* A request for nothing still gets a block, so that NULL always means failure. */
    return size == 0 ? 1 : size;
}

void *memory_allocate(size_t size)
{
    void *block = malloc(product(size, 1));
    if (block == NULL)
        exhausted();
    return block;
}

void *memory_allocate_zeroed(size_t count, size_t item_size)
{
    void *block = calloc(1, product(count, item_size));
    if (block == NULL)
        exhausted();
    return block;
}

void *memory_resize(void *block, size_t count, size_t item_size)
{
    void *resized = realloc(block, product(count, item_size));
    if (resized == NULL)
        exhausted();
    return resized;
}

char *memory_copy_string(const char *string)
{
    if (string == NULL)
        return NULL;
    return memory_copy_bytes(string, strlen(string));
}

char *memory_copy_bytes(const char *bytes, size_t length)
{
    if (length == SIZE_MAX)
        exhausted();
    char *copy = memory_allocate(length + 1);
    if (length > 0)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}
