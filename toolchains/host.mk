# This machine's own C library and compiler: the base of all the host variants,
# which share its libraries.  For debuggers, valgrind and quick tests.
LIBC  := host
LIBS  := host
