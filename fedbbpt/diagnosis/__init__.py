"""What an endpoint is, and whether tuning is worth it: probes, findings, headroom, advice."""
