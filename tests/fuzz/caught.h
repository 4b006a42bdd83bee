/*
 * Targets of fuzzing: code of lib/ is called with whatever bytes, within one process, many times.
 * Where a tool would tell an error and exit, the call ends here; what it had allocated is freed.
 */
#ifndef CAUGHT_H
#define CAUGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Call it; false: it ended with an error. */
bool caught(void (*what)(void *of), void *of);

/* What an engine calls: libFuzzer, or driver.c. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
