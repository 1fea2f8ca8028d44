# 64-bit ARM.
LIBC  := musl
CROSS := aarch64-linux-gnu-
RUN   := qemu-aarch64
