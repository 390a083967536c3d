/* Whether a proxy takes connections: one is made and closed at once, and nothing is sent. */
#ifndef HAUL_IO_PROXY_PROBE_H
#define HAUL_IO_PROXY_PROBE_H

#include "io/name_lookup.h"
#include "model/diagnosis_network.h"

struct proxy_probe {
    enum proxy_state state;
    char detail[512]; /* why not, for people */
    int64_t connect_us;
    bool was_stopped; /* the stop descriptor became readable; the rest says nothing then */
};

/* Looks the proxy up and connects, within limit_us each. stop_descriptor as for `lookup`. */
struct proxy_probe proxy_probe_make(const char *proxy, struct name_lookup *lookup,
                                    int stop_descriptor, int64_t limit_us);

#endif
