/* The loopback interface of a network namespace. */
#ifndef LOOPBACK_H
#define LOOPBACK_H

/* Bring `lo` up, in the network namespace of the caller: netdevice(7). fail()s. */
void loopback_up(void);

#endif
