/* Lists in the text format, plain, gzip and zstd: the input is the list. */
#include <stdint.h>

#include "source_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    source_fuzz_list(data, size, SOURCE_FORMAT_TEXT);
    return 0;
}
