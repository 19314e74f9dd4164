use gateway::channel::{NameError, safe_folder, safe_name};

#[test]
fn threats_28_names_that_leave_the_folder_are_refused() {
    use NameError::{Character, Device, Dot, Length};
    let long = "a".repeat(201);
    for (name, why) in [
        ("", Length),
        (long.as_str(), Length),
        ("../x", Character),
        ("/etc/passwd", Character),
        ("a/b", Character),
        ("a\\b", Character),
        ("a\0b", Character),
        ("a%2e%2e", Character),
        ("a\u{FF0F}b", Character),
        ("a\u{FF0E}\u{FF0E}", Character),
        ("a\u{202E}b", Character),
        ("a b", Character),
        ("a:b", Character),
        ("a\r\nb", Character),
        ("..", Dot),
        (".", Dot),
        (".hidden", Dot),
        ("a.", Dot),
        ("a..b", Dot),
        ("CON", Device),
        ("con.txt", Device),
        ("COM1", Device),
        ("lpt9.dat", Device),
        ("Nul.a.b", Device),
    ] {
        assert_eq!(safe_name(name), Err(why), "{name:?}");
    }
}

#[test]
fn names_of_banks_pass_unchanged() {
    for name in [
        "0001.330000000001_0001.20261123",
        "BATCH-1.txt",
        "COMPANY",
        "c",
    ] {
        assert_eq!(safe_name(name), Ok(name));
    }
    assert_eq!(safe_folder(""), Ok(vec![]));
    assert_eq!(safe_folder("out/20261123"), Ok(vec!["out", "20261123"]));
    for folder in ["/", "/out", "out/", "out//x", "out/../x", "."] {
        assert!(safe_folder(folder).is_err(), "{folder:?}");
    }
}
