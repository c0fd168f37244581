#!/bin/sh
# A peer that sends nothing but small records, and a tracer that has more to take than it can.
exec /usr/bin/python3 -B "$(dirname "$0")/flood.py"
