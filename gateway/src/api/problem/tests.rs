#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use http_body_util::BodyExt as _;

async fn document(problem: Problem, lang: Lang) -> Value {
    let response = problem.into_response(lang, "/v1/x");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn our_own_faults_tell_a_number_and_nothing_else() {
    let inner = std::io::Error::other("/data/keys/secret");
    let told = document(Problem::internal(&inner), Lang::En).await;
    assert_eq!(told["status"], 500);
    assert!(told["reference"].as_str().unwrap().starts_with('E'));
    assert!(!told.to_string().contains("secret"));
}

#[tokio::test]
async fn every_kind_has_texts_in_both_languages_and_its_own_word() {
    let mut words = std::collections::BTreeSet::new();
    for kind in Kind::ALL {
        assert!(words.insert(kind.word()));
        let (zh, en) = (kind.texts(Lang::Zh), kind.texts(Lang::En));
        assert!(!zh.0.is_ascii() && en.0.is_ascii() && en.1.is_ascii());
        let told = document(Problem::new(kind.clone()), Lang::Zh).await;
        assert_eq!(
            (&told["title"], &told["en"]["title"]),
            (&zh.0.into(), &en.0.into())
        );
        assert_eq!(told["status"], kind.status().as_u16());
    }
}
