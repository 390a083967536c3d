/* Which name servers the system's resolver asks (resolv.conf(5)). */
#ifndef HAUL_IO_NAME_SERVERS_H
#define HAUL_IO_NAME_SERVERS_H

#include "model/diagnosis.h"

/* Fills the servers, time limit and attempts of *out from a file, /etc/resolv.conf, and the options
 * that RES_OPTIONS sets (NULL = nothing). Where neither says anything, the resolver's own values:
 * no server, 5 s, 2 attempts. */
void name_servers_read(const char *path, const char *more_options, struct diagnosis_names *out);

#endif
