# A prompt of one's own with few-shot messages. From README.md, "Your own data", and docs/export.md.
sed "s|@URL@|$JOURNEY_URL|" few_shot.toml > run.toml
fedbbpt run run.toml --dry-run
fedbbpt run run.toml
fedbbpt export runs/few_shot --as messages --out messages.json
app
measured runs/few_shot/tuned.json
