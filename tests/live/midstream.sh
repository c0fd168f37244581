#!/bin/sh
# A connection that was open before the tracer.
exec /usr/bin/python3 -B "$(dirname "$0")/midstream.py"
