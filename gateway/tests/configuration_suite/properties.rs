//! Settings read back as they were written.

use gateway::configuration::Configuration;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn settings_read_back(
        lines in 1_000_000..5_000_000_u64,
        connections in 100..5_000_u64,
        wait in 1_000..60_000_u64,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gateway.toml");
        let text = format!(
            "[limits]\nlines_max = {lines}\nconnections_max = {connections}\n\
             [time_outs]\nidle_wait_ms = {wait}\n"
        );
        std::fs::write(&path, text).unwrap();
        let configuration = Configuration::load(&path).unwrap();
        prop_assert_eq!(configuration.settings.limits.lines_max, lines);
        prop_assert_eq!(configuration.settings.limits.connections_max, connections);
        prop_assert_eq!(configuration.settings.time_outs.idle_wait_ms, wait);
    }
}
