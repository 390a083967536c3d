/* Replies of the fault server that keep to the protocol: fine, late, redirected, refused. */
#ifndef FAULT_PLAIN_H
#define FAULT_PLAIN_H

#include "fault_connection.h"

/* Answers any path; one that it does not know gets a 404. */
enum ending plain_serve(struct connection *connection);

#endif
