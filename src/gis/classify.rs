//! Class bounds: policy bands, quantiles, equal steps, natural breaks.
