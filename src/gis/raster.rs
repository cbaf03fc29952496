//! Scanline fill of boundaries into samples.
