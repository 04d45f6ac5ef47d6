#!/bin/sh
# licagentd_test - the daemon as its operator and his managers meet it: options,
# configuration, installs, bad input, restarts, notifications.
#
# Runs the programs in bin/ of the build directory it is started in, beside a
# private snmpd and snmptrapd (examples/lab).

set -u
top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
LAB_BIN=$PWD/bin
LAB_TIMEOUT=120
export LAB_BIN LAB_TIMEOUT
PATH=$PATH:/usr/sbin:/sbin
LC_ALL=C
export PATH LC_ALL
for tool in snmpd snmptrapd snmpset; do
	command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
work=$(mktemp -d "${TMPDIR:-/tmp}/licagentd-test-XXXXXX") || exit 99
lab=$work/lab
daemon=
finish()
{
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null
	"$top/examples/lab" stop "$lab" >/dev/null 2>&1
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM
cd "$work" || exit 99
failed=0
checks=0

complain()
{
	failed=$((failed + 1))
	printf 'not ok - %s\n' "$1"
	shift
	printf '%s\n' "$@" | sed 's/^/    /'
}

# is WHAT FOUND EXPECTED
is()
{
	checks=$((checks + 1))
	[ "$2" = "$3" ] || complain "$1" "is $2" "expected $3"
}

# has WHAT FILE TEXT
has()
{
	checks=$((checks + 1))
	grep -qF -- "$3" "$2" ||
		complain "$1" "$2 does not contain: $3" "$(tail -n 20 "$2")"
}

# gone PROCESS: ended, even if process 1 does not care for orphans.
gone()
{
	! grep -qs '^State:[[:space:]]*[^ZX]' "/proc/$1/status"
}

# until SECONDS COMMAND...: waits for the command to succeed.
until_true()
{
	left=$(($1 * 20))
	shift
	until "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 0.05
	done
}

# ---- Options ----------------------------------------------------------------

# options STATUS ARGUMENTS...
options()
{
	expected=$1
	shift
	status=0
	"$LAB_BIN/licagentd" "$@" >out 2>err </dev/null || status=$?
	is "exit status of licagentd $*" "$status" "$expected"
}

options 0 -V
has "-V" out "licagentd 0."
options 2 -x
has "an unknown option" err "usage: licagentd"
options 2 extra
has "an argument" err "unexpected argument extra"
# What they name, below our folder.
mkdir -p "$work/tried/tmp/state" "$work/tried/tmp/keys" \
    "$work/tried/var/lib/licagent" "$work/tried/etc/licagent/keys" \
    "$work/tried/run"
"$LAB_BIN/licissue" init issuer >issuer.out && "$LAB_BIN/licissue" issue issuer \
    --unlocked --feature ipbasek9 --type demo --period 60d \
    -o tried/tmp/builtin.lic >>issuer.out || { cat issuer.out; exit 1; }
cp issuer/issuer.jwk tried/tmp/keys
for conf in tests/agent/conf/good-all.conf agent/licagentd.conf.example; do
	sed "s|\"/\([a-z]*\)/|\"$work/tried/\1/|g; /agentx/d; /own-keys/d; /^user/d" \
	    "$top/$conf" >tried.conf
	echo 'own-keys = true;' >>tried.conf
	options 0 -t -c "$work/tried.conf"
done
has "-t" out "tried.conf: no errors"
options 1 -t -c "$top/tests/agent/conf/two-devices.conf"
has "-t of a bad one" err "two-devices.conf:8: duplicate device index 1"
options 1 -f -c "$top/tests/agent/conf/unknown-key.conf"
has "a start with a bad one" err "unknown-key.conf:11: color: unknown key"
options 1 -f -c "$work/none.conf"
has "a start without one" err "none.conf: cannot read file"
options 1 -c "$top/tests/agent/conf/good.conf"
has "a state that cannot be opened" err "cannot open the state: "

# ---- First light ------------------------------------------------------------

"$top/examples/lab" start "$lab" >lab.out 2>&1 || {
	cat lab.out
	exit 1
}
. "$lab/lab.env"
log=$lab/log/licagentd
module=1.3.6.1.4.1.9.9.543
licenses=$module.1.2.3
action=$module.1.1.2.1

snmp()
{
	tool=$1
	shift
	"$tool" -v2c -c "$LAB_RW" -m '' -OnQe -r 0 -t 120 "$LAB_SNMP" "$@"
}

value()
{
	snmp snmpget -Ov "$1" | sed 's/^"\(.*\)"$/\1/'
}

issue()
{
	file=$1
	shift
	"$LAB_BIN/licissue" issue "$LAB_ISSUER" "$@" -o "$LAB_FLASH/$file" \
	    >issue.out 2>&1 || complain "licissue $*" "$(cat issue.out)"
}

# The action of this row is over.
over()
{
	case $(value "$action.16.$1") in
	4 | 5 | 6) return 0 ;;
	*) return 1 ;;
	esac
}

