#!/bin/sh
# Protocols that begin in plain text: those that go on to TLS, and those that do not.
exec /usr/bin/python3 -B "$(dirname "$0")/starttls.py"
