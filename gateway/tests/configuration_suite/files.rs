use gateway::configuration::{Configuration, Problem};
use schemas::Lang;

use crate::support::{folder, load, told};

/// The place and message of the only error.
fn only(text: &str) -> String {
    let folder = folder(&[("gateway.toml", text, 0o644)]);
    let told = told(&folder);
    assert_eq!(told.len(), 1, "{told:?}");
    let told = told.first().unwrap();
    told.split("; compare").next().unwrap().to_owned()
}

#[test]
fn an_unknown_word_is_refused_with_its_line_and_what_is_allowed() {
    let told = only("[listen]\nparty = \"127.0.0.1:1\"\n");
    assert_eq!(
        told,
        "gateway.toml:2: unknown field `party`, expected `parties` or `operator`"
    );
    let told = only("profil = \"production\"\n");
    assert!(told.starts_with("gateway.toml:1: unknown field `profil`"));
    let told = only("\n\nprofile = \"Production\"\n");
    assert!(told.starts_with("gateway.toml:3: unknown variant `Production`"));
    let told = only("[limits\n");
    assert!(told.starts_with("gateway.toml:1: "), "{told}");
}

#[test]
fn a_number_out_of_its_range_is_refused_with_the_range() {
    let told = only("[limits]\nlines_max = 999999\n");
    assert_eq!(
        told,
        "gateway.toml:2: invalid value: integer `999999`, \
         expected a whole number from 1000000 to 50000000"
    );
    for value in ["-1", "0", "1.5", "\"60\"", "99999999999"] {
        let told = only(&format!("[time_outs]\nidle_wait_ms = {value}\n"));
        assert!(told.starts_with("gateway.toml:2: invalid "), "{told}");
    }
}

/// In the data folder it would be put back with it; a folder that is not there may be a volume that
/// is not.
#[test]
fn a_witness_outside_has_a_folder_and_it_lies_outside() {
    let of = |witness: &str| {
        let text = format!("[places]\nwitness = \"{witness}\"\n");
        let folder = folder(&[("gateway.toml", &text, 0o644)]);
        for name in ["data/inside", "other"] {
            std::fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        std::os::unix::fs::symlink("data", folder.path().join("link")).unwrap();
        folder
    };
    for inside in ["data", "data/inside", "link/inside", "other/../data/inside"] {
        let told = told(&of(inside));
        assert_eq!(told.len(), 1, "{inside}: {told:?}");
        let said = "gateway.toml:2: the folder of witness lies in the data folder";
        assert!(told[0].starts_with(said), "{told:?}");
    }
    let told = told(&of("none"));
    assert!(
        told[0].starts_with("none: the file can't be read"),
        "{told:?}"
    );
    let folder = of("other");
    let witness = folder.path().join("other");
    let places = load(&folder).unwrap().settings.places;
    assert_eq!(places.witness.as_deref(), Some(witness.as_path()));
    // As `serve --data` has it.
    let file = folder.path().join("gateway.toml");
    let errors = Configuration::load_for(&file, Some(&witness)).unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].problem, Problem::WitnessInside);
}

#[test]
fn a_missing_file_is_told_in_both_languages() {
    let folder = folder(&[]);
    let errors = load(&folder).unwrap_err();
    let zh = errors.first().unwrap().told(Lang::Zh);
    assert!(zh.contains("文件无法读取") && zh.contains("请检查路径和权限"));
    let en = errors.first().unwrap().told(Lang::En);
    assert!(en.contains("can't be read") && en.contains("check the path"));
}

#[test]
fn errors_of_all_files_come_at_once() {
    let folder = folder(&[
        ("gateway.toml", "", 0o644),
        (
            "connections/a.toml",
            "bank = \"ICBC\"\nendpoint = 1\n",
            0o644,
        ),
        ("connections/b.toml", "bank = \"I\"\n[endpoints]\n", 0o644),
        ("connections/c.toml", "bank = \"ABC\"\n[endpoints]\n", 0o644),
        (
            "connections/d.toml",
            "\nbank = \"ABC\"\n[endpoints]\n",
            0o644,
        ),
        ("roles.toml", "[allow]\nall = []\n", 0o644),
        ("mandates.toml", "", 0o644),
    ]);
    let told = told(&folder);
    let places: Vec<String> = told
        .iter()
        .map(|error| error.split(": ").next().unwrap().to_owned())
        .collect();
    assert_eq!(
        places,
        [
            "connections/a.toml:2",
            "connections/b.toml:1",
            "connections/d.toml:2",
            "mandates.toml",
            "roles.toml:2",
        ],
        "{told:?}"
    );
    assert!(told.iter().any(|error| error.contains("chmod 600")));
}