# install ROW FILE: createAndGo in one request, and wait for the end.
install()
{
	snmp snmpset "$action.3.$1" i 2 "$action.8.$1" s "$2" \
	    "$action.15.$1" i 2 "$action.20.$1" i 4 >set.out 2>&1 ||
		complain "install $2" "$(cat set.out)"
	until_true 120 over "$1" || complain "install $2" "does not end"
}

issue two.lic --udi "$LAB_UDI" --feature securityk9 --type permanent \
    --comment night
issue two.lic --udi "$LAB_UDI" --feature cme-srst --type permanent --count 10 \
    --append
install 1 flash:two.lic
is "state" "$(value $action.16.1)" 4
is "cause" "$(value $action.18.1)" 1
is "results" "$(snmp snmpwalk -Ov $module.1.1.3 | tr '\n' ' ')" "4 4 1 1 "
is "licenses" "$(snmp snmpwalk -Ov $licenses.1.3.1.1 | tr '\n' ' ')" \
    '"securityk9" "cme-srst" '
snmp snmpwalk "$module" >walk
snmp snmpbulkwalk -Cr9 "$module" >bulkwalk
checks=$((checks + 1))
cmp -s walk bulkwalk || complain "walk" "$(diff walk bulkwalk)"
installed()
{
	[ "$(grep -c clmgmtLicenseInstalled "$LAB_TRAPS")" -eq "$1" ]
}
until_true 120 installed 2 || complain "notifications" "$(cat "$LAB_TRAPS")"
is "varbinds" "$(grep -m 1 clmgmtLicenseInstalled "$LAB_TRAPS" |
    sed 's/([0-9]*) [0-9:.]*//; s/[A-Za-z0-9-]*:://g')" \
    "$(printf '%s\t' 'sysUpTime.0 = Timeticks: ' \
	'snmpTrapOID.0 = OID: clmgmtLicenseInstalled' \
	'clmgmtLicenseFeatureName.1.1.6 = STRING: securityk9' \
	'clmgmtLicenseFeatureVersion.1.1.6 = STRING: 1.0' \
	'clmgmtLicenseType.1.1.6 = INTEGER: permanent(4)' |
	sed 's/$//')$(printf 'clmgmtLicenseComments.1.1.6 = STRING: night')"
has "operator's log" "$log" "%LICENSE-6-INSTALL: Feature securityk9 1.0"

# ---- What was reported done is there, with the same indexes -----------------

snmp snmpset "$licenses.1.13.1.1.7" s day "$module.1.4.1.0" i 2 >/dev/null ||
	complain "SET of comment and switch" "failed"
issue third.lic --udi "$LAB_UDI" --feature datak9 --type permanent
install 2 flash:third.lic
kill -9 "$LAB_LICAGENTD_PID"
snmp snmpwalk "$licenses" >/dev/null # whatever it answers
"$top/examples/lab" restart "$lab" licagentd >lab.out 2>&1 ||
	complain "restart" "$(cat lab.out)"
. "$lab/lab.env"
is "licenses after kill -9" \
    "$(snmp snmpwalk $licenses.1.3.1.1 | sed 's/.*\.1\.3\.//; s/ = / /' |
	tr '\n' ' ')" '1.1.6 "securityk9" 1.1.7 "cme-srst" 1.1.8 "datak9" '
