"""Telling people from programs: ALTCHA, reCAPTCHA, Turnstile, or an open gate for development."""
