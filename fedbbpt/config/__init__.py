"""Run files: strict TOML in, frozen values and composed objects out; reads the environment."""
