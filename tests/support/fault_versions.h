/* Files of the fault server that change when they are told to, for conditional requests; and paths
 * where HEAD is refused. */
#ifndef FAULT_VERSIONS_H
#define FAULT_VERSIONS_H

#include "fault_connection.h"

/* False when the request's path is none of these; else the reply is sent. */
bool versions_serve(struct connection *connection, enum ending *out_ending);

#endif
