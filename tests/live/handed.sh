#!/bin/sh
# A connection that goes over to another program.
exec /usr/bin/python3 -B "$(dirname "$0")/handed.py"
