"""What Otklik knows and decides: no I/O, no async, no clock, no SDK."""
