//! The roles file takes rights away from the table of routes, and readiness says what is wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::{Kit, own, person, system, wage_file};
use gateway::access::Role;
use gateway::api::routes::ROUTES;
use gateway::clock::Clock as _;
use gateway::configuration::{Configuration, PartyKind, Roles};
use schemas::LineEvent;

fn roles(text: &str) -> Roles {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("roles.toml"), text).unwrap();
    Configuration::defaults(folder.path()).unwrap().roles
}

#[test]
fn every_route_is_in_a_group_and_inside_the_contract() {
    let kinds = [
        (Role::Employer, PartyKind::Employer),
        (Role::Bank, PartyKind::Bank),
        (Role::Regulator, PartyKind::Regulator),
        (Role::Operator, PartyKind::Operator),
    ];
    for route in ROUTES {
        let group = route.group().unwrap_or_else(|| panic!("{route:?}"));
        for (role, kind) in kinds {
            let listed = route.who.contains(&role);
            assert!(!listed || group.contract().contains(&kind), "{route:?}");
            assert_eq!(route.allows(&Roles::default(), role), listed, "{route:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_roles_file_takes_away_and_nothing_else_changes() {
    let text = "[allow]\nbatch_read = [\"regulator\"]\nbatch_submit = [\"employer\"]\n\
                operation = []\n";
    let kit = Kit::start_parts(|parts| parts.roles = roles(text)).await;
    let csv = wage_file(own(), "GZ-1", "ICBC", 1, 0);
    let receipt = kit.submit(&system(own()), &csv).await.expect(202).json();
    let path = format!("/v1/batches/{}", receipt["batch_id"].as_str().unwrap());
    // Taken away: what may not be read does not exist, what may not be done is forbidden.
    kit.get(&system(own()), &path).await.expect(404);
    kit.get("urn:anxin:regulator:330100", &path)
        .await
        .expect(200);
    let withdraw = format!("{path}/withdraw");
    kit.post(&person(own(), "maker"), &withdraw, "")
        .await
        .expect(403);
    // What the file does not list is denied to everybody.
    kit.get("urn:anxin:regulator:330100", "/v1/summary")
        .await
        .expect(404);
    kit.get("urn:anxin:operator:li", "/healthz")
        .await
        .expect(404);
    // Nothing is widened.
    kit.submit("urn:anxin:bank:ICBC", &csv).await.expect(403);
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_names_what_is_wrong_until_it_is_over() {
    let kit = Kit::start().await;
    let operator = "urn:anxin:operator:li";
    kit.get(operator, "/readyz").await.expect(200);
    // One bank's trouble takes nothing from the others.
    kit.app.concerns.raise("dispatcher:ICBC", "defect");
    let health = kit.get(operator, "/readyz").await.expect(200).json();
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["concerns"][0]["name"], "dispatcher:ICBC");
    kit.app.concerns.raise("follower", "defect");
    let problem = kit.get(operator, "/readyz").await.expect(503);
    assert_eq!(problem.header("content-type"), "application/problem+json");
    let problem = problem.json();
    assert_eq!(problem["why"], "follower");
    assert_eq!(problem["concerns"].as_array().unwrap().len(), 2);
    kit.get(operator, "/healthz").await.expect(200);
    kit.app.concerns.clear("follower");
    kit.app.concerns.clear("dispatcher:ICBC");
    let health = kit.get(operator, "/readyz").await.expect(200).json();
    assert_eq!(health["status"], "ok");
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_to_watch_are_those_of_the_book() {
    let kit = Kit::start().await;
    let steps = [LineEvent::Pay, LineEvent::LoseTrack, LineEvent::LoseTrack];
    kit.with_outcomes(own(), "GZ-1", &steps).await;
    let before = kit.clock.now();
    kit.clock.advance(std::time::Duration::from_secs(75));
    assert_eq!((kit.clock.now() - before).whole_seconds(), 75);
    kit.core.journal().commit().unwrap();
    let text = kit.get("urn:anxin:operator:li", "/metrics").await.text();
    for line in [
        "anxin_batches{state=\"in_progress\"} 1",
        "anxin_batches{state=\"held\"} 0",
        "anxin_lines{state=\"paid\"} 1",
        "anxin_lines{state=\"unknown\"} 2",
        "anxin_oldest_unknown_age_seconds{bank=\"ICBC\"} 75",
        "anxin_journal_durable_lag_records 0",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    kit.stop().await;
}
