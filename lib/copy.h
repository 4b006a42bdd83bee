/*
 * Copying a tree with all that belongs to its entries.
 */
#ifndef COPY_H
#define COPY_H

#include <sys/types.h>

/*
 * Copy `size` bytes of the file `in` into the empty file `out`, from the beginning of both: holes
 * stay holes, and a file system that can shares the blocks. 0, or -1 with errno; ENODATA: it has
 * become shorter.
 */
int copy_contents(int in, int out, off_t size);

/*
 * Unless the directory `to` has entries already, copy into it what is below the directory `from`
 * (both descriptors, O_PATH will do), with owner, mode, times, extended attributes, and give it the
 * owner and mode of `from` itself. Hard links become files of their own; sockets are left out. Of
 * several who do this at the same time one copies, the others wait and find it done. 0, or -1 with
 * errno; what was copied until then is removed. Needs /proc.
 */
int copy_into_empty(int from, int to);

#endif
