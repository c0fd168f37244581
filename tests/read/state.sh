#!/bin/sh
# Sessions and pairs that are remembered over runs.
exec /usr/bin/python3 -B "$(dirname "$0")/state.py"
