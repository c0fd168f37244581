#!/bin/sh
# A tracer that has probed many files ends soon, and has said all.
exec /usr/bin/python3 -B "$(dirname "$0")/exit.py"
