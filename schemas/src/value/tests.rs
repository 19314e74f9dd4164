//! Known answers and properties of every value come here.