is "comment after kill -9" "$(value $licenses.1.13.1.1.7)" day
is "switch after kill -9" "$(value $module.1.4.1.0)" 2
is "actions after kill -9" "$(value $module.1.1.1.0)" 1

# ---- Bad input --------------------------------------------------------------

issue other.lic --udi OTHER:1 --feature uck9 --type permanent
issue good.lic --udi "$LAB_UDI" --feature uck9 --type permanent
"$LAB_BIN/licissue" init "$work/stranger" >/dev/null
"$LAB_BIN/licissue" issue "$work/stranger" --udi "$LAB_UDI" --feature uck9 \
    --type permanent -o "$LAB_FLASH/stranger.lic" >/dev/null
cd "$LAB_FLASH" || exit 99
# the line's own letters, one of them another one
awk '/^eyJ/ { first = NR }
	first && NR == first + 4 { c = substr($0, 44, 1)
	print substr($0, 1, 43) (c == "A" ? "B" : "A") substr($0, 45); next }
	{ print }' good.lic >tampered.lic
head -c 300 good.lic >truncated.lic
head -c 4096 /dev/urandom >rubbish.lic
: >empty.lic
truncate -s 17000000 huge.lic
mkdir dir.lic
mkfifo fifo.lic
ln -s /etc/passwd passwd.lic
ln -s ../issuer link.lic
cd "$work" || exit 99
snmp snmpwalk "$licenses" >before
row=10
# bad FILE CAUSE WORDS-IN-THE-LOG
bad()
{
	row=$((row + 1))
	install $row "$1"
	is "state of $1" "$(value $action.16.$row)" 6
	is "cause of $1" "$(value $action.18.$row)" "$2"
	tail -n 3 "$log" >last
	has "log of $1" last "action $row, install"
	has "log of $1" last "$3"
}
bad flash:tampered.lic 8 "invalidLicenseLine"
bad flash:stranger.lic 8 "not in the keys directory"
bad flash:other.lic 10 "is for OTHER:1"
bad flash:truncated.lic 7 "invalidLicenseFile"
bad flash:rubbish.lic 7 "invalidLicenseFile"
bad flash:empty.lic 7 "invalidLicenseFile"
bad flash:huge.lic 7 "larger than 16 MiB"
bad flash:dir.lic 6 "not a regular file"
bad flash:fifo.lic 6 "not a regular file"
bad flash:absent.lic 6 "No such file"
bad flash:../../etc/passwd 6 "outside the directory"
bad flash:passwd.lic 6 "outside the directory"
bad flash:link.lic/issuer.key 6 "outside the directory"
bad nowhere:a.lic 6 "unknown prefix"
bad /etc/passwd 6 "unknown prefix"
bad flash:two.lic 9 "licenseAlreadyExists"
snmp snmpwalk "$licenses" >after
checks=$((checks + 1))
cmp -s before after || complain "bad input" "$(diff before after)"
checks=$((checks + 1))
kill -0 "$LAB_LICAGENTD_PID" || complain "bad input" "the daemon died"

# ---- Clearing ---------------------------------------------------------------

snmp snmpset "$action.10.50" u 6 "$action.15.50" i 3 "$action.20.50" i 4 \
    >/dev/null || complain "clear" "the SET failed"
until_true 120 over 50
is "state of clear" "$(value $action.16.50)" 4
is "row that was cleared" "$(value $licenses.1.3.1.1.6)" \
    "No Such Instance currently exists at this OID"
until_true 120 grep -q clmgmtLicenseCleared "$LAB_TRAPS"
has "notification" "$LAB_TRAPS" clmgmtLicenseFeatureName.1.1.6
snmp snmpset "$action.10.51" u 99 "$action.15.51" i 3 "$action.20.51" i 4 \
    >/dev/null
until_true 120 over 51
is "cause of clearing nothing" "$(value $action.18.51)" 10
snmp snmpset "$action.10.52" u 1 "$action.15.52" i 3 "$action.20.52" i 4 \
    >/dev/null
until_true 120 over 52
is "cause of clearing what is built in" "$(value $action.18.52)" 2

# ---- Notifications wait for snmpd -------------------------------------------

