#!/bin/sh
# A session of one run that fails in the next.
exec /usr/bin/python3 -B "$(dirname "$0")/state.py"
