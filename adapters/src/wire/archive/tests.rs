use super::*;

#[test]
fn one_file_comes_back_and_no_other() {
    let archive = packed("工资".as_bytes()).unwrap();
    assert_eq!(archive, packed("工资".as_bytes()).unwrap());
    assert_eq!(unpacked(&archive).unwrap(), "工资".as_bytes());
    for length in 0..archive.len() {
        assert!(unpacked(&archive[..length]).is_err(), "{length}");
    }
    let mut two = ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["a", "b"] {
        two.start_file(name, SimpleFileOptions::default()).unwrap();
    }
    assert!(unpacked(&two.finish().unwrap().into_inner()).is_err());
}
