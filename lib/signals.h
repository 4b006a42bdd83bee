/*
 * Signals by name: signal(7).
 */
#ifndef SIGNALS_H
#define SIGNALS_H

/* TERM, SIGTERM, term, RTMIN+3 or a number. 0: there is no such signal. */
int signal_find(const char *text);

#endif
