# An app on the openai package that changes one line. From docs/init.md and docs/export.md.
fedbbpt init by_department.csv --endpoint "$JOURNEY_URL" --model smollm2 --key-env JOURNEY_KEY
spend_little run.toml
fedbbpt run run.toml --seed 3
app
measured runs/by_department/owners/it.json
