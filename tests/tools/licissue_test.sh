#!/bin/sh
# licissue_test - licissue as its users meet it: commands, files, exit statuses.
#
# Runs bin/licissue of the build directory it is started in.

set -u
top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
licissue=$PWD/bin/licissue
udi=LIC1921/K9:LAB00000001
work=$(mktemp -d "${TMPDIR:-/tmp}/licissue-test-XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work" || exit 99
umask 022
LC_ALL=C
export LC_ALL
failed=0
checks=0

complain()
{
	failed=$((failed + 1))
	printf 'not ok - %s\n' "$1"
	shift
	printf '%s\n' "$@" | sed 's/^/    /'
}

# run STATUS ARGUMENTS...: out and err get what licissue prints.
run()
{
	expected=$1
	shift
	what="licissue $*"
	status=0
	"$licissue" "$@" >out 2>err </dev/null || status=$?
	checks=$((checks + 1))
	[ "$status" -eq "$expected" ] ||
		complain "$what" "exit status $status, expected $expected" \
		    "$(cat out err)"
}

# has FILE TEXT: what the last command left there.
has()
{
	checks=$((checks + 1))
	grep -qF -- "$2" "$1" ||
		complain "$what" "$1 does not contain: $2" "$(cat "$1")"
}

is()
{
	checks=$((checks + 1))
	[ "$2" = "$3" ] || complain "$what" "$1 is $2, expected $3"
}

# ---- Words ------------------------------------------------------------------

run 2
has err "usage: licissue [--passphrase-fd N] COMMAND"
run 0 help
has out "inspect"
run 0 --help
run 0 --version
has out "licissue "
run 0 help issue
has out "--extension-days"
for command in init issue inspect permission-ticket rehost upgrade \
    "evaluation create" "extension create" "subscription create" \
    "subscription renew" "right-to-use create" "capacity add" "lot create" \
    "license import" \
    resend rma "rma list" "rma returned" "rma limits" \
    "device list" "device show" "device key" "device approve" \
    "log verify" "log checkpoint"; do
	run 0 $command --help
	has out "usage: licissue $command"
	run 2 $command
	has err "Try \"licissue $command --help\""
	run 2 $command --rubbish
	has err "Try \"licissue $command --help\""
done
run 2 rubbish
has err 'unknown command "rubbish"'

# ---- The manual -------------------------------------------------------------

manual=$top/tools/licissue/licissue.1
what="the manual"
if command -v mandoc >/dev/null; then
	is "mandoc's opinion" "$(mandoc -T lint -W warning "$manual")" ""
fi
"$licissue" help | sed -n 's/^  \([a-z][a-z-]*\( [a-z-]*\)\{0,1\}\)  .*/\1/p' >commands
while read -r command; do
	# shellcheck disable=SC2086 # a group and a word
	"$licissue" $command --help
done <commands >usages
"$licissue" help >>usages
<usages grep -o -e '--[a-z][a-z0-9-]*' | sort -u | sed 's/^-//' >options
while read -r option; do
	has "$manual" "Fl $option"
done <options
grep -o 'Fl -[a-z][a-z0-9-]*' "$manual" | sort -u | cut -d ' ' -f 2 >described
what="options of the manual that no --help knows"
is "the list" "$(grep -vxF -f options described)" ""

# ---- init -------------------------------------------------------------------

run 0 init --name "ACME Networks" acme
has out 'Created authority "ACME Networks"'
is "mode of the directory" "$(stat -c %a acme)" 700
is "mode of the key" "$(stat -c %a acme/issuer.key)" 600
has acme/issuer.jwk '"crv": "Ed25519"'
cp acme/issuer.key before
run 1 init acme
has err "acme/issuer.key: already exists"
is "the key" "$(cmp acme/issuer.key before && echo same)" same
run 0 init --es256 ec
has ec/issuer.jwk '"crv": "P-256"'
has ec/issuer.jwk '"name": "License authority '
run 1 init none/such
has err "none/such: cannot create directory"
run 2 init a b
run 2 init --valid-until tomorrow x
has err '"tomorrow" is not a date'
run 1 init --valid-from 2027-01-01 --valid-until 2026-01-01 x
has err "not a span within"

# ---- issue: every type ------------------------------------------------------

issue()
{
	expected=$1
	shift
	run "$expected" issue acme "$@"
}

n=0
while read -r type options; do
	n=$((n + 1))
	# shellcheck disable=SC2086 # options are several words
	issue 0 --type "$type" $options --feature "f-$type" \
	    --id "id$n" --append -o all.lic
	has out "issued a license for f-$type 1.0, $type, id id$n"
done <<TYPES
demo --unlocked --period 3600
extension --udi $udi --period 30d
gracePeriod --udi $udi --period 60d
permanent --udi $udi
paidSubscription --udi $udi --end 2027-12-31
evaluationSubscription --udi $udi --start 2026-01-01 --end 2027-12-31
extensionSubscription --udi $udi --end 2027-12-31 --extension-days 7
evalRightToUse --unlocked --period 5184000
rightToUse --unlocked
permanentRightToUse --udi $udi --udi A:B --count 5 --additive
TYPES
run 0 inspect --keys acme all.lic
has out "all.lic: 10 licenses, all valid"
has out "License 1, row 7: f-demo 1.0, demo"
has out "  Period      1 hour of use"
has out "  Period      60 days of use"
has out "  Starts      2026-01-01T00:00:00Z"
has out "  Extension   7 days after the end date"
has out "  Devices     any"
has out "              A:B"
has out "  Count       5"
has out "Addition    additive"
has out "by ACME Networks"
run 0 inspect all.lic
has out "signatures not checked"
run 0 inspect --json --keys acme all.lic
python3 - out >types 2>&1 <<'PY'
import json, sys
found = json.load(open(sys.argv[1]))
assert found["file"] == "all.lic" and found["agreements"] == []
keys = set("id issuer issued feature version type udi count addition period "
           "start end extensionDays eula comment".split())
for line in found["licenses"]:
    assert line["valid"] is True and line["error"] is None, line
    assert set(line["terms"]) == keys, set(line["terms"]) ^ keys
last = found["licenses"][-1]["terms"]
assert last["udi"] == ["LIC1921/K9:LAB00000001", "A:B"], last
assert last["count"] == 5 and last["addition"] == "additive", last
assert found["licenses"][4]["terms"]["end"] == "2027-12-31T00:00:00Z"
print("good")
PY
is "the JSON" "$(cat types)" good

# ---- issue: files -----------------------------------------------------------

permanent="--udi $udi --feature ipbasek9 --type permanent"
# shellcheck disable=SC2086
{
issue 0 $permanent -o one.lic
cp one.lic before
issue 1 $permanent -o one.lic
has err "one.lic: already exists"
has err "Use --append to add to it"
is "the file" "$(cmp one.lic before && echo same)" same
issue 0 $permanent --append -o one.lic
is "BEGIN rows" "$(grep -c 'BEGIN LICENSE' one.lic)" 2
issue 0 $permanent --force --output=one.lic
is "BEGIN rows" "$(grep -c 'BEGIN LICENSE' one.lic)" 1
is "mode of the file" "$(stat -c %a one.lic)" 644
issue 0 $permanent --copies 500 -o many.lic
has out "many.lic: issued 500 licenses"
is "lines" "$(grep -c '^eyJhbGci' many.lic)" 500
run 0 inspect --json many.lic
is "different licenses" "$(grep '"id"' out | sort -u | wc -l)" 500
run 0 inspect -k acme many.lic
has out "many.lic: 500 licenses, all valid"
# a file named "-" is never made
run 0 issue acme --udi LIC1921/K9:FTX1234567A --feature uck9 \
    --type permanent -o -
cp out stream.lic
has err "issued a license for uck9 1.0, permanent, id "
run 0 inspect --keys acme stream.lic
has out "stream.lic: 1 license, all valid"
"$licissue" inspect --keys acme - <stream.lic >out 2>err
has out "-: 1 license, all valid"
[ -e - ] && complain "-o -" "a file named -"
run 2 issue acme --udi LIC1921/K9:FTX1234567A --feature uck9 \
    --type permanent --append -o -
has err "--append needs a file"
past="issue acme --udi LIC1921/K9:FTX1234567A --feature uck9 \
    --type paidSubscription --end 2020-01-01"
run 0 $past -o past.lic
has err "warning: the end date has passed (--past: no warning)"
# The last day counts as a whole.
through="issue acme --udi LIC1921/K9:FTX1234567A --feature uck9 \
    --type paidSubscription -o through.lic"
run 0 $through --through 2037-12-31
run 0 inspect through.lic
has out "Ends        2038-01-01T00:00:00Z"
run 2 $through --force --through 2037-12-31T12:00:00Z
has err "a day (2037-12-31)"
run 2 $through --force --through 2037-02-30
has err "a day (2037-12-31)"
run 0 $past --past --force -o past.lic
is "what is said" "$(cat err)" ""
issue 1 $permanent --copies 20000 --append -o many.lic
has err "at most 20000, not 20500"
printf 'words\n' >words
issue 1 $permanent --append -o words
has err "words: no license line found"
mkdir folder
issue 1 $permanent --force -o folder
has err "folder: not a regular file"
issue 1 $permanent -o none/such.lic
has err "cannot write"
is "files left over" "$(find . -name '*.new' | wc -l)" 0

# The same input, the same bytes: Ed25519 signs deterministically.
issue 0 $permanent --id x --issued 2026-11-21T12:00:00Z -o a.lic
issue 0 $permanent --id x --issued 2026-11-21T13:00+01:00 -o b.lic
issue 0 $permanent --id x --issued '2026-11-21 07:00:00-0500' -o c.lic
is "a.lic and b.lic" "$(cmp a.lic b.lic && echo same)" same
is "a.lic and c.lic" "$(cmp a.lic c.lic && echo same)" same

# ---- issue: agreements ------------------------------------------------------

printf 'Use it on one device.\r\nDo not resell it.' >eula
issue 0 $permanent --eula eula -o eula.lic
issue 0 $permanent --eula eula --append -o eula.lic
is "agreements" "$(grep -c 'BEGIN EULA' eula.lic)" 1
run 0 inspect --keys acme eula.lic
has out "eula.lic: 2 licenses, 1 agreement, all valid"
has out "txbZuEAsZJjKRFL7mrObeYnQYaorzQGhkB8NDTQuhwk, text included"
sed 's/resell/sell/' eula.lic >changed.lic
run 0 inspect --keys acme changed.lic
has out "text NOT included"
printf 'a\n-----END EULA-----\nb\n' >eula
issue 1 $permanent --eula eula -o new.lic
has err "agreement: row 2 is an END row"
issue 1 $permanent --eula none -o new.lic
has err "none: cannot read: No such file"
head -c 1048577 /dev/zero | tr '\0' x >eula
issue 1 $permanent --eula eula -o new.lic
has err "more than 1048576 bytes"

# ---- issue: what is refused -------------------------------------------------

issue 2 --udi $udi --type permanent -o new.lic
has err "--feature is missing"
issue 2 --udi $udi --feature x -o new.lic
has err "--type is missing"
issue 2 $permanent
has err "-o is missing"
issue 2 --feature x --type permanent -o new.lic
has err "--udi or --unlocked is missing"
issue 2 $permanent --unlocked -o new.lic
has err "exclude each other"
issue 2 --unlocked --feature x --type permanent -o new.lic
has err "locked to devices"
issue 2 $permanent --append --force -o new.lic
has err "exclude each other"
issue 2 $permanent --copies 2 --id x -o new.lic
has err "exclude each other"
issue 2 $permanent extra more -o new.lic
has err 'unexpected argument "extra"'
run 2 issue --udi $udi --feature x --type permanent -o new.lic
has err "missing argument: the authority's directory"
for bad in --type=Permanent --count=0 --count=-1 --count=4294967295 \
    --count=1x --count= --period=0 --period=1h --period=d --period=4294967295 \
    --period=49711d --end=2026-13-01 --end=2026-02-30 --end=1969-12-31 \
    --end=2106-02-08 --end=2026-1-1 --end=2026-01-01T24:00 \
    --end=2026-01-01T00:00+15:00 --end=2026-01-01Tnoon --end=2026-01-01x \
    --extension-days=0 --copies=0 --copies=20001 --id= --feature= --udi= \
    --output= --version= --through=2037-12 --issued=now; do
	issue 2 $permanent "$bad" -o new.lic
	has err "${bad%%=*}: \"${bad#*=}\" is not "
done

# The same words for all commands: what is missing, what exclude each other, and
# what is not one of a table's kinds.
refused() {
	words=$1
	shift
	run 2 "$@"
	has err "licissue: $words"
}
refused "missing argument: a PAK" pak show ca
refused "missing argument: the license file" license import ca --keys k
refused "invalid option -- 'o'" pak show ca code -o x
refused "--credentials, --jwk or --csv is missing" device key ca
refused "--credentials, --jwk and --csv exclude each other" \
    device key ca --jwk a --csv b
refused "-o or --each is missing" lot create ca --name x --csv y --feature z
refused "--grace-days and --no-grace exclude each other" permission-ticket ca \
    --udi $udi --remove x --no-grace --grace-days 3 -o new.lic
refused '--days: "0" is not a number from 1 to 36500' trust next ca --days 0
refused '--overlap: "1h" is not seconds' key rotate ca --overlap 1h
refused '--from: "soon" is not a date' key rotate ca --from soon
refused '--role: "king" is not a role' token create ca name --role king
refused '--kind: "free" is not paid, evaluation or extension' \
    subscription create ca --kind free
refused '--quantity: "2" is not behind a --sku' pak create ca --quantity 2
many=
for i in $(seq 65); do
	many="$many --udi P:$i"
done
# shellcheck disable=SC2086
refused '--udi: "P:65" is not one of at most 64' issue ca $many

issue 1 $permanent --period 60 -o new.lic
has err "period not allowed for type permanent"
issue 1 --udi $udi --feature x --type demo -o new.lic
has err "period missing for type demo"
issue 0 --udi $udi --feature x --type paidSubscription \
    --end 2020-01-01 -o over.lic
has err "the end date has passed"
issue 1 --udi $udi --feature x --type paidSubscription -o new.lic
has err "end date missing"
issue 1 --udi $udi --feature x --type paidSubscription \
    --start 2027-01-02 --end 2027-01-01 -o new.lic
has err "not after start date"
issue 1 $permanent --id 'a b' -o new.lic
has err 'member "id": not only letters'
issue 1 --udi nocolon --feature x --type permanent -o new.lic
has err "PID:SN"
issue 1 $permanent --comment "$(printf 'a\033[2J')" -o new.lic
has err "control characters"
issue 1 $permanent --comment "$(printf 'a\377')" -o new.lic
has err "UTF-8"
issue 1 $permanent --version 123456789012345678901234567890123 -o new.lic
has err 'member "version": 33 bytes'
is "new.lic" "$(ls new.lic 2>/dev/null)" ""

run 1 issue nowhere $permanent -o new.lic
has err '"licissue init nowhere" creates an authority there.'
chmod 644 acme/issuer.key
issue 1 $permanent -o new.lic
has err "mode 0644"
chmod 600 acme/issuer.key
mkdir -m 700 mixed
cp acme/issuer.key mixed
cp ec/issuer.jwk mixed
run 1 issue mixed $permanent -o new.lic
has err "not the public half"
run 0 init --valid-until 2026-01-01 old
run 1 issue old $permanent -o new.lic
has err "expired"
run 0 issue old $permanent --issued 2025-12-31 -o old.lic
run 0 inspect --keys old old.lic
}

# ---- inspect: what is not valid ---------------------------------------------

run 1 inspect --keys ec one.lic
has out "1 NOT VALID"
has out "which is not in the keys directory"
first=$(grep -n '^eyJ' one.lic | cut -d: -f1)
sed "$((first + 2))s/./!/20" one.lic >bad.lic
run 1 inspect --keys acme bad.lic
has out "row $((first + 2)) (row 3 of the license that begins in row $first): \
foreign character \"!\""
sed "$((first + 2))s/....//" one.lic >bad.lic
run 1 inspect --keys acme bad.lic
has out "row $((first + 2)) (row 3 of the license that begins in row $first): \
60 characters, other rows have 64"
awk '/-----END LICENSE/ { sub(/.$/, "A", row) }
	NR > 1 { print row }
	{ row = $0 }
	END { print row }' one.lic >bad.lic
cmp -s bad.lic one.lic || {
	run 1 inspect --keys acme bad.lic
	has out "NO: "
}
head -c 300 one.lic >bad.lic
run 1 inspect bad.lic
has err "bad.lic: not a license file: block begun in row"
head -c 3000 /dev/urandom >bad.lic
run 1 inspect bad.lic
has err "bad.lic: not a license file"
run 1 inspect none.lic
has err "none.lic: cannot read"
run 1 inspect .
has err ".: cannot read"
run 1 inspect --keys nowhere one.lic
has err "no such keys directory"
chmod 777 ec
run 1 inspect --keys ec one.lic
has err "/ec: mode 0777"
run 2 inspect one.lic all.lic
python3 - acme/issuer.jwk <<'PY'
import json, sys
jwk = json.load(open(sys.argv[1]))
jwk["withdrawn"] = True
json.dump(jwk, open(sys.argv[1], "w"))
PY
run 1 inspect --keys acme one.lic
has out "which is withdrawn"
run 1 issue acme --unlocked --feature x --type rightToUse -o new.lic
has err "is withdrawn"
mkdir example
cp "$top"/tests/licensecore/format/examples/example.* example
echo rubbish >example/bad.jwk
run 0 inspect --keys example example/example.lic
has err "key file skipped: "
has err "bad.jwk: not a public key"
rm example/bad.jwk
run 0 inspect --keys example example/example.lic
has out "Example Networks"

# A full disk is no success.
if [ -w /dev/full ]; then
	status=0
	"$licissue" inspect one.lic >/dev/full 2>err || status=$?
	is "exit status on a full disk" "$status" 1
fi

printf 'licissue: %d checks, %d failed\n' "$checks" "$failed"
[ "$failed" -eq 0 ]
