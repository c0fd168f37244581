#!/bin/sh
# battery.sh - every finding, by real peers: live and from a capture, and its near misses.
exec /usr/bin/python3 -B "$(dirname "$0")/battery.py" "$@"
