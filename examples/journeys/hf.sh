# A data set of the datasets library, saved to disk. From docs/init.md and docs/export.md.
fedbbpt init 'hf:./saved#train' --endpoint "$JOURNEY_URL" --model smollm2 --key-env JOURNEY_KEY
spend_little run.toml
fedbbpt run run.toml
fedbbpt export runs/saved --owner all --as python --out sorting.py
app
measured runs/saved/owners/all.json
