"""Methods compared on answers recorded once: drawn without replacement, every call paid for."""
