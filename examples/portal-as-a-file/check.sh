#!/bin/sh
# What a CI job does: make a portal from its file, sign people up, look at what has become of it.
# With LMSCTL_DATABASE_URL it uses that database, which must be empty; else a SQLite file here.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export LMSCTL_NOW=2026-03-02T08:00:00Z CI=1

lmsctl init --sandbox -q -o off
lmsctl apply "$here/portal.toml" --yes -q -o off
lmsctl diff "$here/portal.toml" --exit-code -q -o off

# Two places, three people.
for name in kim bo; do
    lmsctl signup-profile sign-up spring --email "$name@example.com" \
        --first-name "$name" --last-name Test -q -o off
done
status=0
lmsctl signup-profile sign-up spring --email ola@example.com --first-name Ola --last-name Test \
    -q -o json 2> refused.json || status=$?
test "$status" -eq 6
grep -q '"code": "profile_used_up"' refused.json

lmsctl token redeem FAIR-2026 --email pat@example.com --first-name Pat --last-name Test -q -o off
lmsctl token show FAIR-2026 -o json > token.json
grep -q '"used": 1' token.json
test "$(lmsctl enrollment list --content products -o id | wc -l)" -eq 3
lmsctl db check -q -o off
echo "The portal is as its file says, and does what it should."
