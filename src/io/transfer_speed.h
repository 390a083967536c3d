/* How fast the reply of one request comes, and when it has to wait: stalls, the run's bandwidth
 * (sync/throttle), and time that does not count because haul itself did not want to read.
 *
 * No clock: the caller says what time it is, in microseconds on the monotonic one. */
#ifndef HAUL_IO_TRANSFER_SPEED_H
#define HAUL_IO_TRANSFER_SPEED_H

#include "base/clock.h"
#include "sync/throttle.h"

#define TRANSFER_STALL_BYTES_PER_SECOND 1024
#define TRANSFER_STALL_MEASURE_US (CLOCK_SECOND_US / 4)

/* Zeroed = nothing has begun. */
struct transfer_speed {
    int64_t lively_us;      /* when the reply last came fast enough; 0 = not measured yet */
    int64_t measured_us;    /* start of the present measurement */
    int64_t measured_bytes; /* what came since */
    bool is_paused;
    int64_t paused_us;   /* since when */
    int64_t resume_us;   /* until when; CLOCK_NEVER = until transfer_speed_resume */
    int64_t excluded_us; /* all pauses that are over */
    int64_t paid_bytes;  /* of the bandwidth: reserved, and not used yet */
};

/* The request can be sent: from now on bytes are expected. */
void transfer_speed_start(struct transfer_speed *speed, int64_t now_us);

/* Asks for the bandwidth that a piece needs. False: not now; the transfer is paused until
 * resume_us, when the same bytes are to be asked for again, in whatever pieces. */
bool transfer_speed_admit(struct transfer_speed *speed, struct throttle *throttle, int64_t now_us,
                          int64_t bytes);
void transfer_speed_pause(struct transfer_speed *speed, int64_t now_us, int64_t resume_us);
void transfer_speed_resume(struct transfer_speed *speed, int64_t now_us);

/* Time in pauses so far, the present one included. */
int64_t transfer_speed_excluded_us(const struct transfer_speed *speed, int64_t now_us);

/* True when it has been slower than 1 KiB/s for this long; to be asked a few times a second. */
bool transfer_speed_has_stalled(struct transfer_speed *speed, int64_t now_us,
                                int64_t stall_timeout_us);

/* The largest piece to read at once under this rate, of at most `bytes`: all transfers share the
 * rate, and none shall hold it up for long. */
size_t transfer_speed_piece_bytes(const struct throttle *throttle, size_t bytes);
/* For a connection's SO_RCVBUF: else the kernel takes in, at full speed, megabytes that are not
 * wanted yet. */
int transfer_speed_socket_bytes(const struct throttle *throttle);

#endif
