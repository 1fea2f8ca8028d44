# 64-bit PCs and servers.
LIBC  := musl
CROSS := x86_64-linux-gnu-
RUN   := qemu-x86_64
