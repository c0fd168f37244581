#!/bin/sh
# What a terminal shows of a live host.
exec /usr/bin/python3 -B "$(dirname "$0")/screen.py"
