/* The man page haul(1) as it is written by hand, doc/haul.1.in: a build turns it into a string. */
#ifndef HAUL_APP_MAN_TEXT_H
#define HAUL_APP_MAN_TEXT_H

/* Lines of mdoc(7); those like @OPTIONS@ stand for what app/man_page adds. */
extern const char man_text[];

#endif
