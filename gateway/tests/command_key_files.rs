//! Data keys that are damaged or gone: `verify` names the file, with and without the master key.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::run;
use command_kit::serving::{Serving, refused_start};
use command_kit::site::{Site, text};
use serde_json::Value;
use std::path::PathBuf;

/// A stopped gateway with one batch: a search key and the key of one employer, in this order.
fn stopped() -> (Site, [PathBuf; 2]) {
    let site = Site::new();
    let serving = Serving::start(site.folder.path());
    site.certificates();
    site.submit(&serving.url, 1);
    assert_eq!(serving.stop(), 0);
    let entries = std::fs::read_dir(site.at("data/keys")).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    // The owner stands in clear; that of the search key begins with a zero byte.
    files.sort_by_key(|file| std::fs::read(file).unwrap()[11] != 0);
    (site, files.try_into().unwrap())
}

fn verify(site: &Site, more: &[&str]) -> (i32, Value) {
    let data = site.at("data");
    let words = ["verify", "--json", "--lang", "en", "--data", text(&data)];
    let ended = run(&[&words[..], more].concat());
    (ended.code, ended.document())
}

#[test]
fn a_flipped_byte_of_a_key_file_is_damage_and_the_file_is_named() {
    let (site, files) = stopped();
    let (code, told) = verify(&site, &[]);
    assert_eq!((code, &told["keys"]), (0, &"whole".into()), "{told}");
    let master = site.at("master.key");
    let with_master = ["--master-key", text(&master)];
    let (code, told) = verify(&site, &with_master);
    assert_eq!((code, &told["keys"]), (0, &"open".into()), "{told}");
    for file in &files {
        let whole = std::fs::read(file).unwrap();
        let name = format!("keys/{}", file.file_name().unwrap().to_str().unwrap());
        for at in [0, 8, 9, 10, 12, whole.len() / 2, whole.len() - 1] {
            let mut other = whole.clone();
            other[at] ^= 1;
            std::fs::write(file, other).unwrap();
            for more in [&[][..], &with_master] {
                let (code, told) = verify(&site, more);
                assert_eq!((code, &told["sound"]), (1, &false.into()), "{at}: {told}");
                assert_eq!(told["verdict"], "keys_damaged", "{at}: {told}");
                assert_eq!(told["key_file"], name.as_str(), "{at}");
            }
        }
        let said = refused_start(site.folder.path());
        assert!(said.contains(&name), "{said}");
        let refused = site.backup("damaged");
        assert_eq!(refused.code, 1, "no damage is copied: {refused:?}");
        std::fs::remove_dir_all(site.at("damaged")).unwrap();
        std::fs::write(file, whole).unwrap();
    }
    assert_eq!(verify(&site, &with_master).0, 0, "nothing was changed");
}

#[test]
fn a_key_that_a_record_names_and_the_search_key_are_missed() {
    let (site, [search, own]) = stopped();
    let whole = std::fs::read(&own).unwrap();
    std::fs::remove_file(&own).unwrap();
    let (code, told) = verify(&site, &[]);
    assert_eq!((code, &told["keys"]), (1, &"missing".into()), "{told}");
    let name = format!("keys/{}", own.file_name().unwrap().to_str().unwrap());
    assert_eq!(told["key_file"], name.as_str());
    std::fs::write(&own, whole).unwrap();
    let other = std::fs::read(&search).unwrap();
    for is_alone in [false, true] {
        std::fs::remove_file(&search).unwrap();
        let (code, told) = verify(&site, &[]);
        assert_eq!((code, &told["keys"]), (1, &"search_missing".into()));
        assert_eq!(told["verdict"], "keys_damaged");
        // A start would make another one, by which nobody is found who was paid.
        let keys = site.at("data/keys");
        if is_alone {
            std::fs::rename(&keys, site.at("elsewhere")).unwrap();
        }
        let said = refused_start(site.folder.path());
        assert!(said.contains("the search key is missing"), "{said}");
        let left = std::fs::read_dir(&keys).unwrap().count();
        assert_eq!(left, usize::from(!is_alone), "no key was made");
        if is_alone {
            std::fs::remove_dir(&keys).unwrap();
            std::fs::rename(site.at("elsewhere"), &keys).unwrap();
        }
        std::fs::write(&search, &other).unwrap();
    }
    assert_eq!(Serving::start(site.folder.path()).stop(), 0);
}

/// The search key of another folder under the same master key: by it no wage is found that was
/// paid already.
#[test]
fn a_search_key_of_another_folder_is_refused() {
    let (site, [search, _]) = stopped();
    let whole = std::fs::read(&search).unwrap();
    let master = journal::seal::master_from_file(&site.at("master.key")).unwrap();
    let other = site.at("other-keys");
    let disk = std::sync::Arc::new(journal::disk::OsDisk);
    let random = std::sync::Arc::new(journal::random::SystemRandom::new());
    journal::seal::Vault::open(disk, &other, &master, random).unwrap();
    let made = std::fs::read_dir(&other).unwrap().next().unwrap().unwrap();
    let foreign = site.at("data/keys").join(made.file_name());
    std::fs::copy(made.path(), &foreign).unwrap();
    let (code, told) = verify(&site, &[]);
    assert_eq!((code, &told["keys"]), (1, &"search_twice".into()), "{told}");
    let said = refused_start(site.folder.path());
    assert!(said.contains("two search keys"), "{said}");
    std::fs::remove_file(&search).unwrap();
    let said = refused_start(site.folder.path());
    assert!(said.contains("is not the journal's"), "{said}");
    std::fs::remove_file(&foreign).unwrap();
    std::fs::write(&search, whole).unwrap();
    assert_eq!(Serving::start(site.folder.path()).stop(), 0);
}

/// That a key was destroyed anybody can write, and no command does.
#[test]
fn a_key_that_a_record_names_and_that_says_it_was_destroyed_is_damage() {
    let (site, [_, own]) = stopped();
    let whole = std::fs::read(&own).unwrap();
    let owner = &whole[11..11 + usize::from(whole[10])];
    let mut mark = [b"ANXINKEY", &[2, 2, whole[10]][..], owner].concat();
    let digest = ring::digest::digest(&ring::digest::SHA256, &mark);
    mark.extend_from_slice(digest.as_ref());
    std::fs::write(&own, mark).unwrap();
    let master = site.at("master.key");
    for more in [&[][..], &["--master-key", text(&master)]] {
        let (code, told) = verify(&site, more);
        assert_eq!((code, &told["keys"]), (1, &"destroyed".into()), "{told}");
        let name = format!("keys/{}", own.file_name().unwrap().to_str().unwrap());
        assert_eq!(told["key_file"], name.as_str());
    }
}

#[test]
fn a_master_key_of_another_gateway_opens_none_and_one_that_is_none_is_wrong_usage() {
    let (site, _) = stopped();
    site.private("other.key", &"ab".repeat(32));
    let other = site.at("other.key");
    let (code, told) = verify(&site, &["--master-key", text(&other)]);
    assert_eq!((code, &told["keys"]), (1, &"damaged".into()), "{told}");
    assert!(
        told["keys_message"].as_str().unwrap().contains("2 in all"),
        "{told}"
    );
    site.private("short.key", "ab");
    for file in ["short.key", "none.key"] {
        let (data, file) = (site.at("data"), site.at(file));
        let words = ["verify", "--data", text(&data), "--master-key", text(&file)];
        assert_eq!(run(&words).code, 2);
    }
}
