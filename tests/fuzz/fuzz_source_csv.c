/* Tables, plain, gzip and zstd: the input is the list, read with commas and with TABs. */
#include <stdint.h>

#include "source_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    source_fuzz_list(data, size, SOURCE_FORMAT_CSV);
    source_fuzz_list(data, size, SOURCE_FORMAT_TSV);
    return 0;
}
