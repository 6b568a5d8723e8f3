#!/bin/sh
# Runs the commands of a story in a scratch folder and shows what they print:
#   sh examples/run.sh examples/new-sales-people
set -eu
story=$(cd "$1" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp "$story"/* "$scratch"
cd "$scratch"
sed -n 's/^[$>] //p' story.md > commands.sh
sh -v commands.sh
