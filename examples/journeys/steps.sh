# What the journeys have in common; $journey and $here are set by run.sh.

# Make the run file that `fedbbpt init` wrote cheap, by its commented keys.
spend_little() {
    sed -i -e 's/^train = [^ ]*/train = 0.25/' -e 's/^dev = [^ ]*/dev = 0.4/' \
        -e 's/^test = [^ ]*/test = 0.35/' -e 's/^block = [^ ]*/block = 8/' \
        -e 's/^requests = [^ ]*/requests = 180/' \
        -e 's/^calibration_examples = .*/calibration_examples = 16/' \
        -e 's/^calls = .*/calls = 400/' "$1"
}

# Let the app answer the messages that no run has seen.
app() {
    python=$here/../../.cache/journeys/env/$journey/bin/python
    [ -x "$python" ] || python=python
    PYTHONPATH=. "$python" "$here/app_$journey.py" > answers.jsonl
}

# Say how the app did, beside the tuned prompt in the file that is named.
measured() {
    library="no library"
    pins=$here/requirements/$journey.txt
    [ ! -f "$pins" ] || library=$(paste -s -d ' ' "$pins")
    python "$here/score.py" "$journey" "$1" "$library"
}
