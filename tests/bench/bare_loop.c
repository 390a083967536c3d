/* The least that a downloader on libcurl must do, as a yardstick for haul: no names, no checks, no
 * records, no retries.
 *
 *   bare_loop LIST DIR [THREADS [SLOTS]]
 *
 * THREADS (2) threads, each with one multi handle and SLOTS (8) downloads at once; a file is
 * written to DIR under the last segment of its URL. Prints how many succeeded; exit 1 unless all
 * did. */
#include <curl/curl.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_BYTES (64 * 1024)

struct list {
    char *text;
    char **urls;
    size_t count;
    atomic_size_t next;      /* taken by any thread */
    atomic_size_t succeeded; /* counted by any thread */
    int directory;
    const char *authority; /* certificate to trust, NULL = the system's */
};

struct slot {
    CURL *handle;
    struct list *list;
    const char *name;
    int descriptor; /* -1 while the body fits the buffer */
    size_t length;
    bool write_failed;
    char buffer[BUFFER_BYTES];
};

struct thread {
    pthread_t id;
    struct list *list;
    size_t slot_count;
};

static void *allocate(size_t size)
{
    void *memory = calloc(1, size);
    if (memory == NULL) {
        fputs("bare_loop: out of memory\n", stderr);
        exit(4);
    }
    return memory;
}

static bool write_all(int descriptor, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(descriptor, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

/* Writes the buffered part of the body, which opens the file. */
static bool flush(struct slot *slot)
{
    if (slot->descriptor < 0)
        slot->descriptor = openat(slot->list->directory, slot->name,
                                  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool saved = slot->descriptor >= 0 && write_all(slot->descriptor, slot->buffer, slot->length);
    slot->length = 0;
    return saved;
}

static size_t receive(char *bytes, size_t size, size_t count, void *context)
{
    struct slot *slot = context;
    size_t total = size * count;
    size_t left = total;
    while (left > 0) {
        if (slot->length == BUFFER_BYTES && !flush(slot))
            return 0;
        size_t piece = BUFFER_BYTES - slot->length;
        if (piece > left)
            piece = left;
        memcpy(slot->buffer + slot->length, bytes, piece);
        slot->length += piece;
        bytes += piece;
        left -= piece;
    }
    return total;
}

static bool start_next(struct slot *slot, CURLM *multi)
{
    struct list *list = slot->list;
    size_t index = atomic_fetch_add(&list->next, 1);
    if (index >= list->count)
        return false;
    const char *slash = strrchr(list->urls[index], '/');
    slot->name = slash != NULL && slash[1] != '\0' ? slash + 1 : "index";
    slot->descriptor = -1;
    slot->length = 0;
    curl_easy_setopt(slot->handle, CURLOPT_URL, list->urls[index]);
    return curl_multi_add_handle(multi, slot->handle) == CURLM_OK;
}

static void finish(struct slot *slot, CURLcode code)
{
    long http = 0;
    curl_easy_getinfo(slot->handle, CURLINFO_RESPONSE_CODE, &http);
    bool saved = code == CURLE_OK && http == 200 && flush(slot);
    if (slot->descriptor >= 0 && close(slot->descriptor) != 0)
        saved = false;
    if (saved)
        atomic_fetch_add(&slot->list->succeeded, 1);
}

static struct slot *create_slots(struct list *list, size_t count)
{
    struct slot *slots = allocate(count * sizeof(*slots));
    for (size_t i = 0; i < count; i++) {
        CURL *handle = curl_easy_init();
        if (handle == NULL)
            exit(4);
        slots[i].list = list;
        slots[i].handle = handle;
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, receive);
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, &slots[i]);
        curl_easy_setopt(handle, CURLOPT_PRIVATE, &slots[i]);
        curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
        if (list->authority != NULL)
            curl_easy_setopt(handle, CURLOPT_CAINFO, list->authority);
    }
    return slots;
}

static void *carry(void *context)
{
    struct thread *thread = context;
    CURLM *multi = curl_multi_init();
    struct slot *slots = create_slots(thread->list, thread->slot_count);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)thread->slot_count);
    size_t running = 0;
    for (size_t i = 0; i < thread->slot_count; i++)
        running += start_next(&slots[i], multi);
    while (running > 0) {
        int active;
        curl_multi_perform(multi, &active);
        CURLMsg *message;
        int left;
        while ((message = curl_multi_info_read(multi, &left)) != NULL) {
            struct slot *slot;
            CURL *handle = message->easy_handle;
            CURLcode code = message->data.result;
            curl_easy_getinfo(handle, CURLINFO_PRIVATE, &slot);
            curl_multi_remove_handle(multi, handle);
            finish(slot, code);
            running--;
            running += start_next(slot, multi);
        }
        if (running > 0)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    for (size_t i = 0; i < thread->slot_count; i++)
        curl_easy_cleanup(slots[i].handle);
    curl_multi_cleanup(multi);
    free(slots);
    return NULL;
}

static bool read_list(struct list *list, const char *path)
{
    FILE *file = fopen(path, "r");
    struct stat status;
    if (file == NULL || fstat(fileno(file), &status) != 0)
        return false;
    size_t size = (size_t)status.st_size;
    list->text = allocate(size + 1);
    list->urls = allocate((size / 2 + 1) * sizeof(*list->urls));
    bool complete = fread(list->text, 1, size, file) == size;
    fclose(file);
    char *state;
    for (char *url = strtok_r(list->text, "\n", &state); url != NULL;
         url = strtok_r(NULL, "\n", &state))
        list->urls[list->count++] = url;
    return complete;
}

static bool run(struct list *list, size_t thread_count, size_t slot_count)
{
    struct thread *threads = allocate(thread_count * sizeof(*threads));
    for (size_t i = 0; i < thread_count; i++) {
        threads[i].list = list;
        threads[i].slot_count = slot_count;
        if (pthread_create(&threads[i].id, NULL, carry, &threads[i]) != 0)
            exit(4);
    }
    for (size_t i = 0; i < thread_count; i++)
        pthread_join(threads[i].id, NULL);
    free(threads);
    size_t succeeded = atomic_load(&list->succeeded);
    printf("%zu of %zu\n", succeeded, list->count);
    return succeeded == list->count;
}

int main(int argc, char **argv)
{
    struct list list = {.authority = getenv("BARE_LOOP_CA")};
    if (argc < 3 || argc > 5) {
        fputs("usage: bare_loop LIST DIR [THREADS [SLOTS]]\n", stderr);
        return 2;
    }
    size_t thread_count = argc > 3 ? strtoul(argv[3], NULL, 10) : 2;
    size_t slot_count = argc > 4 ? strtoul(argv[4], NULL, 10) : 8;
    list.directory = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (list.directory < 0 || !read_list(&list, argv[1]) || thread_count == 0 || slot_count == 0) {
        fputs("bare_loop: no such list or directory\n", stderr);
        return 2;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    bool all = run(&list, thread_count, slot_count);
    curl_global_cleanup();
    free(list.urls);
    free(list.text);
    close(list.directory);
    return all ? 0 : 1;
}
