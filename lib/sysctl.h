/* Parameters of the kernel that a container has of its own: proc_sys(5). */
#ifndef SYSCTL_H
#define SYSCTL_H

#include "opt.h"

/*
 * A setter for NAME=VALUE; into: a struct list. Refuses what does not belong to an IPC or network
 * namespace: that is the whole machine's.
 */
void sysctl_opt(const struct opt *opt, const char *arg);

/*
 * Set them, by a /proc that is mounted and may be written; refuse()s where the namespace is the
 * caller's own. fail()s.
 */
void sysctl_set(const struct list *settings);

#endif
