//! 县图
fn main() {}
