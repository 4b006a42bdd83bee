/*
 * A tree may be as deep as a name is long, and a descriptor is open for each level of it.
 */
#ifndef DEPTH_H
#define DEPTH_H

/* As many as we may have. Where that fails, the usual limit will do for most. */
void allow_depth(void);

#endif
