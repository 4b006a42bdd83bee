/*
 * Signals: by name, and held back. signal(7).
 */
#ifndef SIGNALS_H
#define SIGNALS_H

/* TERM, SIGTERM, term, RTMIN+3 or a number. 0: there is no such signal. */
int signal_find(const char *text);

/*
 * For a tool that makes something in several steps, which nobody else would clear up half-way: what
 * asks a program to end waits from now on. A ^C reaches all of a terminal's job, so who called us
 * hears of it.
 */
void signals_hold(void);

#endif
