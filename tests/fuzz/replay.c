/* Runs a fuzz target without a fuzzer, over inputs that are there already: what make check does.
 *
 *   tests/fuzz/fuzz_image                  its corpus, $SRCDIR/tests/fuzz/corpus/image
 *   tests/fuzz/fuzz_image FILE|FOLDER...   these, like an artefact of make fuzz-run
 *
 * Every file is an input. So is every beginning of a small one: parsers err most often where a file
 * is cut short. An input has exactly its size in memory, so that ASan sees the first byte beyond.
 * Each file is run in a process of its own, which must end by itself and in time; what failed is
 * reported with the length at which it did, and the other files are still run.
 *
 * A target is one file, fuzz_NAME.c, that defines LLVMFuzzerTestOneInput and aborts when a property
 * of the parser does not hold. Its seeds are small files in corpus/NAME, named by what is in them.
 * CONTRIBUTING tells how to let a fuzzer find more.
 *
 * Exit code: 0 when every input passed, 1 when one did not, 2 when there was none to run. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PROGRAM_PREFIX "fuzz_"
#define FILE_BYTES_MAX (1 << 20)
#define SMALL_BYTES 1024 /* every beginning of a file up to this size is tried */
#define FILE_SECONDS 60  /* for all inputs of one file; sanitizers included */
#define ALL_PASSED SIZE_MAX

struct tally {
    volatile size_t *current; /* length of the input that a child is at; shared with it */
    unsigned files, failed;
    unsigned long inputs;
};

/* Whole files only, freed by the caller. NULL after it has said why. */
static uint8_t *read_file(const char *path, size_t *out_size)
{
    struct stat status;
    uint8_t *bytes = NULL;
    int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0 || fstat(descriptor, &status) != 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
    } else if (!S_ISREG(status.st_mode) || status.st_size > FILE_BYTES_MAX) {
        fprintf(stderr, "%s: no regular file of at most %d bytes\n", path, FILE_BYTES_MAX);
    } else {
        *out_size = (size_t)status.st_size;
        bytes = malloc(*out_size + 1);
        /* One byte more is asked for, so that a file that grows is noticed. */
        if (bytes == NULL || read(descriptor, bytes, *out_size + 1) != status.st_size) {
            fprintf(stderr, "%s: cannot be read whole\n", path);
            free(bytes);
            bytes = NULL;
        }
    }
    if (descriptor >= 0)
        close(descriptor);
    return bytes;
}

static void run_input(const uint8_t *bytes, size_t size, volatile size_t *current)
{
    *current = size;
    uint8_t *input = malloc(size);
    if (input == NULL && size > 0)
        abort();
    if (size > 0)
        memcpy(input, bytes, size);
    /* A fuzzer passes a pointer also when there is nothing to point at. */
    if (LLVMFuzzerTestOneInput(size > 0 ? input : (const uint8_t *)"", size) != 0)
        abort(); /* reserved by libFuzzer */
    free(input);
}

/* The child: the file as it is, then its beginnings, shortest first. */
static void run_all(uint8_t *bytes, size_t size, volatile size_t *current)
{
    alarm(FILE_SECONDS);
    run_input(bytes, size, current);
    for (size_t length = 0; length < size && size <= SMALL_BYTES; length++)
        run_input(bytes, length, current);
    *current = ALL_PASSED;
    free(bytes);
    exit(EXIT_SUCCESS); /* runs the search for leaks, too */
}

static void print_failure(const char *path, size_t size, size_t current, int status)
{
    if (current == ALL_PASSED)
        fprintf(stderr, "%s: after the last of its inputs", path);
    else
        fprintf(stderr, "%s: the first %zu of its %zu bytes", path, current, size);
    if (!WIFSIGNALED(status))
        fprintf(stderr, ": exit code %d\n", WEXITSTATUS(status));
    else if (WTERMSIG(status) == SIGALRM)
        fprintf(stderr, ": not done after %d s\n", FILE_SECONDS);
    else
        fprintf(stderr, ": %s\n", strsignal(WTERMSIG(status)));
}

static void replay_file(const char *path, struct tally *tally)
{
    size_t size;
    tally->files++;
    uint8_t *bytes = read_file(path, &size);
    if (bytes == NULL) {
        tally->failed++;
        return;
    }
    *tally->current = 0;
    fflush(NULL); /* or the child would print it a second time */
    pid_t child = fork();
    if (child == 0)
        run_all(bytes, size, tally->current);
    free(bytes);
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child) {
        perror("a process for each file");
        exit(EXIT_FAILURE);
    }
    tally->inputs += size <= SMALL_BYTES ? size + 1 : 1;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || *tally->current != ALL_PASSED) {
        print_failure(path, size, *tally->current, status);
        tally->failed++;
    }
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void replay(const char *path, struct tally *tally)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_visible, alphasort);
    if (count < 0) { /* no folder, or missing: then that is said there */
        replay_file(path, tally);
        return;
    }
    for (int i = 0; i < count; i++) {
        char *name;
        if (asprintf(&name, "%s/%s", path, entries[i]->d_name) < 0)
            abort();
        replay_file(name, tally);
        free(name);
        free(entries[i]);
    }
    free(entries);
}

/* The folder of the target that this program was made of. */
static void replay_corpus(const char *program, struct tally *tally)
{
    const char *source = getenv("SRCDIR");
    char *path;
    if (strncmp(program, PROGRAM_PREFIX, strlen(PROGRAM_PREFIX)) != 0 || source == NULL)
        return;
    if (asprintf(&path, "%s/tests/fuzz/corpus/%s", source, program + strlen(PROGRAM_PREFIX)) < 0)
        abort();
    replay(path, tally);
    free(path);
}

int main(int count, char **arguments)
{
    struct tally tally = {0};
    void *shared = mmap(NULL, sizeof(*tally.current), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        perror("mmap");
        return EXIT_FAILURE;
    }
    tally.current = shared;
    for (int i = 1; i < count; i++)
        replay(arguments[i], &tally);
    if (count <= 1)
        replay_corpus(program_invocation_short_name, &tally);

    if (tally.files == 0) {
        fprintf(stderr, "no inputs: an empty folder, or SRCDIR is not set\n");
        return 2;
    }
    printf("%u files, %lu inputs, %u files failed\n", tally.files, tally.inputs, tally.failed);
    return tally.failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
