/* Replies of the fault server that depend on the host: the address that was asked. */
#ifndef FAULT_HOSTS_H
#define FAULT_HOSTS_H

#include "fault_connection.h"

/* False when the request's path is none of these; else the reply is sent. */
bool hosts_serve(struct connection *connection, enum ending *out_ending);

#endif
