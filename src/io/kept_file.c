#include "io/kept_file.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/body_check.h"

#define PIECE_BYTES ((size_t)256 * 1024)

/* Shows all of the file to the check; false when it cannot be read. */
static bool look_at(struct root *root, const char *path, struct body_check *check,
                    const struct cancel *cancel)
{
    int descriptor = root_open_file(root, path);
    if (descriptor < 0)
        return false;
    char *piece = memory_allocate(PIECE_BYTES);
    ssize_t count = -1;
    while ((cancel == NULL || cancel_level(cancel) == CANCEL_NONE) &&
           ((count = read(descriptor, piece, PIECE_BYTES)) > 0 || (count < 0 && errno == EINTR))) {
        if (count > 0)
            body_check_add(check, piece, (size_t)count);
    }
    free(piece);
    close(descriptor);
    body_check_end(check);
    return count == 0;
}

bool kept_file_passes(struct root *root, const char *path, const struct verification_rules *rules,
                      const struct checksum *wanted, const struct cancel *cancel)
{
    enum digest_algorithm algorithm = wanted != NULL ? wanted->algorithm : DIGEST_NONE;
    struct body_check *check = body_check_create();
    bool passes = false;
    if (body_check_begin(check, DIGEST_BIT(algorithm)) && look_at(root, path, check, cancel)) {
        char detail[OUTCOME_DETAIL_SIZE];
        struct verification_evidence evidence = {
            .detected = body_check_type(check),
            .image = body_check_image(check),
            .wanted = wanted,
            .found = body_check_sum(check, algorithm),
        };
        passes = verification_judge(rules, &evidence, detail, sizeof detail) == FAILURE_NONE;
    }
    body_check_destroy(check);
    return passes;
}

bool kept_file_has_checksum(struct root *root, const char *path, const struct checksum *wanted,
                            const struct cancel *cancel)
{
    return kept_file_passes(root, path, &(struct verification_rules){0}, wanted, cancel);
}
