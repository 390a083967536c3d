#include "model/name.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"

#define FOLD_BUFFER_SIZE 1024 /* paths too, without an allocation */

char *name_fold(const char *name, size_t length)
{
    /* Decomposed first: folding and sorting marks do not commute (Unicode, 3.13, D145). */
    utf8proc_uint8_t *decomposed = NULL;
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t size = utf8proc_map((const utf8proc_uint8_t *)name, (utf8proc_ssize_t)length,
                                         &decomposed, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE);
    if (size >= 0)
        size = utf8proc_map(decomposed, size, &folded,
                            UTF8PROC_STABLE | UTF8PROC_CASEFOLD | UTF8PROC_COMPOSE);
    free(decomposed);
    return size >= 0 ? (char *)folded : memory_copy_bytes(name, length);
}

bool name_is_ascii(const char *name, size_t length)
{
    unsigned char bits = 0;
    for (size_t i = 0; i < length; i++)
        bits |= (unsigned char)name[i];
    return bits < 0x80;
}

uint64_t name_fold_hash(const char *name, size_t length)
{
    char lower[FOLD_BUFFER_SIZE];
    if (length > sizeof lower || !name_is_ascii(name, length)) {
        char *folded = name_fold(name, length);
        uint64_t hash = XXH3_64bits(folded, strlen(folded));
        free(folded);
        return hash;
    }
    for (size_t i = 0; i < length; i++)
        lower[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 0x20 : name[i]);
    return XXH3_64bits(lower, length);
}
