/* Numbers as people write them: counts, sizes, durations, rates, and back again.
 *
 * Sizes: K M G T are powers of 1024. Durations: ms s m h d, a bare number is seconds; several units
 * may follow each other, largest first (1h30m). Rates: 50/s 30/m 100/h, a bare number is per
 * second. No sign, no blanks, no exponent. */
#ifndef HAUL_BASE_NUMBER_H
#define HAUL_BASE_NUMBER_H

#include "base/common.h"

/* Each returns false when the string is empty, malformed or above INT64_MAX; a fraction is allowed
 * before a unit (1.5M, 0.5s). */
bool number_parse_count(const char *string, int64_t *out_count);
bool number_parse_bytes(const char *string, int64_t *out_bytes);
bool number_parse_duration(const char *string, int64_t *out_us);
bool number_parse_rate(const char *string, int64_t *out_per_hour); /* rounded down, but not to 0 */

#define NUMBER_SIZE 32 /* bytes that every formatted number fits in */

/* Each writes into out and returns it. A ratio gets more decimals rather than read 0.0% or 100.0%
 * when it is not; nothing of nothing is 0.0%. */
char *number_format_count(char out[NUMBER_SIZE], int64_t count);   /* 12,345 */
char *number_format_bytes(char out[NUMBER_SIZE], int64_t bytes);   /* 811.6 MiB */
char *number_format_duration(char out[NUMBER_SIZE], int64_t us);   /* 142 ms, 2.31 s, 1 min 27 s */
char *number_format_rate(char out[NUMBER_SIZE], int64_t per_hour); /* 50/s, 90/m, 7/h: exact */
char *number_format_ratio(char out[NUMBER_SIZE], double numerator, double denominator); /* 1.6% */

#endif
