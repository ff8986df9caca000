# A CSV file and an endpoint. From docs/init.md, docs/doctor.md and docs/export.md.
fedbbpt init tickets.csv --endpoint "$JOURNEY_URL" --model smollm2 --key-env JOURNEY_KEY
spend_little run.toml
fedbbpt doctor run.toml
fedbbpt run run.toml --dry-run
fedbbpt run run.toml
fedbbpt export runs/tickets --owner all --as python --out sorting.py
app
measured runs/tickets/owners/all.json
