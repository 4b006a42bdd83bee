/*
 * Copying a tree with all that belongs to its entries.
 */
#ifndef COPY_H
#define COPY_H

/*
 * Unless the directory `to` has entries already, copy into it what is below the directory `from`
 * (both descriptors, O_PATH will do), with owner, mode, times, extended attributes, and give it the
 * owner and mode of `from` itself. Hard links become files of their own; sockets are left out. Of
 * several who do this at the same time one copies, the others wait and find it done. 0, or -1 with
 * errno; what was copied until then is removed. Needs /proc.
 */
int copy_into_empty(int from, int to);

#endif
