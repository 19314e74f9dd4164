use std::path::Path;

use gateway::configuration::{
    Configuration, Connection, Endpoint, Mandates, PartyKind, ProfileName, Roles, RouteGroup,
    Settings,
};

use crate::support::{folder, load, told, write};

fn shipped(name: &str) -> String {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config");
    std::fs::read_to_string(config.join(name)).unwrap()
}

#[test]
fn the_shipped_file_says_what_the_defaults_are() {
    let shipped: Settings = toml::from_str(&shipped("gateway.toml")).unwrap();
    assert_eq!(shipped, Settings::default());
}

#[test]
fn the_shipped_file_names_every_option() {
    let text = shipped("gateway.toml").replace("# ", "");
    let settings = format!("{:?}", Settings::default());
    let mut names: Vec<&str> = settings
        .split([' ', '{'])
        .filter_map(|word| word.strip_suffix(':'))
        .collect();
    names.extend(["chain_file", "key_file", "client_ca_file", "crl_files"]);
    assert!(names.len() > 35);
    for name in names {
        let option = text.contains(&format!("{name} = "));
        assert!(option || text.contains(&format!("[{name}]")), "{name}");
    }
}

#[test]
fn an_empty_file_is_a_whole_configuration() {
    let folder = folder(&[("gateway.toml", "", 0o644)]);
    let configuration = load(&folder).unwrap();
    assert_eq!(configuration.profile.name, ProfileName::Development);
    assert_eq!(configuration.settings.limits.lines_max, 1_000_000);
    assert_eq!(
        configuration.settings.places.data,
        folder.path().join("data")
    );
    assert!(configuration.settings.listen.parties.ip().is_loopback());
    assert!(configuration.connections.is_empty());
    Configuration::defaults(folder.path()).unwrap();
}

#[test]
fn the_example_connection_is_one() {
    let example = shipped("connections/EXAMPLE.toml");
    let connection: Connection = toml::from_str(&example).unwrap();
    assert_eq!(connection.endpoints.len(), 4);
    // With the commented parts as well; one of them stands for another.
    let open: String = example
        .replace("# [endpoints.drop]", "# [endpoints.instead]")
        .lines()
        .map(|line| {
            let commented = line.strip_prefix("# ").unwrap_or(line);
            let option = commented.contains(" = ") && !commented.contains("; ");
            if option || commented.starts_with('[') {
                format!("{commented}\n")
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    let connection: Connection = toml::from_str(&open).unwrap();
    assert_eq!(connection.admission.exceptions.len(), 1);
    let main = connection.endpoints.get("main").unwrap();
    assert!(matches!(main, Endpoint::Http { tls: Some(_), .. }));
    let instead = connection.endpoints.get("instead").unwrap();
    assert!(matches!(instead, Endpoint::Sftp(server) if server.root == "/in"));
}

#[test]
fn examples_are_not_read_and_copies_are() {
    let example = shipped("connections/EXAMPLE.toml");
    let folder = folder(&[
        ("gateway.toml", "", 0o644),
        ("connections/EXAMPLE.toml", "not even TOML", 0o644),
        ("connections/icbc.toml", &example, 0o644),
        ("mandates.toml", &shipped("mandates.EXAMPLE.toml"), 0o600),
        ("roles.toml", &shipped("roles.toml"), 0o644),
    ]);
    let configuration = load(&folder).unwrap();
    assert_eq!(configuration.connections.len(), 1);
    let connection = configuration.connections.values().next().unwrap();
    let drop = connection.endpoints.get("drop").unwrap();
    let path = folder.path().join("connections/icbc/out");
    assert_eq!(drop, &Endpoint::Folder { path });
    assert_eq!(configuration.roles, Roles::default());
    assert_eq!(configuration.mandates.iter().count(), 1);
    let mandate = configuration.mandates.iter().next().unwrap().clone();
    let (employer, bank, account) = (mandate.employer, mandate.bank, mandate.account);
    assert!(
        configuration
            .mandates
            .find(employer, bank, account)
            .is_some()
    );
    // M9: the mandate prints neither account nor name.
    let printed = format!("{:?}", configuration.mandates);
    assert!(!printed.contains("1202020009900012345") && !printed.contains("样例建设有限"));
    let mut mandates = Mandates::default();
    assert!(mandates.add(mandate.clone()));
    assert!(!mandates.add(mandate));
}

#[test]
fn the_calendar_of_the_readme_is_read() {
    let readme = shipped("calendar/README.md");
    let block = readme.split("```").nth(1).unwrap();
    let block = block.strip_prefix("toml").unwrap();
    let folder = folder(&[
        ("gateway.toml", "", 0o644),
        ("calendar/2027.toml", block, 0o644),
    ]);
    let calendar = load(&folder).unwrap().calendar;
    let open = [(2027, 2, 6, true), (2027, 2, 8, false), (2027, 2, 9, true)];
    for (year, month, day, open) in open {
        let month = time::Month::try_from(month).unwrap();
        let date = time::Date::from_calendar_date(year, month, day).unwrap();
        let found = calendar.bank_day(date).unwrap();
        assert_eq!(found == schemas::codes::BankDay::Open, open, "{date}");
    }
    write(folder.path(), "calendar/more.toml", block, 0o644);
    assert_eq!(
        told(&folder),
        [
            "calendar/more.toml:2: the same bank, mandate or day twice; remove one of the two",
            "calendar/more.toml:6: the same bank, mandate or day twice; remove one of the two",
            "calendar/more.toml:11: the same bank, mandate or day twice; remove one of the two",
        ]
    );
}

#[test]
fn a_day_of_an_unknown_year_makes_no_year_known() {
    let day = "[[day]]\ndate = \"2031-03-05\"\nkind = \"work\"\n";
    let folder = folder(&[
        ("gateway.toml", "", 0o644),
        ("calendar/days.toml", day, 0o644),
    ]);
    let found = told(&folder);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("calendar/days.toml:1: there is no list of bank days for 2031"),
        "{found:?}"
    );
    let year = format!("[[year]]\nyear = 2031\nnotice = \"x\"\n{day}");
    write(folder.path(), "calendar/days.toml", &year, 0o644);
    let found = told(&folder);
    assert!(
        found[0].starts_with("calendar/days.toml:1: the list of 2031 has no holiday"),
        "{found:?}"
    );
}

#[test]
fn roles_deny_by_default_and_never_exceed_the_contract() {
    let contract = Roles::default();
    assert!(contract.allows(RouteGroup::BatchSubmit, PartyKind::Employer));
    assert!(!contract.allows(RouteGroup::BatchSubmit, PartyKind::Operator));
    let few = folder(&[
        ("gateway.toml", "", 0o644),
        (
            "roles.toml",
            "[allow]\nsummary = []\nbreaks = [\"bank\"]\n",
            0o644,
        ),
    ]);
    let roles = load(&few).unwrap().roles;
    assert!(roles.allows(RouteGroup::Breaks, PartyKind::Bank));
    for (group, party) in [
        (RouteGroup::Breaks, PartyKind::Operator),
        (RouteGroup::Summary, PartyKind::Regulator),
        (RouteGroup::BatchSubmit, PartyKind::Employer),
    ] {
        assert!(!roles.allows(group, party));
    }
    let more = folder(&[
        ("gateway.toml", "", 0o644),
        (
            "roles.toml",
            "[allow]\n\nbatch_submit = [\"bank\"]\n",
            0o644,
        ),
    ]);
    assert_eq!(
        told(&more),
        ["roles.toml:3: a right beyond the contract; \
          the roles file can take rights away, not add them; remove that party"]
    );
}
