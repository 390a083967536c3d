/* Replies of the fault server that break the protocol, break off, or never end. */
#ifndef FAULT_BROKEN_H
#define FAULT_BROKEN_H

#include "fault_connection.h"

/* False when the request's path is none of these; else the reply is sent. */
bool broken_serve(struct connection *connection, enum ending *out_ending);

#endif
