#!/bin/sh
# tlstrace check against servers that fail, each for its own cause, with near misses.
exec /usr/bin/python3 -B "$(dirname "$0")/failing.py"
