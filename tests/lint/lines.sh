#!/bin/sh
# A file of more than 300 lines does two things. Data and what a script makes do not count.
cd "$(dirname "$0")/../.." || exit 1
long=$(find bpf include user tests -name vmlinux -prune -o -type f \
	\( -name '*.[ch]' -o -name '*.py' -o -name '*.sh' -o -name '*.go' -o -name '*.js' \) -exec wc -l {} + |
	awk '$1 > 300 && $2 != "total" { print "# " $2 ": " $1 }')
if [ -z "$long" ]; then
	echo "ok - no file is longer than 300 lines"
else
	echo "not ok - no file is longer than 300 lines"
	echo "$long"
	exit 1
fi
