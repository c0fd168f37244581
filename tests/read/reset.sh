#!/bin/sh
# A reset ends a connection; what crossed it on its way still belongs to it.
exec /usr/bin/python3 -B "$(dirname "$0")/reset.py"
