"""Letters by e-mail: their words, their form, and two ways to deliver them."""
