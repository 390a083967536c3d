#include "app/suggestion.h"

#include <stdio.h>
#include <string.h>

static unsigned minimum_of(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* How many letters were inserted, dropped, changed or swapped with their neighbour. Both lengths
 * are below SUGGESTION_SIZE. */
static unsigned edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned cost[SUGGESTION_SIZE][SUGGESTION_SIZE];

    for (size_t i = 0; i <= a_length; i++)
        cost[i][0] = (unsigned)i;
    for (size_t j = 0; j <= b_length; j++)
        cost[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a_length; i++) {
        for (size_t j = 1; j <= b_length; j++) {
            unsigned change = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            unsigned insert_or_drop = minimum_of(cost[i - 1][j], cost[i][j - 1]) + 1;
            cost[i][j] = minimum_of(change, insert_or_drop);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost[i][j] = minimum_of(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[a_length][b_length];
}

void suggestion_init(struct suggestion *suggestion, const char *typed, size_t length,
                     char out_name[SUGGESTION_SIZE])
{
    unsigned most = length <= 3 ? 1 : length <= 8 ? 2 : 3;
    *suggestion = (struct suggestion){typed, length, most + 1, out_name, false};
}

void suggestion_add(struct suggestion *suggestion, const char *prefix, const char *name)
{
    if (suggestion->length >= SUGGESTION_SIZE)
        return;
    char candidate[SUGGESTION_SIZE];
    int length = snprintf(candidate, sizeof(candidate), "%s%s", prefix, name);
    if (length < 0 || (size_t)length >= sizeof(candidate))
        return;
    unsigned distance =
        edit_distance(suggestion->typed, suggestion->length, candidate, (size_t)length);
    /* An abbreviation is no typo: it is nearer than anything else that is not exact. */
    if (suggestion->length >= 2 && strncmp(candidate, suggestion->typed, suggestion->length) == 0)
        distance = 0;
    if (distance >= suggestion->distance)
        return;
    suggestion->distance = distance;
    suggestion->is_found = true;
    memcpy(suggestion->out_name, candidate, (size_t)length + 1);
}
