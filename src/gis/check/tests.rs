//! Made-up levels with known faults.
