#!/bin/sh
# The wall clock is set while tracing.
exec /usr/bin/python3 -B "$(dirname "$0")/clock.py"
