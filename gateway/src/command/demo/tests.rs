#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::announcement;
use schemas::Lang;
use std::path::Path;

#[test]
fn nothing_points_into_a_folder_that_is_removed() {
    let url = "https://127.0.0.1:8443";
    for lang in [Lang::Zh, Lang::En] {
        let gone = announcement(url, None, lang);
        assert!(gone.lines().next().unwrap().ends_with(url), "{gone}");
        assert!(
            !gone.contains("curl") && gone.contains("--data DIR"),
            "{gone}"
        );
        let stays = announcement(url, Some(Path::new("/d/pki")), lang);
        assert!(stays.contains("curl --cacert /d/pki/ca.pem"), "{stays}");
    }
}
