# 32-bit ARMv7 with hardware floating point, in Thumb-2 (Debian's "armhf").
LIBC   := musl
CROSS  := arm-linux-gnueabihf-
RUN    := qemu-arm
ARCHFLAGS := -mthumb
# libgcc's division by zero trap calls raise(), which the linker would only look
# for after it has read libc.
ARCHLINK := -Wl,-u,raise
# Some NAS have kernels with pages of 16, 32 or 64 KiB.  RELRO would fill up one of
# them in the file, and musl's static start does not protect it.
ARCHLINK += -Wl,-z,max-page-size=0x10000,-z,norelro
