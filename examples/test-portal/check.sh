#!/bin/sh
# What a CI job does: make a portal, fill it, do what is to be tested, look at it, throw it away.
# With LMSCTL_DATABASE_URL it uses that database, which must be empty; else a SQLite file here.
set -eu
export LMSCTL_NOW=2026-03-02T08:00:00Z CI=1

lmsctl init --sandbox --time-zone Europe/Berlin -q -o off
lmsctl seed --seed 7 --people 200 --tokens 40 --trainings 6 -q -o off

# One place is left, and two people want it.
lmsctl signup-profile create "Last seat" --code last-seat --department Sales \
    --starts 2026-03-01 --ends never --limit 1 -q -o off
lmsctl signup-profile sign-up last-seat --email kim@example.com --first-name Kim --last-name Oh \
    -q -o off
status=0
lmsctl signup-profile sign-up last-seat --email bo@example.com --first-name Bo --last-name Dahl \
    -q -o json 2> refused.json || status=$?
test "$status" -eq 6
grep -q '"code": "profile_used_up"' refused.json

lmsctl signup-profile show last-seat -o json > profile.json
grep -q '"used": 1' profile.json
test "$(lmsctl user list -o id | grep -c '^bo$')" -eq 0
lmsctl db check -q -o off
echo "The last seat was given once."
