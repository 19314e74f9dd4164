use super::*;
use proptest::prelude::*;

/// The definition of RFC 6962 section 2.1, word by word, over hashes of leaves.
fn root_by_definition(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let mut left = 1;
            while left * 2 < leaves.len() {
                left *= 2;
            }
            let (before, behind) = leaves.split_at(left);
            node_hash(&root_by_definition(before), &root_by_definition(behind))
        }
    }
}

struct Leaves(Vec<Hash>);

impl Subtrees for Leaves {
    type Error = std::convert::Infallible;
    fn complete(&self, level: u32, index: u64) -> Result<Hash, Self::Error> {
        let from = (index << level) as usize;
        Ok(root_by_definition(&self.0[from..from + (1 << level)]))
    }
}

/// The eight inputs of the certificate-transparency project's reference tests.
const INPUTS: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];
/// Its roots for one to eight of them.
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

#[test]
fn the_reference_roots_come_out() {
    assert_eq!(
        crate::seal::hex(&empty_root()),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    let leaves = Leaves(INPUTS.iter().map(|input| leaf_hash(input)).collect());
    for (at, root) in ROOTS.iter().enumerate() {
        let Ok(found) = subtree(&leaves, 0, at as u64 + 1);
        assert_eq!(crate::seal::hex(&found), *root, "{} leaves", at + 1);
    }
}

fn some_leaves(count: u64) -> Leaves {
    Leaves(
        (0..count)
            .map(|number| leaf_hash(&number.to_be_bytes()))
            .collect(),
    )
}

#[test]
fn every_leaf_of_every_small_tree_is_proved_and_nothing_else() {
    for size in 1..=40 {
        let leaves = some_leaves(size);
        let root = root_by_definition(&leaves.0);
        for index in 0..size {
            let Ok(path) = inclusion(&leaves, index, size);
            let leaf = leaves.0[index as usize];
            assert_eq!(root_by_inclusion(leaf, index, size, &path), Some(root));
            for wrong in (0..size).filter(|wrong| *wrong != index) {
                let found = root_by_inclusion(leaf, wrong, size, &path);
                assert_ne!(found, Some(root), "{index} as {wrong} of {size}");
            }
            let mut longer = path.clone();
            longer.push(root);
            assert_ne!(root_by_inclusion(leaf, index, size, &longer), Some(root));
            if let Some((_, shorter)) = path.split_last() {
                assert_eq!(
                    root_by_inclusion(leaf, index, size, &path[..shorter.len()]),
                    None
                );
            }
        }
        assert_eq!(root_by_inclusion(root, size, size, &[]), None);
    }
}

#[test]
fn every_small_tree_is_the_beginning_of_each_larger_one_and_of_no_other() {
    for new in 0..=33 {
        let leaves = some_leaves(new);
        let root = root_by_definition(&leaves.0);
        for old in 0..=new {
            let Ok(proof) = consistency(&leaves, old, new);
            let before = root_by_definition(&leaves.0[..old as usize]);
            assert!(
                is_consistent((old, &before), (new, &root), &proof),
                "{old} in {new}"
            );
            let mut other = before;
            other[7] ^= 1;
            assert!(
                !is_consistent((old, &other), (new, &root), &proof),
                "{old} in {new}"
            );
            for at in 0..proof.len() {
                let mut wrong = proof.clone();
                wrong[at][0] ^= 1;
                assert!(!is_consistent((old, &before), (new, &root), &wrong));
                wrong.remove(at);
                assert!(!is_consistent((old, &before), (new, &root), &wrong));
            }
            let mut longer = proof;
            longer.push(root);
            assert!(!is_consistent((old, &before), (new, &root), &longer));
        }
    }
}

#[test]
fn a_tree_is_split_at_the_largest_power_of_two_below_its_size() {
    for (size, left) in [(2, 1), (3, 2), (4, 2), (5, 4), (8, 4), (9, 8)] {
        assert_eq!(split(size), left, "{size}");
    }
    let half = 9_223_372_036_854_775_808;
    assert_eq!(split(half), half / 2);
    assert_eq!((split(half + 1), split(u64::MAX)), (half, half));
}

proptest! {
    #[test]
    fn larger_trees_too(
        (size, index) in (1_u64..3000).prop_flat_map(|size| (Just(size), 0..size))
    ) {
        let leaves = some_leaves(size);
        let root = root_by_definition(&leaves.0);
        let Ok(path) = inclusion(&leaves, index, size);
        let leaf = leaves.0[index as usize];
        prop_assert_eq!(root_by_inclusion(leaf, index, size, &path), Some(root));
        let before = root_by_definition(&leaves.0[..index as usize]);
        let Ok(proof) = consistency(&leaves, index, size);
        prop_assert!(is_consistent((index, &before), (size, &root), &proof));
    }
}