kill -TERM "$LAB_SNMPD_PID"
until_true 120 grep -q "lost the master agent" "$log" ||
	complain "loss of snmpd" "$(tail -n 3 "$log")"
"$top/examples/lab" restart "$lab" snmpd >lab.out 2>&1 ||
	complain "restart of snmpd" "$(cat lab.out)"
. "$lab/lab.env"
install 60 flash:good.lic
is "install after a restart of snmpd" "$(value $action.16.60)" 4
until_true 120 grep -q 'clmgmtLicenseInstalled.*Name.1.1.9 = .*uck9' \
    "$LAB_TRAPS" || complain "notification" "$(tail -n 2 "$LAB_TRAPS")"

# ---- SIGHUP -----------------------------------------------------------------

# reload TEXT: until the log says so
reload()
{
	lines=$(wc -l <"$log")
	kill -HUP "$LAB_LICAGENTD_PID"
	until_true 120 reloaded "$1" ||
		complain "SIGHUP: $1" "$(tail -n 3 "$log")"
	checks=$((checks + 1))
}
reloaded()
{
	tail -n +$((lines + 1)) "$log" | grep -qF -- "$1"
}
cp "$LAB_CONF" good.conf
echo 'color = "red";' >>"$LAB_CONF"
reload "$(wc -l <"$LAB_CONF"): color: unknown key"
has "SIGHUP with a bad configuration" "$log" "the old configuration stays in force"
sed 's/index = 2; name = "builtin/index = 1; name = "builtin/' good.conf \
    >"$LAB_CONF"
reload "duplicate store index 1"
sed 's|state = ".*"|state = "/elsewhere"|' good.conf >"$LAB_CONF"
reload "the old configuration stays in force"
is "features before" "$(snmp snmpwalk -Ov $module.1.2.4.1.2 | wc -l)" 5
sed 's/{ name = "uck9"/{ name = "fresh"; version = "3"; index = 77; },\n&/' \
    good.conf >"$LAB_CONF"
reload "is in force"
is "a feature that is new" "$(value $module.1.2.4.1.2.1.77)" fresh
is "an old one" "$(value $module.1.2.4.1.2.1.1)" ipbasek9

# ---- Nothing to do, nothing done --------------------------------------------

switches()
{
	sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' \
	    "/proc/$LAB_LICAGENTD_PID/status"
}
# Is there a second without a wake-up?  What went before may still go on.
idles()
{
	was=$(switches)
	sleep 1
	[ "$(switches)" -eq "$was" ]
}
checks=$((checks + 1))
idles || idles || idles || idles || idles ||
	complain "an idle second" "there were $(($(switches) - was)) wake-ups"

# ---- A second daemon, and the background ------------------------------------

options 1 -f -c "$LAB_CONF"
has "a second daemon" err "state: in use by process $LAB_LICAGENTD_PID"
mkdir -p "$work/state" "$work/keys"
cp "$lab/keys/issuer.jwk" keys/
sed "s|state = \".*\"|state = \"$work/state\"|
    s|keys = \".*\"|keys = \"$work/keys\"|
    s|control = \".*\"|control = \"$work/control\"|
    s|unix:.*/agentx|unix:$work/agentx|" good.conf >background.conf
echo "user = \"$(id -un)\";" >>background.conf	# not even a warning
options 0 -c background.conf
is "words of a daemon that is ready" "$(cat out err)" ""
options 1 -c background.conf
has "another one in the background" err "state: in use by process "
daemon=$(sed -n 's/.*in use by process //p' err)
kill -TERM "$daemon"
until_true 120 gone "$daemon" ||
	complain "SIGTERM" "the daemon lives on"
daemon=
kill -TERM "$LAB_LICAGENTD_PID"
until_true 120 grep -q "stopping on SIGTERM" "$log" ||
	complain "SIGTERM" "$(tail -n 3 "$log")"
"$top/examples/lab" stop "$lab" >lab.out 2>&1 ||
	complain "end of the lab" "$(cat lab.out)"

printf 'licagentd: %d checks, %d failed\n' "$checks" "$failed"
[ "$failed" -eq 0 ]
