use super::*;

/// Equal or empty by chance once in 2^256 times.
#[test]
fn the_systems_generator_fills_what_it_is_given() {
    let random = SystemRandom::new();
    let (mut one, mut other) = ([0; 32], [0; 32]);
    random.fill(&mut one).unwrap();
    random.fill(&mut other).unwrap();
    assert_ne!(one, [0; 32]);
    assert_ne!(one, other);
}
