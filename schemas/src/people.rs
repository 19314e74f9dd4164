//! Invented people and employers for tests, the sandbox and demonstrations.
//!
//! Nobody here exists: every name has 样 (sample) after the surname. The numbers are formally
//! valid, so that they pass every check: identity numbers with a real date and check
//! character, cards with a real prefix, length and Luhn digit, employers' codes with both check
//! characters. The same seed and index give the same person for ever, on every machine; two
//! indexes of one seed never share an identity number.

#[cfg(test)]
mod tests;

use crate::codes::{self, CardPrefix};
use crate::value::{AccountNo, BankCode, IdNumber, IdType, PersonName, Uscc, luhn_holds};
use time::Date;

/// An invented person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Surname, 样, and one or two more characters; all in GBK.
    pub name: PersonName,
    /// A resident identity number.
    pub id_number: IdNumber,
    /// A debit card, or for a bank without a card prefix an account of 17 digits.
    pub account: AccountNo,
}

/// The person of an index, with an account at `bank`, or at any bank where it is `None`.
///
/// A bank that has no card prefix in the list gets an account that no card check applies to.
#[must_use]
pub fn person(seed: u64, index: u32, bank: Option<BankCode>) -> Person {
    let mut random = SplitMix64::new(seed ^ (u64::from(index) << 32 | u64::from(index)));
    loop {
        // Every draw is valid but for a card body that falls under another bank's longer
        // prefix; then the next prefix is drawn.
        let drawn = name(&mut random).zip(id_number(seed, index)).zip(account(
            seed,
            index,
            bank,
            &mut random,
        ));
        if let Some(((name, id_number), account)) = drawn {
            return Person {
                name,
                id_number,
                account,
            };
        }
    }
}

/// The code of an invented employer of a region (six digits of GB/T 2260). A region that is not
/// six digits counts as 330100.
#[must_use]
pub fn uscc(seed: u64, index: u32, region6: &str) -> Uscc {
    let well_formed = region6.len() == 6 && region6.bytes().all(|byte| byte.is_ascii_digit());
    let region = if well_formed { region6 } else { "330100" };
    let mut number = permuted(seed, index, 100_000_000);
    loop {
        // Valid at the first try; the loop stands where a panic would.
        let organisation = format!("{number:08}");
        let check = organisation_check(organisation.as_bytes());
        let first17 = format!("91{region}{organisation}{}", char::from(check));
        let whole = first17
            .as_bytes()
            .first_chunk()
            .and_then(Uscc::check_character)
            .map(|last| format!("{first17}{}", char::from(last)));
        if let Some(code) = whole.and_then(|text| Uscc::parse(&text).ok()) {
            return code;
        }
        number = (number + 1) % 100_000_000;
    }
}

/// The generator of Steele, Lea and Flood (2014): small, fast, the same everywhere. For tests
/// and simulation only, never for keys.
#[derive(Clone, Debug)]
pub struct SplitMix64 {
    state: u64,
}

impl SplitMix64 {
    /// Starts at a seed; every seed is as good as another.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 where it is 0. The bias is below `bound` in 2^64.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.draw()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or_default()
    }

    /// One of `choices`, `None` where there is none.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        let at = self.below(u64::try_from(choices.len()).ok()?);
        choices.get(usize::try_from(at).ok()?)
    }
}

const SURNAMES: [&str; 60] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭",
    "何", "林", "高", "罗", "郑", "梁", "谢", "宋", "唐", "许", "韩", "邓", "冯", "曹", "彭", "曾",
    "肖", "田", "董", "潘", "袁", "蔡", "蒋", "余", "于", "杜", "叶", "程", "魏", "苏", "吕", "丁",
    "任", "卢", "姚", "沈", "钟", "姜", "崔", "谭", "陆", "欧阳", "上官", "司马",
];
const GIVEN: [&str; 40] = [
    "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "甲", "乙", "丙", "丁", "戊", "己",
    "庚", "辛", "壬", "癸", "东", "南", "西", "北", "中", "春", "夏", "秋", "冬", "山", "水", "金",
    "木", "火", "土", "江", "河", "湖", "海", "石",
];

