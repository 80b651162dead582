//! Tests of the whole, as files of one binary.