#[test]
fn a_connection_names_addresses_and_statuses_that_are_safe() {
    let endpoint = |text: &str| {
        let connection =
            format!("bank = \"ICBC\"\n[endpoints.main]\ntransport = \"http\"\n{text}\n");
        let folder = folder(&[
            ("gateway.toml", "", 0o644),
            ("connections/a.toml", &connection, 0o644),
        ]);
        told(&folder).join("\n")
    };
    let address = "address = \"127.0.0.1:1\"";
    assert_eq!(endpoint(address), "");
    assert_eq!(
        endpoint(&format!(
            "{address}\nrefusing_statuses = [401, 403, 404, 405, 413, 415]"
        )),
        ""
    );
    for wrong in [
        "address = \"bank.example:443\"".to_owned(),
        "address = \"127.0.0.1\"".to_owned(),
        // What a machine in between may say after it has passed the message on.
        format!("{address}\nrefusing_statuses = [400]"),
        format!("{address}\nrefusing_statuses = [408]"),
        format!("{address}\nrefusing_statuses = [409]"),
        format!("{address}\nrefusing_statuses = [425]"),
        format!("{address}\nrefusing_statuses = [401, 429]"),
        format!("{address}\nrefusing_statuses = [500]"),
        format!("{address}\nrefusing_statuses = [503]"),
        format!("{address}\npath_prefix = \"//evil.example\""),
        format!("{address}\npath_prefix = \"/a/../b\""),
        format!("{address}\ntrust_all = true"),
    ] {
        assert!(
            endpoint(&wrong).starts_with("connections/a.toml:"),
            "{wrong}"
        );
    }
}

#[test]
fn an_sftp_server_is_known_by_its_key_and_ours_is_for_us_alone() {
    let endpoint = |host_keys: &str, key: &str, mode: u32| {
        let connection = format!(
            "bank = \"ICBC\"\n[endpoints.drop]\ntransport = \"sftp\"\n\
             address = \"10.0.0.1:22\"\nuser = \"u\"\nkey_file = \"key\"\n\
             host_keys = {host_keys}\n"
        );
        let folder = folder(&[
            ("gateway.toml", "", 0o644),
            ("connections/a.toml", &connection, 0o644),
            ("connections/key", key, mode),
        ]);
        told(&folder).join("\n")
    };
    // An invented pair; its public half is nowhere.
    let key = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n\
        -----END PRIVATE KEY-----\n";
    let pinned = "[\"SHA256:RXhhbXBsZSBvZiBhIGhvc3Qga2V5J3MgZGlnZXN0ISE\"]";
    assert_eq!(endpoint(pinned, key, 0o600), "");
    assert!(endpoint(pinned, key, 0o644).contains("chmod 600"));
    assert!(endpoint(pinned, "not a key", 0o600).contains("ssh-keygen"));
    for unsafe_keys in [
        "[]",
        "[\"\"]",
        "[\"SHA256:short\"]",
        "[\"MD5:43:51:43:a1:b5:fc:8b:b7:0a:3a:a9:b1:0f:66:73:a8\"]",
    ] {
        let told = endpoint(unsafe_keys, key, 0o600);
        assert!(told.starts_with("connections/a.toml:"), "{told}");
    }
}

