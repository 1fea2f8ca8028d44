# clang with the address and undefined-behaviour sanitizers.
LIBC  := host
LIBS  := host
CC    := clang
OPT   := -O1 -g -fno-omit-frame-pointer
SAN   := -fsanitize=address,undefined -fno-sanitize-recover=all
# Two warnings that gcc's flags of the same name do not mean.
WARN_OFF := -Wno-format-nonliteral -Wno-string-conversion
