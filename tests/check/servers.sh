#!/bin/sh
# tlstrace check against servers that are well, and one whose workers do not share sessions.
exec /usr/bin/python3 -B "$(dirname "$0")/servers.py"
