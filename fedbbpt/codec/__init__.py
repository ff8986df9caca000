"""Values as bytes and back.

Arrays travel as little-endian float64 in base64 beside their shape. Whatever is malformed, too
large, not finite or from another schema is refused with a ``MessageError`` that names the field.
"""
