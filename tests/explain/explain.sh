#!/usr/bin/env bash
# What "tlstrace explain" knows: every code and alert that the program says, numbers, reasons.
cd "$(dirname "$0")/../.." || exit 1
result=0
ok() { # ok NAME CONDITION...
	if "${@:2}"; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		result=1
	fi
}
says() { # says WORDS... - TEXT: the first line
	local text=${!#}
	[ "$("$B/tlstrace" explain "${@:1:$#-1}" 2>&1 | head -1)" = "$text" ]
}
unexplained() { # of the names on standard input, those that have no entry
	while read -r name; do
		"$B/tlstrace" explain "$name" >/dev/null 2>&1 || echo "# $name"
	done
}
none() { [ -z "$1" ] || { echo "$1"; false; }; }

codes=$(sed -n 's/.*{ "\([a-z-]*\)", SEVERITY_.*/\1/p' user/diagnose/diagnose.c | sort -u)
ok "there are codes to look for" test "$(wc -l <<<"$codes")" -gt 30
ok "every code of the diagnosis is explained" none "$(unexplained <<<"$codes")"
names=$(sed -n 's/^ALERT([0-9]*, "\([a-z_]*\)".*/\1/p' user/knowledge/alerts.def)
known=$(sed -n 's/^{ [0-9]*, "\([a-z_]*\)" }.*/\1/p' user/model/names_alerts.inc)
ok "there are alerts to look for" test "$(wc -l <<<"$known")" -gt 30
ok "every alert that the program names is explained" none "$(unexplained <<<"$known")"
ok "the list has every alert" test "$("$B/tlstrace" explain | grep -cFf <(sed 's/.*/ & /' <<<"$names"))" = \
	"$(wc -l <<<"$names")"
ok "an alert by name" says Bad Record MAC "bad_record_mac: alert 20"
ok "an alert by number" says 48 "unknown_ca: alert 48"
ok "a finding" says resumed-session-keys-differ "resumed-session-keys-differ: finding"
ok "a reason by number" says 281 "decryption failed or bad record mac: reason 281 of OpenSSL"
ok "a reason by its text" says "wrong version number" "wrong version number: reason 267 of OpenSSL"
ok "a received alert" says 1048 "tlsv1 alert unknown ca: reason 1048 of OpenSSL"
# A number in the data that OpenSSL knows by another text would mislead.
wrong=$(grep -o '[a-z][a-z ]* ([0-9]\{2,4\})' user/knowledge/alerts.def | while IFS='(' read -r text number; do
	"$B/tlstrace" explain "${number%)}" | grep -q "^${text% }: reason ${number%)} " || echo "# $text$number"
done)
ok "the reasons' texts and numbers are OpenSSL's" none "$wrong"
widest=$("$B/tlstrace" explain handshake_failure | wc -L)
ok "no line is wider than 80" test "$widest" -le 80
message=$("$B/tlstrace" explain certificate-expire 2>&1 >/dev/null)
ok "an unknown word: exit 2" test $? = 2
ok "and what it may have meant" grep -q '^  certificate-expired$' <<<"$message"
exit $result
