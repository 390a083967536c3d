/* Files of the fault server that can be continued with Range and If-Range, rightly and wrongly. */
#ifndef FAULT_RANGES_H
#define FAULT_RANGES_H

#include "fault_connection.h"

/* False when the request's path is none of these; else the reply is sent. */
bool ranges_serve(struct connection *connection, enum ending *out_ending);

/* The file `name` with all that a client may wish for, never cut: 64 KiB unless the query says. */
enum ending ranges_serve_fine(struct connection *connection, const char *name);

#endif
