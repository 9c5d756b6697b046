"""PayU Latam: WebCheckout, notifications, Queries API, Payments API."""
