#include "io/transfer_speed.h"

#define LEAST_PAUSE_US 2000 /* a shorter one costs more than it is worth; it is counted anyway */
#define LEAST_PIECE_BYTES 1024
#define PIECES_PER_SECOND 20
#define LEAST_SOCKET_BYTES (16 * 1024)
#define MOST_SOCKET_BYTES (64 * 1024)

static int64_t within(int64_t value, int64_t least, int64_t most)
{
    if (value > most)
        return most;
    return value < least ? least : value;
}

void transfer_speed_start(struct transfer_speed *speed, int64_t now_us)
{
    speed->lively_us = speed->measured_us = now_us;
}

bool transfer_speed_admit(struct transfer_speed *speed, struct throttle *throttle, int64_t now_us,
                          int64_t bytes)
{
    if (speed->paid_bytes < bytes) {
        int64_t due_us = throttle_reserve(throttle, now_us, bytes - speed->paid_bytes);
        speed->paid_bytes = bytes;
        if (due_us - now_us > LEAST_PAUSE_US) {
            transfer_speed_pause(speed, now_us, due_us);
            return false;
        }
    }
    speed->paid_bytes -= bytes;
    return true;
}

void transfer_speed_pause(struct transfer_speed *speed, int64_t now_us, int64_t resume_us)
{
    speed->is_paused = true;
    speed->paused_us = now_us;
    speed->resume_us = resume_us;
}

void transfer_speed_resume(struct transfer_speed *speed, int64_t now_us)
{
    if (!speed->is_paused)
        return;
    int64_t span_us = now_us - speed->paused_us;
    speed->is_paused = false;
    speed->excluded_us += span_us;
    speed->lively_us += span_us;
    speed->measured_us += span_us;
}

int64_t transfer_speed_excluded_us(const struct transfer_speed *speed, int64_t now_us)
{
    return speed->excluded_us + (speed->is_paused ? now_us - speed->paused_us : 0);
}

bool transfer_speed_has_stalled(struct transfer_speed *speed, int64_t now_us,
                                int64_t stall_timeout_us)
{
    if (speed->is_paused || speed->lively_us == 0)
        return false;
    int64_t span_us = now_us - speed->measured_us;
    if (span_us < TRANSFER_STALL_MEASURE_US)
        return false;
    int64_t enough = span_us * TRANSFER_STALL_BYTES_PER_SECOND / CLOCK_SECOND_US;
    if (speed->measured_bytes >= enough)
        speed->lively_us = now_us;
    speed->measured_us = now_us;
    speed->measured_bytes = 0;
    return now_us - speed->lively_us >= stall_timeout_us;
}

size_t transfer_speed_piece_bytes(const struct throttle *throttle, size_t bytes)
{
    return (size_t)within(throttle_rate(throttle) / PIECES_PER_SECOND, LEAST_PIECE_BYTES,
                          (int64_t)bytes);
}

int transfer_speed_socket_bytes(const struct throttle *throttle)
{
    return (int)within(throttle_rate(throttle) / PIECES_PER_SECOND, LEAST_SOCKET_BYTES,
                       MOST_SOCKET_BYTES);
}
