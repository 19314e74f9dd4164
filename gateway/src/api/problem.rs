//! The only place that turns failures into status codes: RFC 9457 problem documents, the same
//! shape for every failure, in both languages, without a word of what went on inside.

use crate::core::CoreError;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use schemas::Lang;
use serde_json::{Map, Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// What went wrong, as the caller is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Not there, or not the caller's to see: one answer for both (M6).
    NotFound,
    /// The path has other methods.
    MethodNotAllowed,
    /// A parameter or the body is not of its form.
    BadRequest,
    /// The caller may not do this at all, whatever it is done to.
    Forbidden,
    /// What is there forbids it.
    Conflict,
    /// The file has errors; every finding is in the answer.
    FileRefused,
    /// The body is larger than allowed.
    TooLarge,
    /// The body came too slowly.
    TooSlow,
    /// A body of another kind is expected.
    UnsupportedMediaType,
    /// Asked too often.
    TooManyRequests,
    /// Our own fault; the reference number finds it in the log.
    Internal,
    /// Nothing is taken at the moment.
    Unavailable,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::BadRequest,
        Self::Forbidden,
        Self::Conflict,
        Self::FileRefused,
        Self::TooLarge,
        Self::TooSlow,
        Self::UnsupportedMediaType,
        Self::TooManyRequests,
        Self::Internal,
        Self::Unavailable,
    ];

    /// The status code.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Conflict => StatusCode::CONFLICT,
            Self::FileRefused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Its word in the problem's type.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::BadRequest => "bad_request",
            Self::Forbidden => "forbidden",
            Self::Conflict => "conflict",
            Self::FileRefused => "file_refused",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::TooManyRequests => "too_many_requests",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
        }
    }

    /// Title and detail in a language.
    #[must_use]
    pub fn texts(&self, lang: Lang) -> (&'static str, &'static str) {
        match lang {
            Lang::Zh => self.zh(),
            Lang::En => self.en(),
        }
    }

    fn zh(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotFound => ("未找到", "没有这个资源，或您无权查看"),
            Self::MethodNotAllowed => ("方法不允许", "该路径不支持此方法，可用的方法见 Allow 头"),
            Self::BadRequest => ("请求有误", "参数或请求体不符合接口约定"),
            Self::Forbidden => ("禁止操作", "该证书无权执行此操作"),
            Self::Conflict => ("冲突", "与已有内容或当前状态不一致"),
            Self::FileRefused => (
                "文件未通过校验",
                "文件有错误，未占用批次号；请按所列问题修改后重新报送",
            ),
            Self::TooLarge => ("请求体过大", "请求体超过允许的字节数"),
            Self::TooSlow => ("请求体传输过慢", "未在允许的时间内收到完整的请求体"),
            Self::UnsupportedMediaType => (
                "不支持的内容类型",
                "请直接发送文件或 JSON 原文，不要压缩、不要用多段表单",
            ),
            Self::TooManyRequests => ("请求过于频繁", "请按 Retry-After 头所示时间稍后再试"),
            Self::Internal => ("内部错误", "系统内部错误，请向运营方提供编号 reference"),
            Self::Unavailable => ("暂时不可用", "系统暂时不能受理，请稍后用相同内容重试"),
        }
    }

    fn en(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotFound => (
                "Not found",
                "There is no such thing, or it is not yours to see",
            ),
            Self::MethodNotAllowed => (
                "Method not allowed",
                "The Allow header names the methods of this path",
            ),
            Self::BadRequest => (
                "Bad request",
                "A parameter or the body is not as the interface says",
            ),
            Self::Forbidden => ("Forbidden", "This certificate may not do this"),
            Self::Conflict => (
                "Conflict",
                "It differs from what is there, or the state forbids it",
            ),
            Self::FileRefused => (
                "File refused",
                "The file has errors and used up no batch number; mend the findings",
            ),
            Self::TooLarge => ("Too large", "The body has more bytes than are allowed"),
            Self::TooSlow => ("Too slow", "The body did not arrive in the time allowed"),
            Self::UnsupportedMediaType => (
                "Unsupported media type",
                "Send the file or the JSON itself: not compressed, not a multipart form",
            ),
            Self::TooManyRequests => (
                "Too many requests",
                "Ask again after the time in the Retry-After header",
            ),
            Self::Internal => (
                "Internal error",
                "Our own fault; give the operator the reference",
            ),
            Self::Unavailable => (
                "Unavailable",
                "Nothing is taken now; try the same again later",
            ),
        }
    }
}

