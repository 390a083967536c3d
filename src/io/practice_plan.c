#include "io/practice_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"

/* A slow reply takes so many times the mean: 1.5 s when others take 80 ms. */
#define SLOW_FACTOR 19

/* How many URLs of ten may have a trouble at most. */
#define TROUBLED_OF_TEN 7

/* How often each trouble comes in 1,000 URLs; at least once where there is room, and the ones at
 * the top first. Zero means once in any plan. */
static const struct {
    enum practice_trouble trouble;
    unsigned per_thousand;
} shares[] = {
    {PRACTICE_NOT_FOUND, 30},  {PRACTICE_TRY_LATER, 20}, {PRACTICE_CUT_OFF, 0},
    {PRACTICE_REDIRECTED, 15}, {PRACTICE_SLOW, 0},       {PRACTICE_HTML_AS_JPEG, 0},
    {PRACTICE_EVIL_NAME, 0},
};

/* Gives the trouble to a URL that has none yet. There always is one: at most 7 of 10 are taken. */
static void place(struct practice_photo *photos, unsigned count, enum practice_trouble trouble,
                  uint64_t seed, uint64_t *draws)
{
    struct practice_photo *photo;
    do
        photo = &photos[random_at(seed, (*draws)++) % count];
    while (photo->trouble != PRACTICE_FINE);
    photo->trouble = trouble;
    if (trouble == PRACTICE_HTML_AS_JPEG)
        photo->format = PRACTICE_JPEG;
}

static struct practice_plan summarise(unsigned count, const unsigned by[PRACTICE_TROUBLE_COUNT])
{
    return (struct practice_plan){
        .urls = count,
        .downloaded = count - by[PRACTICE_NOT_FOUND],
        .not_found = by[PRACTICE_NOT_FOUND],
        .try_later = by[PRACTICE_TRY_LATER],
        .cut_off = by[PRACTICE_CUT_OFF],
        .slow = by[PRACTICE_SLOW],
        .redirected = by[PRACTICE_REDIRECTED],
        .html_as_jpeg = by[PRACTICE_HTML_AS_JPEG],
        .evil_name = by[PRACTICE_EVIL_NAME],
    };
}

struct practice_photo *practice_plan_create(uint64_t seed, unsigned count, bool has_troubles,
                                            struct practice_plan *out_plan)
{
    struct practice_photo *photos = memory_allocate_zeroed((size_t)count + 1, sizeof(*photos));
    uint64_t draws = 0;
    for (; draws < count; draws++)
        photos[draws].format = random_at(seed, draws) % 2 ? PRACTICE_PNG : PRACTICE_JPEG;

    unsigned by[PRACTICE_TROUBLE_COUNT] = {0};
    uint64_t room = has_troubles ? (uint64_t)count * TROUBLED_OF_TEN / 10 : 0;
    for (size_t i = 0; i < ARRAY_LENGTH(shares); i++) {
        uint64_t wanted = (uint64_t)count * shares[i].per_thousand / 1000;
        if (wanted == 0)
            wanted = 1;
        for (; wanted > 0 && room > 0; wanted--, room--, by[shares[i].trouble]++)
            place(photos, count, shares[i].trouble, seed, &draws);
    }
    *out_plan = summarise(count, by);
    return photos;
}

int64_t practice_delay_us(const struct practice_settings *settings,
                          const struct practice_photo *photo, unsigned number)
{
    int64_t delay_us = settings->delay_us;
    if (photo->trouble == PRACTICE_SLOW)
        delay_us *= SLOW_FACTOR;
    if (settings->jitter_us > 0) {
        uint64_t draw = random_at(settings->seed ^ number, photo->requests);
        delay_us += (int64_t)(draw % (2 * (uint64_t)settings->jitter_us + 1)) - settings->jitter_us;
    }
    return delay_us > 0 ? delay_us : 0;
}

char *practice_path(char out[PRACTICE_PATH_SIZE], const char *folder, unsigned number,
                    enum practice_format format)
{
    snprintf(out, PRACTICE_PATH_SIZE, "/%s/%04u.%s", folder, number,
             format == PRACTICE_PNG ? "png" : "jpg");
    return out;
}

unsigned practice_path_number(const char *path, const char *folder,
                              const struct practice_photo *photos, unsigned count)
{
    size_t folder_length = strlen(folder);
    if (path[0] != '/' || strncmp(path + 1, folder, folder_length) != 0 ||
        path[1 + folder_length] != '/')
        return 0;
    unsigned long number = strtoul(path + 1 + folder_length + 1, NULL, 10);
    if (number < 1 || number > count)
        return 0;
    /* Signs, blanks and other spellings of the number do not survive this. */
    char expected[PRACTICE_PATH_SIZE];
    practice_path(expected, folder, (unsigned)number, photos[number - 1].format);
    return strcmp(path, expected) == 0 ? (unsigned)number : 0;
}
