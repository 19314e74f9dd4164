//! No two folders of endpoints are one: a collector would take what is another bank's, or ours.

use crate::support::{folder, load, told, write};
use schemas::Lang;

/// A connection with folders by the endpoints' names.
fn connection(bank: &str, folders: &[(&str, &str)]) -> String {
    let table = |(name, path): &(&str, &str)| {
        format!("[endpoints.{name}]\ntransport = \"folder\"\npath = \"{path}\"\n")
    };
    let tables: String = folders.iter().map(table).collect();
    format!("bank = \"{bank}\"\n{tables}")
}

/// What is told of the folders of two banks. There are the folder `there`, and links to it and to
/// the folder above it.
fn told_of(hxb: &[(&str, &str)], icbc: &[(&str, &str)]) -> Vec<String> {
    let (hxb, icbc) = (connection("HXB", hxb), connection("ICBC", icbc));
    let files = folder(&[
        ("gateway.toml", "", 0o644),
        ("connections/a.toml", &hxb, 0o644),
        ("connections/b.toml", &icbc, 0o644),
    ]);
    let at = |name: &str| files.path().join("connections").join(name);
    std::fs::create_dir(at("there")).unwrap();
    std::os::unix::fs::symlink("there", at("link")).unwrap();
    std::os::unix::fs::symlink(".", at("here")).unwrap();
    told(&files)
}

#[test]
fn a_folder_is_one_endpoints_alone() {
    let line = "connections/b.toml:2: the folder of [endpoints.collect] and that of \
                [endpoints.collect] in connections/a.toml are one, or one lies in the other; \
                give each folder a place of its own";
    for (one, two) in [
        ("there", "there"),
        ("there", "./there"),
        ("there", "link"),
        ("there", "here/there"),
        ("missing", "missing"),
        ("missing", "here/missing"),
        ("missing", "other/../missing"),
        ("missing", "link/../missing"),
        // What is put away is not left for anybody else.
        ("there", "there/done"),
        ("link/done", "there"),
        ("missing/in", "missing"),
    ] {
        let told = told_of(&[("collect", one)], &[("collect", two)]);
        assert_eq!(told, [line], "{one} {two}");
    }
}

#[test]
fn what_is_put_down_for_a_bank_is_collected_for_none() {
    let mut told = told_of(&[("drop", "x"), ("collect", "y")], &[("collect", "x")]);
    let of = |this: &str, place: &str, other: &str| {
        format!(
            "connections/{place}: the folder of [endpoints.{this}] and that of \
             [endpoints.{other}] in connections/a.toml are one, or one lies in the other; \
             give each folder a place of its own"
        )
    };
    assert_eq!(told, [of("collect", "b.toml:2", "drop")]);
    told = told_of(&[("drop", "x"), ("collect", "x/in")], &[("drop", "y")]);
    assert_eq!(told, [of("drop", "a.toml:2", "collect")]);
    // The program of one bank would take the other one's wage files.
    told = told_of(&[("drop", "x")], &[("drop", "x")]);
    assert_eq!(told, [of("drop", "b.toml:2", "drop")]);
}

#[test]
fn folders_beside_one_another_are_taken() {
    let told = told_of(
        &[("drop", "x/out"), ("collect", "x/in")],
        &[("drop", "x/out2"), ("collect", "there")],
    );
    assert_eq!(told, [""; 0]);
}

#[test]
fn a_shared_folder_is_told_in_chinese() {
    let files = folder(&[("gateway.toml", "", 0o644)]);
    for (name, bank) in [("a", "HXB"), ("b", "ICBC")] {
        let text = connection(bank, &[("collect", "in")]);
        write(
            files.path(),
            &format!("connections/{name}.toml"),
            &text,
            0o644,
        );
    }
    let errors = load(&files).unwrap_err();
    let place = files.path().join("connections");
    let wanted = format!(
        "{}:2：[endpoints.collect] 的目录与 {} 中 [endpoints.collect] 的目录相同，\
         或一个在另一个之内；\
         请分别指定目录",
        place.join("b.toml").display(),
        place.join("a.toml").display(),
    );
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].told(Lang::Zh), wanted);
}
