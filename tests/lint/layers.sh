#!/bin/sh
# layers.sh - fail on an #include that runs against the flow of data.
# Left: a stage of user/. Right: the folders it may include besides itself.
rules='util
model     util
wire      util model
source    util tlstrace
probe     util tlstrace
decrypt   util model wire
library   util model tlstrace
track     util model wire decrypt library tlstrace
diagnose  util model wire
sink      util model
check     util model
cli       util
knowledge util
manual    util cli knowledge'
cd "$(dirname "$0")/../.." || exit 1
echo "$rules" | {
	status=0
	while read -r stage allowed; do
		used=$(sed -n 's/^#include "\([a-z]*\)\/.*/\1/p' user/"$stage"/*.[ch] | sort -u)
		for folder in $used; do
			case " $stage $allowed " in
			*" $folder "*) continue ;;
			esac
			echo "user/$stage must not include $folder/"
			status=1
		done
	done
	[ $status = 0 ] && echo "ok - includes follow the flow" || echo "not ok - includes"
	exit $status
}
