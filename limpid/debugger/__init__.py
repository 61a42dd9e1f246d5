"""A debugger's view of a guest: the GDB remote serial protocol, for `gdb-multiarch`."""
