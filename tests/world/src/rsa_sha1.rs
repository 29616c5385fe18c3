//! Signatures by RSA with SHA-1 (RFC 3110), which ring checks and makes none of.

use data_encoding::HEXUPPER;
use hickory_resolver::proto::dnssec::{Algorithm, DnsSecResult, PublicKeyBuf, SigningKey, TBS};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

const WORDS: usize = 16;
/// A number of 1,024 bits, its lowest word first.
type Number = [u64; WORDS];

/// A key that protects nothing: its modulus, and its private exponent. The public one is 65,537.
const MODULUS: &[u8] = b"\
    E3CB9F7463D35B0DBD8917FB385BFBB519665315424B0159C387B45DEF743E7B413FF6D76D8090161A1F81D24A0004C414AB88028EDB50F92853334A346C82E2\
    81729EF0EF054D480A80A0A19534219E1FBDD86FDE04CC7D651CEC589EB10C32CEA1F3D679EDD1986702E7716018D07B35D8856EE08733B9D034FDEB3D5E2727";
const EXPONENT: &[u8] = b"\
    4D601C1097DBF200CFD1A270B5EB20AB9A2E14A892F5114761505626D630610CD2D41C4F7EA57DCBD421C1A2217AB223BC75AB645B0C0A0C27F362E7A0B8FF17\
    B70AC82E3246030F2296F34E1C1D67CB00E6B7A7972C007C0861444DBA935E2A1936CE58508F7D848E906251B1C9F8C7D97C08C53925CF2515CB740893C23DB1";
/// The exponent 65,537, with its length, as a DNSKEY has it.
const PUBLIC_EXPONENT: [u8; 4] = [3, 1, 0, 1];
/// DigestInfo of a SHA-1 digest that follows (RFC 8017 section 9.2).
const DIGEST_INFO: [u8; 15] = [48, 33, 48, 9, 6, 5, 43, 14, 3, 2, 26, 5, 0, 4, 20];

/// Its algorithm in DNSSEC.
pub const RSASHA1: u8 = 5;

/// The one key that there is.
pub struct RsaSha1;

impl SigningKey for RsaSha1 {
    fn sign(&self, tbs: &TBS) -> DnsSecResult<Vec<u8>> {
        let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, tbs.as_ref());
        let tail = [&[0], &DIGEST_INFO[..], digest.as_ref()].concat();
        let padding = vec![0xff; 8 * WORDS - 2 - tail.len()];
        let padded = [&[0, 1], &padding[..], &tail].concat();
        let signature =
            power(&number(&padded), &number(&octets(EXPONENT)), &number(&octets(MODULUS)));
        Ok(signature.iter().rev().flat_map(|word| word.to_be_bytes()).collect())
    }

    fn to_public_key(&self) -> DnsSecResult<PublicKeyBuf> {
        let key = [&PUBLIC_EXPONENT[..], &octets(MODULUS)].concat();
        Ok(PublicKeyBuf::new(key, self.algorithm()))
    }

    fn algorithm(&self) -> Algorithm {
        Algorithm::from_u8(RSASHA1)
    }
}

fn octets(hexadecimal: &[u8]) -> Vec<u8> {
    HEXUPPER.decode(hexadecimal).unwrap()
}

fn number(octets: &[u8]) -> Number {
    let mut words = [0; WORDS];
    for (word, octets) in words.iter_mut().zip(octets.rchunks(8)) {
        *word = u64::from_be_bytes(octets.try_into().unwrap());
    }
    words
}

/// A power modulo an odd number of full length.
fn power(base: &Number, exponent: &Number, modulus: &Number) -> Number {
    let times = |left: &Number, right: &Number| product(left, right, modulus);
    let (mut one, mut square) = ([0; WORDS], [0; WORDS]);
    (one[0], square[0]) = (1, 1);
    // To (2^1024)^2, from which the factor that each product takes away comes back.
    (0..2 * 64 * WORDS).for_each(|_| square = double(&square, modulus));
    let base = times(base, &square);
    let mut power = times(&one, &square);
    for bit in (0..64 * WORDS).rev() {
        power = times(&power, &power);
        if exponent[bit / 64] >> (bit % 64) & 1 == 1 {
            power = times(&power, &base);
        }
    }
    times(&power, &one)
}

/// left right / 2^1024 modulo an odd number (Montgomery).
fn product(left: &Number, right: &Number, modulus: &Number) -> Number {
    let mut inverse = 1u64;
    // Each round has twice as many bits right.
    (0..6).for_each(|_| {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(modulus[0].wrapping_mul(inverse)));
    });
    let mut sum = [0; WORDS + 2];
    for word in left {
        add(&mut sum, *word, right);
        let factor = sum[0].wrapping_mul(inverse.wrapping_neg());
        add(&mut sum, factor, modulus);
        sum.copy_within(1.., 0);
        sum[WORDS + 1] = 0;
    }
    let (low, carry) = sum.split_first_chunk().unwrap();
    reduce(low, carry[0] > 0, modulus)
}

fn double(number: &Number, modulus: &Number) -> Number {
    let mut sum = [0; WORDS + 2];
    add(&mut sum, 2, number);
    let (low, carry) = sum.split_first_chunk().unwrap();
    reduce(low, carry[0] > 0, modulus)
}

fn add(sum: &mut [u64; WORDS + 2], factor: u64, number: &Number) {
    let mut carry = 0u128;
    for (word, other) in sum.iter_mut().zip(number.iter().chain(&[0, 0])) {
        carry += u128::from(*word) + u128::from(factor) * u128::from(*other);
        *word = carry as u64;
        carry >>= 64;
    }
}

/// A number below twice the modulus, of which a bit may stand beyond its words.
fn reduce(number: &Number, has_carry: bool, modulus: &Number) -> Number {
    let is_below = number.iter().rev().cmp(modulus.iter().rev()).is_lt();
    if is_below && !has_carry {
        return *number;
    }
    let mut difference = *number;
    let mut borrow = false;
    for (word, other) in difference.iter_mut().zip(modulus) {
        let (less, first) = word.overflowing_sub(*other);
        let (less, second) = less.overflowing_sub(u64::from(borrow));
        (*word, borrow) = (less, first || second);
    }
    difference
}
