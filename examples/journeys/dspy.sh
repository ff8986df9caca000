# A DSPy program. From docs/init.md and docs/export.md.
fedbbpt init tickets.csv --endpoint "$JOURNEY_URL" --model smollm2 --key-env JOURNEY_KEY
spend_little run.toml
fedbbpt run run.toml --recipe rejects --seed 2
fedbbpt export runs/tickets --owner all --as dspy --out sorting_dspy.py
app
measured runs/tickets/owners/all.json
