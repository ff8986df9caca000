"""What was asked and answered, durable in ``calls.log``, and looked up again."""