#[test]
fn m9_an_error_in_the_mandates_repeats_no_account_and_no_name() {
    let good = "employer = \"913301006639233248\"\nbank = \"ICBC\"\n";
    for wrong in [
        "account = 6222021202000000019\nname = \"张样一\"\n",
        "account = 6222021202000000.019\nname = \"张样一\"\n",
        "account = \"62220212020000000A9\"\nname = \"张样一\"\n",
        "account = [\"6222021202000000019\"]\nname = \"张样一\"\n",
        "account = \"6222021202000000019\"\nname = \"张样一\u{1}\"\n",
        "account = \"6222021202000000019\nname = \"张样一\"\n",
        "account = \"6222021202000000019\"\nnames = \"张样一\"\n",
    ] {
        let text = format!("[[mandate]]\n{good}{wrong}");
        let folder = folder(&[("gateway.toml", "", 0o644), ("mandates.toml", &text, 0o600)]);
        let told = told(&folder);
        assert_eq!(told.len(), 1, "{wrong} {told:?}");
        let printed = format!("{:?}{told:?}", load(&folder).unwrap_err());
        assert!(
            told.first().unwrap().starts_with("mandates.toml:"),
            "{printed}"
        );
        for personal in ["6222", "张样", "0019"] {
            assert!(!printed.contains(personal), "{printed}");
        }
    }
}

#[test]
fn the_same_mandate_twice_is_told_at_the_second() {
    let mandate = "[[mandate]]\nemployer = \"913301006639233248\"\nbank = \"ICBC\"\n\
                   account = \"6222021202000000019\"\nname = \"张样一\"\n";
    let folder = folder(&[
        ("gateway.toml", "", 0o644),
        ("mandates.toml", &format!("{mandate}{mandate}"), 0o600),
    ]);
    let told = told(&folder);
    assert!(told.first().unwrap().starts_with("mandates.toml:6: "));
}

/// A message is one record of the journal: what a record can't take must not be let in.
#[test]
fn no_message_may_be_larger_than_a_record() {
    let most = journal::record::RECORD_BYTES_MAX;
    let pushed = only(&format!("[limits]\nbank_message_bytes_max = {most}\n"));
    assert!(pushed.starts_with("gateway.toml:2: invalid"), "{pushed}");
    let connection = format!("bank = \"ICBC\"\n[endpoints]\n[limits]\nreply_bytes_max = {most}\n");
    let folder = folder(&[
        ("gateway.toml", "", 0o644),
        ("connections/a.toml", &connection, 0o644),
    ]);
    let reply = told(&folder).join("\n");
    assert!(
        reply.starts_with("connections/a.toml:4: invalid"),
        "{reply}"
    );
    let default = gateway::configuration::ConnectionLimits::default();
    assert!(default.reply_bytes_max < u64::try_from(most).unwrap());
}

/// Without its file the contract holds: a name that is mistyped must not widen rights in silence.
#[test]
fn a_file_that_is_named_and_not_there_is_told() {
    for (key, name) in [("roles_file", "rolse.toml"), ("mandates_file", "m.toml")] {
        let missing = only(&format!("[places]\n{key} = \"{name}\"\n"));
        assert!(missing.starts_with(&format!("{name}: ")), "{missing}");
    }
    let folder = folder(&[("gateway.toml", "", 0o644)]);
    assert!(
        load(&folder).is_ok(),
        "neither is named: both may be missing"
    );
    let link = folder.path().join("roles.toml");
    std::os::unix::fs::symlink(folder.path().join("gone.toml"), link).unwrap();
    let dangling = told(&folder);
    assert_eq!(dangling.len(), 1, "{dangling:?}");
    assert!(dangling[0].starts_with("roles.toml: "), "{dangling:?}");
}

/// A certificate without its key, or a key alone, is no identity.
#[test]
fn half_an_identity_towards_a_bank_is_told() {
    let tls = |own: &str| {
        let connection = format!(
            "bank = \"ICBC\"\n[endpoints.main]\ntransport = \"tcp\"\n\
             address = \"127.0.0.1:1\"\n[endpoints.main.tls]\n\
             server_name = \"bank.example\"\nca_file = \"ca.pem\"\n{own}\n"
        );
        let folder = folder(&[
            ("gateway.toml", "", 0o644),
            ("connections/a.toml", &connection, 0o644),
            ("connections/ca.pem", "", 0o644),
            ("connections/own.pem", "", 0o600),
            ("connections/own.key", "", 0o600),
        ]);
        told(&folder)
    };
    let both = "chain_file = \"own.pem\"\nkey_file = \"own.key\"";
    assert!(tls("").is_empty() && tls(both).is_empty());
    for half in ["chain_file = \"own.pem\"", "key_file = \"own.key\""] {
        let wrong = tls(half);
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert!(wrong[0].starts_with("connections/a.toml:2: "), "{wrong:?}");
    }
}
