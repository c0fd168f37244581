#!/bin/sh
# Who closed a connection, and how.
exec /usr/bin/python3 -B "$(dirname "$0")/closes.py"