fn name(random: &mut SplitMix64) -> Option<PersonName> {
    let surname = random.pick(&SURNAMES)?;
    let first = random.pick(&GIVEN)?;
    let second = random.pick(&GIVEN).filter(|_| random.clone().below(3) == 0);
    let name = format!("{surname}样{first}{}", second.copied().unwrap_or_default());
    PersonName::parse(&name).ok()
}

/// First and last day of birth: people of working age.
const BORN: (Date, Date) = (
    time::macros::date!(1966 - 01 - 01),
    time::macros::date!(2005 - 12 - 31),
);
const SEQUENCES: u64 = 999;
const COUNTIES: [&str; 12] = [
    "330106", "330110", "330382", "330782", "340524", "360426", "410105", "420102", "510104",
    "520102", "610104", "110105",
];

fn id_number(seed: u64, index: u32) -> Option<IdNumber> {
    let days = u64::try_from((BORN.1 - BORN.0).whole_days()).ok()? + 1;
    let counties = u64::try_from(COUNTIES.len()).ok()?;
    let place = permuted(seed, index, days * SEQUENCES * counties);
    let county = COUNTIES.get(usize::try_from(place % counties).ok()?)?;
    let sequence = place / counties % SEQUENCES + 1;
    let day = i32::try_from(place / counties / SEQUENCES).ok()?;
    let born = Date::from_julian_day(BORN.0.to_julian_day().checked_add(day)?).ok()?;
    let (year, month, day) = born.to_calendar_date();
    let first17 = format!(
        "{county}{year:04}{:02}{day:02}{sequence:03}",
        u8::from(month)
    );
    let check = IdNumber::check_character(first17.as_bytes().first_chunk()?);
    IdNumber::parse(IdType::RESIDENT, &format!("{first17}{}", char::from(check))).ok()
}

fn account(
    seed: u64,
    index: u32,
    bank: Option<BankCode>,
    random: &mut SplitMix64,
) -> Option<AccountNo> {
    let group = match bank {
        Some(code) => codes::bank(code).and_then(|bank| bank.bin_group.as_deref()),
        None => random
            .pick(codes::card_prefixes())
            .map(|row| row.group.as_str()),
    };
    let of_group = |row: &&CardPrefix| group == Some(row.group.as_str()) && row.digits >= 16;
    let prefixes: Vec<&CardPrefix> = codes::card_prefixes().iter().filter(of_group).collect();
    let Some(chosen) = random.pick(&prefixes) else {
        let number = permuted(seed, index, 10_000_000_000);
        return AccountNo::parse(&format!("8000000{number:010}")).ok();
    };
    let body_digits = usize::from(chosen.digits).checked_sub(chosen.prefix.len() + 1)?;
    let bodies = 10u64.checked_pow(u32::try_from(body_digits).ok()?)?;
    let body = permuted(seed, index, bodies);
    let digits = format!("{}{body:0body_digits$}", chosen.prefix);
    let account = (b'0'..=b'9').find_map(|check| {
        let whole = format!("{digits}{}", char::from(check));
        luhn_holds(whole.as_bytes()).then_some(whole)
    })?;
    let account = AccountNo::parse(&account).ok()?;
    (codes::bin_group(&account) == group).then_some(account)
}

/// A place below `size` for each index: different for different indexes below `size`, since the
/// factor is a prime that is no factor of any size used here.
fn permuted(seed: u64, index: u32, size: u64) -> u64 {
    const PRIME: u128 = 1_000_000_007;
    let start = SplitMix64::new(seed).draw();
    let place = (u128::from(index) * PRIME + u128::from(start)) % u128::from(size.max(1));
    u64::try_from(place).unwrap_or_default()
}

/// The check character of an organisation code's eight characters (GB 11714).
fn organisation_check(first8: &[u8]) -> u8 {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = WEIGHTS
        .iter()
        .zip(first8)
        .map(|(weight, byte)| weight * u32::from(byte.wrapping_sub(b'0')))
        .sum();
    match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + u8::try_from(digit).unwrap_or_default(),
    }
}
