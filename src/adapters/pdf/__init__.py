"""The documents that people keep, as PDF: fpdf2 draws them in worker processes, off the event loop."""
