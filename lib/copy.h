/*
 * Copying a tree with all that belongs to its entries.
 */
#ifndef COPY_H
#define COPY_H

/*
 * Unless the directory `to` has entries already, copy into it what is below the directory `from`,
 * a path, with owner, mode, times, extended attributes, and give it the owner and mode of `from`
 * itself. Hard links become files of their own; sockets are left out. 0, or -1 with errno; what was
 * copied until then is removed.
 */
int copy_into_empty(const char *from, int to);

#endif
