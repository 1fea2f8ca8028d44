# 64-bit ARM.
LIBC  := musl
CROSS := aarch64-linux-gnu-
RUN   := qemu-aarch64
# Kernels have pages of 4, 16 or 64 KiB.
ARCHLINK := -Wl,-z,max-page-size=0x10000
