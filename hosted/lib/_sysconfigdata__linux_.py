"""What CPython's Makefile was made with: nothing here was made by one."""

build_time_vars = {}
