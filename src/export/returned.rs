//! A file given back 退回: as it came, with its faulty cells marked and the remarks in it.
