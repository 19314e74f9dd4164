#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}

/// NIST SP 800-38A, F.2.3 (CBC-AES192.Encrypt): the first two blocks.
#[test]
fn aes_192_by_the_published_vector() {
    let key = bytes("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b");
    let iv: [u8; 16] = bytes("000102030405060708090a0b0c0d0e0f")
        .try_into()
        .unwrap();
    let plain = bytes("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
    let expected = bytes("4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a");
    let cipher: BodyCipher = "aes192_cbc".parse().unwrap();
    let sealed = cipher.encrypt(&key, &iv, &plain).unwrap();
    assert_eq!(sealed[..32], expected);
    assert_eq!(sealed.len(), 48);
    assert_eq!(cipher.decrypt(&key, &iv, &sealed).unwrap(), plain);
}

#[test]
fn a_key_or_text_of_another_length_is_refused() {
    for cipher in BodyCipher::ALL {
        let key = vec![7; cipher.key_bytes()];
        let sealed = cipher.encrypt(&key, &[0; 16], b"text").unwrap();
        assert_eq!(cipher.decrypt(&key, &[0; 16], &sealed).unwrap(), b"text");
        assert!(cipher.encrypt(&key[1..], &[0; 16], b"text").is_err());
        assert!(cipher.decrypt(&key[1..], &[0; 16], &sealed).is_err());
        assert!(cipher.decrypt(&key, &[0; 16], &sealed[1..]).is_err());
        assert!("des".parse::<BodyCipher>().is_err());
    }
}
