#!/bin/sh
# Every library as server and client, in every kind of handshake.
exec /usr/bin/python3 -B "$(dirname "$0")/grid.py"
