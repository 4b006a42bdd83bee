/*
 * Facts for a shell that sources them from a pipe without a process to read it meanwhile: `.
 * /proc/self/fd/N`, when we have ended. The pipe has to take them all.
 */
#ifndef FACTS_H
#define FACTS_H

/* Before the first is printed: stdout keeps them back, 32 MiB at most. */
void facts_begin(void);

/* When all are, and before stdout is flushed: if that is a pipe, it takes as much as they are. */
void facts_end(void);

#endif
