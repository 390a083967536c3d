#include "io/kept_file.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"

#define PIECE_BYTES ((size_t)256 * 1024)

bool kept_file_has_checksum(struct root *root, const char *path, const struct checksum *wanted)
{
    int descriptor = root_open_file(root, path);
    struct digest *digest = descriptor < 0 ? NULL : digest_create(wanted->algorithm);
    bool is_equal = false;
    if (digest != NULL) {
        char *piece = memory_allocate(PIECE_BYTES);
        ssize_t count;
        digest_begin(digest);
        while ((count = read(descriptor, piece, PIECE_BYTES)) > 0 || (count < 0 && errno == EINTR))
            digest_add(digest, piece, count > 0 ? (size_t)count : 0);
        struct checksum found = digest_end(digest);
        is_equal = count == 0 && checksum_is_equal(&found, wanted);
        free(piece);
    }
    digest_destroy(digest);
    if (descriptor >= 0)
        close(descriptor);
    return is_equal;
}
