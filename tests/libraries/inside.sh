#!/bin/sh
# Other roots, other libraries; libraries that go; libraries that are hard to look into.
cd "$(dirname "$0")" || exit 1
bad=0
for test in containers gone hard; do
	/usr/bin/python3 -B $test.py || bad=1
done
exit $bad
