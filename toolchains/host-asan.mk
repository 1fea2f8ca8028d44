# gcc with the address and undefined-behaviour sanitizers.
LIBC  := host
LIBS  := host
OPT   := -O1 -g -fno-omit-frame-pointer
SAN   := -fsanitize=address,undefined -fno-sanitize-recover=all
