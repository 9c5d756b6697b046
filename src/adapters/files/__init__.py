"""Files that people send, looked into with Pillow and qpdf (pikepdf) in a worker process, off the event loop."""
