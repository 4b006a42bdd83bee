#!/usr/bin/env bats
# The fuzzers, shortly: the same inputs each time. `make fuzz` takes its time, and others.

load lib/common

setup() {
    common_setup
    need_command gcc make
    PATH=$BUILD/test:$PATH
    echo 'int main(void) { return 0; }' | gcc -fsanitize=address,undefined -x c -o "$T/try" - || cannot "needs a compiler with sanitizers"
    [[ -w $TOP/build ]] || cannot "needs build/, to build them"
}
teardown() { common_teardown; }

fuzz() { # NAME
    make -s -C "$TOP" FUZZ_ENGINE=driver "build/fuzz/driver/$1" 3>&-
    run -0 timeout 120 "$TOP/tests/fuzz/run" "$TOP/build/fuzz/driver/$1" 3 1
    assert_output --regexp "^$1: Done [0-9]{2,} runs\$"
}

@test "Dockerfiles" {
    fuzz dockerfile
}

@test "layers" {
    fuzz layer
}

@test "names of images" {
    fuzz reference
}

@test "what a fuzzer finds is told, and kept" {
    cat > "$T/target.c" << 'END'
#include <stdint.h>
#include <stddef.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return size > 9 ? data[size] : 0;
}
END
    gcc -g -fsanitize=address -o "$T/reference" -I "$TOP/lib" "$TOP/tests/fuzz/driver.c" "$T/target.c"
    run -1 timeout 60 "$TOP/tests/fuzz/run" "$T/reference" 3 1
    assert_output --partial 'heap-buffer-overflow'
    assert_output --partial "found something, with the seed 1: see $T/reference-*"
    run -99 "$T/reference" "$T/reference-last" # as ASAN_OPTIONS say
    assert_output --partial 'heap-buffer-overflow'
}
