#!/bin/sh
# The hook sets at the same time over the same traffic.
exec /usr/bin/python3 -B "$(dirname "$0")/hooks.py"
