#!/bin/sh
# Outputs that fail, stop or are not there.
exec /usr/bin/python3 -B "$(dirname "$0")/output.py"
