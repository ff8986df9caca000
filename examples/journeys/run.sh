#!/bin/sh
# Walks the strangers' journeys that are named, or all six, and prints one line for each.
# Every other library lives in an environment of its own under .cache/journeys.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cache=$root/.cache/journeys
export PATH="$root/.venv/bin:$PATH"
export JOURNEY_KEY=local-only-key
[ $# -gt 0 ] || set -- csv hf few_shot dspy langchain wrap

# An environment is made anew when its requirements change.
environment() {
    wanted=$here/requirements/$1.txt
    [ -f "$wanted" ] || return 0
    cmp -s "$wanted" "$cache/env/$1/installed.txt" && return 0
    echo "journeys: installing $(tr '\n' ' ' < "$wanted")" >&2
    rm -rf "$cache/env/$1"
    python -m venv "$cache/env/$1"
    "$cache/env/$1/bin/pip" install --quiet -r "$wanted"
    cp "$wanted" "$cache/env/$1/installed.txt"
}

# Every step of a journey, stopping at the first that fails; its folder holds the log.
walk() (
    journey=$1
    rm -rf "$cache/walked/$journey"
    mkdir -p "$cache/walked/$journey"
    cp -R "$cache/data/." "$here/few_shot.toml" "$cache/walked/$journey"
    cd "$cache/walked/$journey"
    . "$here/steps.sh"
    . "$here/$journey.sh"
)

for journey; do
    environment "$journey"
done
# This app has fedbbpt beside its openai client, as its users would: always the present one.
case " $* " in *" wrap "*)
    "$cache/env/wrap/bin/pip" install --quiet --force-reinstall --no-deps "$root"
    "$cache/env/wrap/bin/pip" install --quiet "$root" ;;
esac

mkdir -p "$cache"
rm -rf "$cache/data" "$cache/address"
python "$here/make_data.py" "$cache/data" >&2
python "$here/serve.py" "$cache/address" &
server=$!
trap 'kill $server' EXIT
trap 'exit 1' HUP INT TERM
until [ -f "$cache/address" ]; do
    kill -0 $server
    sleep 0.2
done
JOURNEY_URL=$(cat "$cache/address")
export JOURNEY_URL

failed=0
for journey; do
    mkdir -p "$cache/log"
    log=$cache/log/$journey.txt
    # A subshell with -e, waited for outside of a condition: inside one, -e would not hold.
    walk "$journey" > "$log" 2>&1 &
    if wait $!; then
        tail -n 1 "$log"
    else
        failed=1
        echo "$journey: stopped; $(tail -n 1 "$log") (all of it: $log)"
    fi
done
exit $failed