/// A failure on its way to the caller.
#[derive(Clone, Debug)]
pub struct Problem(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    kind: Kind,
    /// Why, in both languages, where there is more to say than the kind does.
    detail: Option<(String, String)>,
    extra: Map<String, Value>,
    headers: Vec<(header::HeaderName, HeaderValue)>,
}

static REFERENCES: AtomicU64 = AtomicU64::new(1);

impl Problem {
    /// A problem with the words of its kind.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self(Box::new(Parts {
            kind,
            detail: None,
            extra: Map::new(),
            headers: Vec::new(),
        }))
    }

    /// Not there, or not the caller's.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound)
    }

    /// A parameter or a member of the body that is not of its form.
    #[must_use]
    pub fn bad(field: &'static str, zh: &str, en: &str) -> Self {
        Self::new(Kind::BadRequest)
            .detail(zh, en)
            .with("field", field)
    }

    /// Our own fault: what happened goes into the log under a number, and only the number goes
    /// out.
    #[must_use]
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        let reference = format!("E{:06}", REFERENCES.fetch_add(1, Ordering::Relaxed));
        let error = crate::chain(error);
        tracing::error!(%reference, error, "a call failed by our own fault");
        Self::new(Kind::Internal)
            .detail(
                &format!("系统内部错误，请向运营方提供编号 {reference}"),
                &format!("Our own fault; give the operator the number {reference}"),
            )
            .with("reference", reference)
    }

    /// Says why, in both languages.
    #[must_use]
    pub fn detail(mut self, zh: &str, en: &str) -> Self {
        self.0.detail = Some((zh.to_owned(), en.to_owned()));
        self
    }

    /// Adds a member to the document.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.extra.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: header::HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.headers.push((name, value));
        }
        self
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.0.kind
    }

    /// The answer to a call of `instance` (its path) in a language.
    #[must_use]
    pub fn into_response(self, lang: Lang, instance: &str) -> Response<Body> {
        let (head, document) = self.into_parts(lang, instance);
        head.map(|()| Body::from(Value::Object(document).to_string()))
    }

    /// The same as its head and its document, for a document that is written while it is sent.
    #[must_use]
    pub fn into_parts(self, lang: Lang, instance: &str) -> (Response<()>, Map<String, Value>) {
        let (word, zh, en) = (self.0.kind.word(), self.0.kind.zh(), self.0.kind.en());
        let (detail_zh, detail_en) = match &self.0.detail {
            Some((zh, en)) => (zh.as_str(), en.as_str()),
            None => (zh.1, en.1),
        };
        let (title, detail) = match lang {
            Lang::Zh => (zh.0, detail_zh),
            Lang::En => (en.0, detail_en),
        };
        let status = self.0.kind.status();
        let mut document = Map::new();
        document.insert("type".into(), format!("urn:anxin:problem:{word}").into());
        document.insert("title".into(), title.into());
        document.insert("status".into(), status.as_u16().into());
        document.insert("detail".into(), detail.into());
        document.insert("instance".into(), instance.into());
        document.insert("zh".into(), json!({ "title": zh.0, "detail": detail_zh }));
        document.insert("en".into(), json!({ "title": en.0, "detail": detail_en }));
        document.extend(self.0.extra);
        let mut head = Response::new(());
        *head.status_mut() = status;
        let kind = HeaderValue::from_static("application/problem+json");
        head.headers_mut().insert(header::CONTENT_TYPE, kind);
        head.headers_mut().extend(
            self.0
                .headers
                .into_iter()
                .map(|(name, value)| (Some(name), value)),
        );
        (head, document)
    }
}

impl From<CoreError> for Problem {
    fn from(error: CoreError) -> Self {
        match &error {
            // A journal that takes nothing any more (a full disk) is a state, not a defect.
            CoreError::Journal(
                journal::JournalError::Poisoned { .. } | journal::JournalError::Closed,
            ) => {
                tracing::error!(%error, "the journal takes no records");
                Self::new(Kind::Unavailable).header(header::RETRY_AFTER, "30")
            }
            CoreError::Doubtful => {
                tracing::error!(%error, "the gateway must be started again");
                Self::new(Kind::Unavailable).header(header::RETRY_AFTER, "30")
            }
            CoreError::Journal(_)
            | CoreError::Vault(_)
            | CoreError::Inconsistent(_)
            | CoreError::NotAnEvent { .. }
            | CoreError::Json(_) => Self::internal(&error),
        }
    }
}

#[cfg(test)]
mod tests;
