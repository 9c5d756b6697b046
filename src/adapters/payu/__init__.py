"""PayU Latam, Colombia: hosted checkout (WebCheckout), confirmation notices and the Queries API."""
