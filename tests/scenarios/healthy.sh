#!/bin/sh
# healthy.sh - the grid of connections that work, $HEALTHY of them: nothing to find.
exec /usr/bin/python3 -B "$(dirname "$0")/healthy.py"
