/* Content-Disposition: an input is the value of the header field. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/vis.h"
#include "model/content_disposition.h"
#include "model/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void check_name(const char *name)
{
    size_t length = strlen(name);
    demand(name[strspn(name, ". ")] != '\0');
    demand(vis_is_utf8(name, length) && strpbrk(name, "/\\") == NULL);
    for (size_t i = 0; i < length;) {
        uint32_t code_point;
        i += vis_decode(name + i, length - i, &code_point);
        demand(code_point >= 0x20 && (code_point < 0x7f || code_point >= 0xa0));
    }
    char constructed[NAME_SIZE];
    name_construct_text(name, length, constructed);
    demand(name_is_safe(constructed) && strlen(constructed) <= NAME_MAX_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *value = (const char *)data;
    size_t out_size = 2 * size + 1; /* on the heap, and enough for every name */
    char *name = malloc(out_size);
    char *again = malloc(out_size);
    demand(name != NULL && again != NULL);
    memset(name, '#', out_size);
    if (content_disposition_file_name(value, size, name, out_size)) {
        check_name(name);
        size_t length = strlen(name);
        demand(content_disposition_file_name(value, size, again, out_size));
        demand(strcmp(name, again) == 0);
        /* Where it just does not fit another may, but never a part of it. */
        if (content_disposition_file_name(value, size, again, length))
            demand(strlen(again) < length);
    } else {
        for (size_t i = 0; i < out_size; i++)
            demand(name[i] == '#');
    }
    free(name);
    free(again);
    return 0;
}
