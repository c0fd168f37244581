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
ok "a received alert by its text" says tlsv1 alert unknown ca "tlsv1 alert unknown ca: reason 1048 of OpenSSL"
ok "an error of GnuTLS by number" says -24 "GNUTLS_E_DECRYPTION_FAILED: error -24 of GnuTLS"
ok "and by name" says GNUTLS_E_NO_APPLICATION_PROTOCOL "GNUTLS_E_NO_APPLICATION_PROTOCOL: error -344 of GnuTLS"
ok "a name of NSS" says SSL_ERROR_BAD_MAC_READ "bad_record_mac: alert 20"
# What libssl answers, by the table that the tracer works with, is what is explained.
wrong=$(sed -n 's/^SENDS(\(SSL_R_[A-Z_]*\), \([0-9]*\), .*/\1 \2/p' user/library/openssl_alerts.def | while read -r name number; do
	text=$(tr 'A-Z_' 'a-z ' <<<"${name#SSL_R_}")
	grep -q "$text ([0-9]*)" user/knowledge/alerts.def || continue
	grep "^ALERT($number," user/knowledge/alerts.def | grep -q "$text (" || echo "# $name is not under $number"
done)
ok "a reason stands under the alert that it is answered with" none "$wrong"
known=$(sed -n 's/^GNUTLS(\(-[0-9]*\), "\([A-Z0-9_]*\)".*/\2 (\1)/p' user/library/gnutls.def)
wrong=$(grep -o 'GNUTLS_E_[A-Z0-9_]* (-[0-9]*)' user/knowledge/alerts.def | while read -r one; do
	grep -qxF "$one" <<<"$known" || echo "# $one"
done)
ok "the numbers of GnuTLS are its own" none "$wrong"
# A number in the data that OpenSSL knows by another text would mislead.
wrong=$(grep -o '[a-z][a-z ]* ([0-9]\{2,4\})' user/knowledge/alerts.def | while IFS='(' read -r text number; do
	"$B/tlstrace" explain "${number%)}" | grep -q "^${text% }: reason ${number%)} " || echo "# $text$number"
done)
ok "the reasons' texts and numbers are OpenSSL's" none "$wrong"
widest=$("$B/tlstrace" explain handshake_failure | wc -L)
ok "no line is wider than 80" test "$widest" -le 80
widest=$("$B/tlstrace" explain | wc -L)
ok "nor in the list" test "$widest" -le 80
message=$("$B/tlstrace" explain bad_recrod_mac 2>&1 >/dev/null)
ok "letters in a wrong order" grep -q '^  bad_record_mac$' <<<"$message"
message=$("$B/tlstrace" explain no such thing 2>&1 >/dev/null)
ok "all the words are named" grep -q "'no such thing'" <<<"$message"
message=$("$B/tlstrace" explain certificate-expire 2>&1 >/dev/null)
ok "an unknown word: exit 2" test $? = 2
ok "and what it may have meant" grep -q '^  certificate-expired$' <<<"$message"
exit $result
