#!/bin/sh
# A path that loses and reorders packets.
exec /usr/bin/python3 -B "$(dirname "$0")/wirechaos.py"
