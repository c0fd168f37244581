#!/bin/sh
# What a terminal gets of a capture.
exec /usr/bin/python3 -B "$(dirname "$0")/screen.py"
