//! TLS of the kit's server.

use super::NOW;
use certs::development::{DevelopmentPki, IdentityPem};
use certs::tls::{Mode, ServerTls, fixed_clock, server_config};
use std::sync::Arc;

/// A server with the authority's list as it is now.
pub fn server_tls(pki: &DevelopmentPki, identity: &IdentityPem) -> Arc<rustls::ServerConfig> {
    server_config(&ServerTls {
        chain_pem: identity.certificate_pem.as_bytes(),
        key_pem: identity.key_pem.as_bytes(),
        client_ca_pem: pki.ca_pem().as_bytes(),
        crls: &[pki.crl_pem().as_bytes()],
        mode: Mode::Development,
        allow_tls12: false,
        clock: fixed_clock(NOW),
    })
    .unwrap()
}
