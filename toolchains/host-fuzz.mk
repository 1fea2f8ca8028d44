# clang for libFuzzer: everything instrumented, FUZZ links the fuzzer's main().
LIBC  := host
LIBS  := host
CC    := clang
OPT   := -O1 -g -fno-omit-frame-pointer
SAN   := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FUZZ  := -fsanitize=fuzzer
# Two warnings that gcc's flags of the same name do not mean.
WARN_OFF := -Wno-format-nonliteral -Wno-string-conversion
