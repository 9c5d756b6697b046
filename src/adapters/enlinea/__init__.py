"""EnLineaPagos (En Línea Pagos, ELP), Colombia: hosted checkout, the payer's return, the platform's status services.

Its vendor publishes no manual. What is here was put together from the code of those who integrate it and waits for
the vendor's certification; every path, field name and status word is in `dialects`.
"""
