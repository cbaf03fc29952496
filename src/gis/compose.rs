//! A raster and its classes become map cells.
